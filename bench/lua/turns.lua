-- Customers who each do the steps of STEPS again and again, one request after another. Each is a thread of wrk with one
-- connection and a line of TOKENS. A step is a line: method, path, what the response must hold, body, with tabs
-- between. DISH1 and DISH2 in a body are two of the DISHES consecutive ids from FIRST_DISH on.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init()
  local number_of = function(name) return tonumber(os.getenv(name)) end
  first_dish, half = number_of("FIRST_DISH"), math.floor(number_of("DISHES") / 2)
  steps, step, answered, fault = {}, 1, 0, ""
  for line in io.lines(os.getenv("STEPS")) do
    local method, path, expected, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    table.insert(steps, {method = method, path = path, expected = expected, body = body})
  end
  count_of_steps = #steps
  local count = 0
  for token in io.lines(os.getenv("TOKENS")) do
    count = count + 1
    if count == number then headers = {["Content-Type"] = "application/json", Authorization = "Bearer " .. token} end
  end
  math.randomseed(os.time() + number)
end

function request()
  local now = steps[step]
  local body = now.body:gsub("DISH1", first_dish + math.random(0, half - 1)):gsub("DISH2", first_dish + half + math.random(0, half - 1))
  return wrk.format(now.method, now.path, headers, body)
end

function response(status, _, body)
  if status < 300 and body:find(steps[step].expected, 1, true) then
    step, answered = step % #steps + 1, answered + 1
  else
    if fault == "" then fault = steps[step].path .. " gave " .. status .. ": " .. body:sub(1, 160) end
    step = 1
  end
end

-- Steps are counted, not turns: a slow server is in the middle of many when the time is over.
function done(summary)
  local answered, fault = 0, ""
  for _, thread in ipairs(threads) do
    answered = answered + thread:get("answered") / thread:get("count_of_steps")
    if fault == "" then fault = thread:get("fault") end
  end
  print("Turns/sec: " .. answered / summary.duration * 1e6)
  if fault ~= "" then print("Fault: " .. fault) end
end
