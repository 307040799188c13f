#include "cache_limits.h"

#include <algorithm>
#include <string>

namespace kitchen::cache_limits {

Status check_key(std::string_view key) {
    if (key.size() <= max_key_bytes) return {};
    return Error(
        Errc::unprocessable, "cache_key_too_long",
        "A cache key has at most 250 bytes; this one has " + std::to_string(key.size()) + ".");
}

Error too_large(std::size_t bytes) {
    return Error(
        Errc::unprocessable, "cache_value_too_large",
        "A cache value has at most 1048576 bytes; this one has " + std::to_string(bytes) + ".");
}

Status check_size(std::size_t bytes) {
    if (bytes <= max_value_bytes) return {};
    return too_large(bytes);
}

Status check_write(std::string_view key, std::size_t bytes, Cache::Millis ttl) {
    if (Status ok = check_key(key); !ok) return ok;
    if (Status ok = check_size(bytes); !ok) return ok;
    if (ttl > Cache::Millis(0)) return {};
    return Error(Errc::unprocessable, "cache_ttl_invalid",
                 "The time to live of a cache entry must be above zero.");
}

Status check_rate(std::string_view key, std::int64_t burst, Cache::Millis period) {
    if (Status ok = check_key(key); !ok) return ok;
    if (burst >= 1 && period >= Cache::Millis(1) && burst <= max_ttl / period) return {};
    return Error(
        Errc::unprocessable, "cache_rate_invalid",
        "A rate needs a burst and a period above zero, which together span at most ten years.");
}

Error not_integer(std::string_view field) {
    return Error(
        Errc::unprocessable, "cache_field_not_integer",
        "The field '" + std::string(field) + "' of the cache entry does not hold an integer.");
}

std::size_t bytes_of(const CacheFields& fields) {
    std::size_t total = 0;
    for (const auto& [name, value] : fields) total += name.size() + value.size();
    return total;
}

CacheFields without_repeats(const CacheFields& fields) {
    CacheFields out;
    out.reserve(fields.size());
    for (const auto& [name, value] : fields) {
        const auto same = std::find_if(out.begin(), out.end(), [&name = name](const auto& kept) {
            return kept.first == name;
        });
        if (same == out.end())
            out.emplace_back(name, value);
        else
            same->second = value;
    }
    return out;
}

}  // namespace kitchen::cache_limits
