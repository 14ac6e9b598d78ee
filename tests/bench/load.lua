-- load.lua - what wrk sends, and its figures as one line of JSON.
-- SPDX-License-Identifier: Apache-2.0
--
-- wrk ... -s load.lua URL -- read | spread PATH ... | write TOKEN BODY
-- LOAD_PAUSE_MS is how long a client waits before its next request.
local kind, token, body
local paths = {}
local thread_count, sent = 0, 0

function setup(thread)
    thread:set('number', thread_count)
    thread_count = thread_count + 1
end

function init(args)
    kind, token, body = args[1], args[2], args[3]
    for i = 2, #args do
        paths[i - 1] = args[i]
    end
    math.randomseed(os.time() + number)
    run = math.random(1000000000)
end

local pause_ms = tonumber(os.getenv('LOAD_PAUSE_MS') or '0')
if pause_ms > 0 then
    function delay()
        return pause_ms
    end
end

function request()
    if kind == 'read' then
        return wrk.format('GET')
    end
    if kind == 'spread' then
        return wrk.format('GET', paths[math.random(#paths)])
    end
    sent = sent + 1
    return wrk.format('POST', nil, {
        ['Content-Type'] = 'application/json',
        ['Authorization'] = 'Bearer ' .. token,
        ['Idempotency-Key'] = run .. '-' .. number .. '-' .. sent,
    }, body)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('{"requests":%d,"us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
