-- Sends the requests of a file one after the other, and prints wrk's results at the end.
-- Arguments: the file with the requests, separated by NUL, and the pause between two requests of a connection in milliseconds.
local requests, next_one, pause = {}, 0, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for request in file:read("*a"):gmatch("%Z+") do
    requests[#requests + 1] = request
  end
  file:close()
  pause = tonumber(arguments[2])
  -- wrk calls this function, if it exists, for the pause before each request.
  if pause > 0 then
    function delay() return pause end
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('RESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
