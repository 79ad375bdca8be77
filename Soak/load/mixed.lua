-- The mixed load of harness/mixture.py, for one thread of wrk: prints one line of JSON at the end.
--
-- Of ten requests one makes a key that lasts, one a key of a minute, one deletes the oldest of those that last, one
-- asks for the client, and six look up a key that was made lately. TMS_PER_SECOND spreads them evenly over time.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } soak_time;
  int clock_gettime(int clock, soak_time *now);
]]

local now_buffer = ffi.new("soak_time")
local function milliseconds()
  ffi.C.clock_gettime(1, now_buffer)  -- CLOCK_MONOTONIC
  return tonumber(now_buffer.seconds) * 1000 + tonumber(now_buffer.nanoseconds) / 1e6
end

-- Lookups go to the newest keys, which have most of their minute left; deletions to keys no lookup is under way for.
local RECENT_MAX = 500
local KEPT_MAX = 5000

local texts = {}
local interval, due
local recent, recent_next = {}, 1
local lasting, lasting_first, lasting_last = {}, 1, 0
local turn = 0
local only_creates = os.getenv("TMS_ONLY_CREATES") ~= ""

-- For `done`, which runs outside the thread and can only take globals from it.
made, found, deleted, statuses = 0, 0, 0, "{}"
local counts = {}

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function init()
  for _, name in ipairs({ "lasting", "short", "lookup", "delete", "client" }) do
    local file = assert(io.open(os.getenv("TMS_REQUESTS") .. "/" .. name .. ".request", "rb"))
    texts[name] = file:read("*a")
    file:close()
  end
  local per_second = tonumber(os.getenv("TMS_PER_SECOND"))
  if per_second > 0 then interval = 1000 / per_second end
  due = milliseconds()
end

-- Fingerprints are all of one length, so a request's Content-Length is set right by a single difference.
local prepared = {}
local function about(name, fingerprint)
  local parts = prepared[name]
  if not parts or parts.length ~= #fingerprint then
    local text = texts[name]:gsub("Content%-Length: (%d+)", function(length)
      return "Content-Length: " .. (tonumber(length) - #"FINGERPRINT" + #fingerprint)
    end)
    local from, to = text:find("FINGERPRINT", 1, true)
    parts = { before = text:sub(1, from - 1), after = text:sub(to + 1), length = #fingerprint }
    prepared[name] = parts
  end
  return parts.before .. fingerprint .. parts.after
end

function request()
  turn = turn % 10 + 1
  if only_creates or turn == 1 then return texts.lasting end
  if turn == 2 then return texts.short end
  if turn == 3 and lasting_last - lasting_first > KEPT_MAX then
    local fingerprint = lasting[lasting_first]
    lasting[lasting_first] = nil
    lasting_first = lasting_first + 1
    return about("delete", fingerprint)
  end
  if turn == 4 or #recent == 0 then return texts.client end
  return about("lookup", recent[math.random(#recent)])
end

-- Milliseconds until a connection sends its next request. Whole numbers only, so the fraction is left to chance.
function delay()
  if not interval then return 0 end
  local now = milliseconds()
  -- What could not be sent within a second is not made up for: after a standstill that would be a flood.
  due = math.max(due + interval, now - 1000)
  return math.max(0, math.floor(due - now + math.random()))
end

function response(status, _, body)
  counts[status] = (counts[status] or 0) + 1
  if status == 201 then
    made = made + 1
    local fingerprint = body:match('"public_key_fingerprint":"([^"]+)"')
    recent[recent_next] = fingerprint
    recent_next = recent_next % RECENT_MAX + 1
    if body:find('"expires_at":"9999', 1, true) then
      lasting_last = lasting_last + 1
      lasting[lasting_last] = fingerprint
    end
  elseif status == 200 then
    if body:find('"public_key"', 1, true) then
      found = found + 1
    elseif not body:find('"client_id"', 1, true) then
      deleted = deleted + 1
    end
  end
  if (counts[201] or 0) % 64 == 0 or status > 201 then
    local list = {}
    for code, count in pairs(counts) do list[#list + 1] = string.format('"%d":%d', code, count) end
    statuses = "{" .. table.concat(list, ",") .. "}"
  end
end

function done(summary, latency)
  local thread, errors = threads[1], summary.errors
  print(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"p99":%d,"max":%d,"made":%d,"found":%d,"deleted":%d,"statuses":%q,'
      .. '"connect":%d,"read":%d,"write":%d,"timeout":%d}',
    summary.requests, summary.duration, latency:percentile(99), latency.max, thread:get("made"), thread:get("found"),
    thread:get("deleted"), thread:get("statuses"), errors.connect, errors.read, errors.write, errors.timeout))
end
