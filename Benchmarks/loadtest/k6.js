// GET of the version, and one line of JSON for loadtest.py.
import http from "k6/http";

export const options = { summaryTrendStats: ["med", "p(99)", "p(99.9)"] };

export default function () {
  http.get(`${__ENV.TMS_URL}/v1/tms/version`);
}

export function handleSummary({ metrics }) {
  const { count, rate } = metrics.http_reqs.values;
  const times = metrics.http_req_duration.values;
  return {
    stdout: JSON.stringify({
      requests: count,
      requests_per_second: rate,
      p50_us: times.med * 1000,
      p99_us: times["p(99)"] * 1000,
      p999_us: times["p(99.9)"] * 1000,
      failed: metrics.http_req_failed.values.passes,
    }),
  };
}
