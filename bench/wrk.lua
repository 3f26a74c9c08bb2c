-- One request over and over; tells the figures as a line of JSON.
-- wrk -s wrk.lua URL -- TOKEN BODY
function init(args)
  local headers = {}
  if args[1] and args[1] ~= "" then headers["Authorization"] = "Bearer " .. args[1] end
  if args[2] and args[2] ~= "" then
    headers["Content-Type"] = "application/json"
    prepared = wrk.format("POST", nil, headers, args[2])
  else
    prepared = wrk.format("GET", nil, headers)
  end
end

function request()
  return prepared
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %f, "p95": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
