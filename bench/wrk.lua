-- Plays a deck of requests, which http_load.py writes as a table of Lua: {{text, is_keyed}, ...}.
-- wrk -s wrk.lua URL -- DECK THINK
-- Each connection draws at random. THINK is how many milliseconds a user thinks between an answer
-- and the next request, half as long to half as long again; 0 leaves none.
local drawn, keys = 0, 0

function init(args)
  deck, think = dofile(args[1]), tonumber(args[2])
  math.randomseed(os.time())
  session = string.format("%d-%06d", os.time(), math.random(999999))
  if think == 0 then delay = nil end
end

function request()
  local card = deck[math.random(#deck)]
  if not card[2] then return card[1] end
  keys = keys + 1
  return (string.gsub(card[1], "\r\n\r\n", "\r\nIdempotency-Key: " .. session .. "-" .. keys .. "\r\n\r\n", 1))
end

function delay()
  return math.floor(think * (0.5 + math.random()))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %f, "p95": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
