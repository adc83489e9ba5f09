-- Sends the requests of a file in turn and says how long answers took. A line: method, path, expected status, body; parted by tabs.
local threads = {}
local requests = {}
local place = 0
bad = 0

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   for line in io.lines(args[1]) do
      local method, path, status, body = line:match("^(%S+)\t(%S+)\t(%d+)\t(.*)$")
      wrk.headers["Content-Type"] = method == "POST" and "application/x-www-form-urlencoded" or nil
      table.insert(requests, {
         text = wrk.format(method, path, nil, method == "POST" and body or nil),
         status = tonumber(status),
      })
   end
end

function request()
   place = place % #requests + 1
   return requests[place].text
end

-- Answers of one connection come in the order of its requests; of several, their statuses are compared with the first's.
function response(status, headers, body)
   if status ~= requests[1].status then bad = bad + 1 end
end

function done(summary, latency, each)
   local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
   io.write(string.format(
      '\n{"p50": %.3f, "p95": %.3f, "per_second": %.2f, "answers": %d, "bytes": %d, "wrong": %d}\n',
      latency:percentile(50) / 1000, latency:percentile(95) / 1000,
      summary.requests / (summary.duration / 1000000), summary.requests, summary.bytes, wrong))
end
