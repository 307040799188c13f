#include "memory_cache.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "cache_limits.h"
#include "kitchen/text.h"

namespace kitchen {

using namespace cache_limits;

namespace {

using Instant = EntryTable::Instant;
using std::chrono::ceil;

constexpr std::string_view attempts_field = "attempts";

// Looks at every byte of the candidate whatever the first ones are. (Its length is no secret.)
bool equal_in_constant_time(std::string_view secret, std::string_view candidate) {
    volatile unsigned difference = secret.size() == candidate.size() ? 0 : 1;
    for (std::size_t i = 0; i < candidate.size(); ++i) {
        const unsigned char other = i < secret.size() ? static_cast<unsigned char>(secret[i]) : 0;
        difference =
            difference | static_cast<unsigned>(other ^ static_cast<unsigned char>(candidate[i]));
    }
    return difference == 0;
}

std::string* find_field(CacheFields& fields, std::string_view name) {
    for (auto& [key, value] : fields)
        if (key == name) return &value;
    return nullptr;
}

void put_field(CacheFields& fields, std::string_view name, std::string value) {
    if (std::string* found = find_field(fields, name))
        *found = std::move(value);
    else
        fields.emplace_back(name, std::move(value));
}

Result<std::int64_t> integer_field(CacheFields& fields, std::string_view name) {
    const std::string* text = find_field(fields, name);
    if (!text) return std::int64_t{0};
    const auto value = parse_number(*text);
    if (!value) return not_integer(name);
    return *value;
}

// The live entry of that kind, or nullptr.
template <class Kind>
Kind* find_as(EntryTable& entries, std::string_view key, Instant now) {
    auto* payload = entries.find(key, now);
    return payload ? std::get_if<Kind>(payload) : nullptr;
}

}  // namespace

MemoryCache::MemoryCache(const Clock& clock, Options options)
    : clock_(clock), entries_(options.max_bytes), bus_(options.log) {}

MemoryCache::~MemoryCache() { stop(); }

void MemoryCache::stop() { bus_.stop(); }

std::size_t MemoryCache::size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
}

std::size_t MemoryCache::bytes() const {
    std::lock_guard lock(mutex_);
    return entries_.bytes();
}

Instant MemoryCache::expiry(Millis ttl) const {
    return clock_.steady_now() + std::min(ttl, max_ttl);
}

Result<std::optional<std::string>> MemoryCache::get(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    const auto* value = find_as<std::string>(entries_, key, clock_.steady_now());
    return value ? std::optional(*value) : std::nullopt;
}

Status MemoryCache::set(std::string_view key, std::string_view value, Millis ttl) {
    if (Status ok = check_write(key, value.size(), ttl); !ok) return ok;
    std::lock_guard lock(mutex_);
    entries_.put(key, std::string(value), expiry(ttl), clock_.steady_now());
    return {};
}

Result<bool> MemoryCache::set_if_absent(std::string_view key, std::string_view value, Millis ttl) {
    if (Status ok = check_write(key, value.size(), ttl); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    if (entries_.find(key, clock_.steady_now())) return false;
    entries_.put(key, std::string(value), expiry(ttl), clock_.steady_now());
    return true;
}

Result<bool> MemoryCache::erase(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    return entries_.erase(key, clock_.steady_now());
}

Result<std::optional<Cache::Millis>> MemoryCache::ttl(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    const Instant now = clock_.steady_now();
    const auto expires = entries_.expiry(key, now);
    return expires ? std::optional(ceil<Millis>(*expires - now)) : std::nullopt;
}

Status MemoryCache::set_fields(std::string_view key, const CacheFields& fields, Millis ttl) {
    if (Status ok = check_write(key, bytes_of(fields), ttl); !ok) return ok;
    CacheFields distinct = without_repeats(fields);
    std::lock_guard lock(mutex_);
    entries_.put(key, std::move(distinct), expiry(ttl), clock_.steady_now());
    return {};
}

Result<bool> MemoryCache::update_fields(std::string_view key, const CacheFields& fields) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    auto* entry = find_as<CacheFields>(entries_, key, clock_.steady_now());
    if (!entry) return false;
    CacheFields changed = *entry;
    for (const auto& [name, value] : fields) put_field(changed, name, value);
    if (Status ok = check_size(bytes_of(changed)); !ok) return std::move(ok).error();
    *entry = std::move(changed);
    entries_.resized(key);
    return true;
}

Result<std::optional<CacheFields>> MemoryCache::get_fields(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    const auto* entry = find_as<CacheFields>(entries_, key, clock_.steady_now());
    return entry ? std::optional(*entry) : std::nullopt;
}

Result<std::optional<std::int64_t>> MemoryCache::increment_field(std::string_view key,
                                                                 std::string_view field,
                                                                 std::int64_t max) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    auto* entry = find_as<CacheFields>(entries_, key, clock_.steady_now());
    if (!entry) return std::optional<std::int64_t>();
    auto value = integer_field(*entry, field);
    if (!value) return std::move(value).error();
    if (*value >= max) return std::optional<std::int64_t>();
    put_field(*entry, field, std::to_string(++*value));
    entries_.resized(key);
    return std::optional(*value);
}

Result<Comparison> MemoryCache::compare_and_count(std::string_view key, std::string_view field,
                                                  std::string_view candidate,
                                                  std::int64_t max_attempts) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    const Instant now = clock_.steady_now();
    auto* entry = find_as<CacheFields>(entries_, key, now);
    if (!entry) return Comparison{};
    const auto attempts = integer_field(*entry, attempts_field);
    if (!attempts) return attempts.error();
    // Tries may have run out before, by a limit that was lowered meanwhile; then nothing is
    // compared any more.
    if (*attempts < max_attempts) {
        const std::string* secret = find_field(*entry, field);
        if (secret && equal_in_constant_time(*secret, candidate))
            return Comparison{Comparison::Outcome::match, max_attempts - *attempts, *entry};
        if (*attempts + 1 < max_attempts) {
            put_field(*entry, attempts_field, std::to_string(*attempts + 1));
            entries_.resized(key);
            return Comparison{Comparison::Outcome::mismatch, max_attempts - *attempts - 1, {}};
        }
    }
    entries_.erase(key, now);
    return Comparison{Comparison::Outcome::exhausted, 0, {}};
}

Result<RateDecision> MemoryCache::rate_tick(std::string_view key, std::int64_t burst,
                                            Millis period) {
    if (Status ok = check_rate(key, burst, period); !ok) return std::move(ok).error();
    std::lock_guard lock(mutex_);
    const Instant now = clock_.steady_now();
    // GCRA as a virtual schedule: `full` is when the whole burst is there again; each tick moves it
    // on by one period.
    const auto* kept = find_as<Instant>(entries_, key, now);
    const Instant full = kept ? *kept : now;
    const Instant next_full = full + period;
    const auto room = burst * period - (next_full - now);
    if (room < room.zero())
        return RateDecision{false, 0, ceil<Millis>(-room), ceil<Millis>(full - now)};
    entries_.put(key, next_full, next_full, now);
    return RateDecision{true, room / period, Millis(0), ceil<Millis>(next_full - now)};
}

Status MemoryCache::publish(std::string_view channel, std::string_view message) {
    if (Status ok = check_key(channel); !ok) return ok;
    if (Status ok = check_size(message.size()); !ok) return ok;
    bus_.publish(channel, message);  // false: no room, and loss is allowed
    return {};
}

std::shared_ptr<void> MemoryCache::subscribe(std::string_view channel, Subscriber subscriber) {
    return bus_.subscribe(channel, std::move(subscriber));
}

}  // namespace kitchen
