-- GET of the version, and one line of JSON for loadtest.py.

wrk.path = "/v1/tms/version"

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"requests_per_second":%f,"p50_us":%d,"p99_us":%d,"p999_us":%d,"failed":%d}',
    summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    latency:percentile(99.9), errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
