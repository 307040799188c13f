#include "scripts.h"

#include <algorithm>

namespace kitchen::redis {

namespace {

// A server that is full or must not be written to refuses the first write of a script and, once one
// was taken, none of the others. So each script begins with a write that can be refused, before it
// decides or gives away anything: else wrong codes could be tried without being counted on a full
// server.

// ARGV: sealed value, TTL in ms, a value that counts as absent ("" for none)
// 1 when set; 0 when there is another kind of entry; else the value that is there
constexpr std::string_view set_if_absent = R"lua(
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'hash' then return 0 end
if kind == 'string' then
  local there = redis.call('GET', KEYS[1])
  if there ~= ARGV[3] then return there end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
)lua";

// ARGV: TTL in ms, then field and sealed value in turn
constexpr std::string_view set_fields = R"lua(
redis.call('SET', KEYS[1], '')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '1', '')
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
)lua";

// ARGV: most bytes of all names and payloads, bytes of a header, then field and sealed value in
// turn 1 when changed; 0 when there is no entry; minus the bytes when it would be too large
constexpr std::string_view update_fields = R"lua(
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local all, sizes, total = redis.call('HGETALL', KEYS[1]), {}, 0
for i = 1, #all, 2 do sizes[all[i]] = #all[i + 1] end
for i = 3, #ARGV, 2 do sizes[ARGV[i]] = #ARGV[i + 1] end
for name, size in pairs(sizes) do
  if name ~= '1' then total = total + #name - 1 + size - ARGV[2] end
end
if total > tonumber(ARGV[1]) then return -total end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
)lua";

// The number in a field that is absent (0), a counter with the right header, or a value, whose tag
// only a reader with the key can check; otherwise the word 'damaged', or 'text'. Numbers are whole
// up to 15 digits: a Lua number holds no more.
constexpr std::string_view counter = R"lua(
local function counter(sealed, header)
  if not sealed then return 0 end
  if string.sub(sealed, 1, 18) ~= header and (string.sub(sealed, 1, 2) ~= '1v' or #sealed < 18) then return 'damaged' end
  local digits = string.match(string.sub(sealed, 19), '^-?%d+$')
  if not digits or #digits > 15 then return 'text' end
  return tonumber(digits)
end
)lua";

template <const std::string_view& first, const std::string_view& second>
struct Joined {
    static constexpr auto bytes = [] {
        std::array<char, first.size() + second.size()> out{};
        std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), out.begin()));
        return out;
    }();
    static constexpr std::string_view text{bytes.data(), bytes.size()};
};

// ARGV: field, header of the counter, maximum
// the new number; 'full' at the maximum; 'missing', 'damaged', 'text'
constexpr std::string_view increment_field = R"lua(
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 'missing' end
local number = counter(redis.call('HGET', KEYS[1], ARGV[1]), ARGV[2])
if type(number) == 'string' then return number end
if number >= tonumber(ARGV[3]) then return 'full' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. string.format('%.0f', number + 1))
return number + 1
)lua";

// ARGV: field, sealed candidate, most attempts, field of the attempts, header of their counter
// {'match', attempts left, all fields and values}; {'mismatch', attempts left, what is there};
// {'exhausted', 0, what is there};
// {'missing'}, {'damaged'}, {'text'}
//
// The attempt is counted before anything is compared. What is compared are digests, so the time
// does not depend on where the first difference is, and a candidate cannot be steered towards one.
constexpr std::string_view compare_and_count = R"lua(
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {'missing'} end
local max, kept = tonumber(ARGV[3]), redis.call('HGET', KEYS[1], ARGV[4])
local attempts = counter(kept, ARGV[5])
if type(attempts) == 'string' then return {attempts} end
if attempts >= max then
  redis.call('DEL', KEYS[1])
  return {'exhausted', 0, false}
end
redis.call('HSET', KEYS[1], ARGV[4], ARGV[5] .. string.format('%.0f', attempts + 1))
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and redis.sha1hex(there) == redis.sha1hex(ARGV[2]) then
  if kept then redis.call('HSET', KEYS[1], ARGV[4], kept) else redis.call('HDEL', KEYS[1], ARGV[4]) end
  return {'match', max - attempts, redis.call('HGETALL', KEYS[1])}
end
if attempts + 1 < max then return {'mismatch', max - attempts - 1, there} end
redis.call('DEL', KEYS[1])
return {'exhausted', 0, there}
)lua";

// ARGV: header of the rate, burst, period in microseconds
// {1 when allowed, further ticks, microseconds until the next when refused, microseconds until all,
// 1 when it was damaged}
//
// GCRA (ITU-T I.371) as a virtual schedule: what is kept is when the whole burst is there again, by
// this server's clock. After a failover to a server whose clock is behind, that may be too far
// ahead, and is cut to the longest that can be.
constexpr std::string_view rate_tick = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local burst, period = tonumber(ARGV[2]), tonumber(ARGV[3])
local full, damaged = now, 0
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  local kept = redis.call('GET', KEYS[1])
  if string.sub(kept, 1, 18) == ARGV[1] then full = tonumber(string.match(string.sub(kept, 19), '^%d+$')) end
  if string.sub(kept, 1, 2) ~= '1v' and (not full or string.sub(kept, 1, 18) ~= ARGV[1]) then damaged = 1 end
  full = math.min(math.max(full or now, now), now + burst * period)
end
local next_full = full + period
local room = burst * period - (next_full - now)
if room < 0 then return {0, 0, -room, full - now, damaged} end
redis.call('SET', KEYS[1], ARGV[1] .. string.format('%.0f', next_full), 'PX', string.format('%.0f', math.ceil((next_full - now) / 1000)))
return {1, math.floor(room / period), 0, next_full - now, damaged}
)lua";

}  // namespace

const std::array<std::string_view, script_count> script_texts = {
    set_if_absent,
    set_fields,
    update_fields,
    Joined<counter, increment_field>::text,
    Joined<counter, compare_and_count>::text,
    rate_tick};

}  // namespace kitchen::redis
