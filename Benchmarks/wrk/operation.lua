-- One measurement: sends the operation named by TMS_OPERATION and prints one line of JSON for bench.py.
--
-- Requests are formatted once, before the clock starts, so that wrk itself costs as little as it can: it shares the
-- processors with the server.

local operation = os.getenv("TMS_OPERATION")

local client = {
  ["X-TMS-TENANT"] = "test",
  ["X-TMS-CLIENT-ID"] = "testclient1",
  ["X-TMS-CLIENT-SECRET"] = "secret1",
}

local function with_json(headers)
  local all = { ["Content-Type"] = "application/json" }
  for name, value in pairs(headers) do all[name] = value end
  return all
end

local new_key = '{"client_user_id":"testuser1","host":"testhost1","host_account":"testhostaccount1",'
  .. '"num_uses":-1,"ttl_minutes":-1,"key_type":""}'

local function login(fingerprint)
  return '{"user":"testhostaccount1","user_uid":1000,"host":"testhost1","public_key_fingerprint":"' .. fingerprint .. '"}'
end

-- What each operation sends: a list of requests to go through, over and over.
local operations = {
  bare = function() return { wrk.format("GET", "/") } end,
  version = function() return { wrk.format("GET", "/v1/tms/version") } end,
  client = function() return { wrk.format("GET", "/v1/tms/client/testclient1", client) } end,
  create = function() return { wrk.format("POST", "/v1/tms/pubkeys/creds", with_json(client), new_key) } end,
  retrieve = function()
    local requests = {}
    for fingerprint in io.lines(os.getenv("TMS_FINGERPRINTS")) do
      requests[#requests + 1] =
        wrk.format("POST", "/v1/tms/pubkeys/creds/retrieve", with_json({}), login(fingerprint))
    end
    return requests
  end,
}

local requests
local last = 0

function init()
  requests = operations[operation]()
end

function request()
  last = last % #requests + 1
  return requests[last]
end

-- Without a `response` function wrk need not hand each answer to Lua. It counts statuses above 399 by itself, but not
-- redirections; none of these operations has one.

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"p999":%d,"max":%d,"refused":%d,"broken":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    latency:percentile(99.9), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
