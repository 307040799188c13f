// The limits of cache/1 (kitchen/cache.h), checked in the same way and with the same words by every
// cache.
//
// All errors are unprocessable: "cache_key_too_long", "cache_value_too_large", "cache_ttl_invalid",
// "cache_rate_invalid", "cache_field_not_integer".
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "kitchen/cache.h"

namespace kitchen::cache_limits {

constexpr std::size_t max_key_bytes = 250;
constexpr std::size_t max_value_bytes =
    1024 * 1024;  ///< of a value; of all names and values of a hash entry
/// Longer ones are cut to it.
constexpr Cache::Millis max_ttl = std::chrono::hours(24 * 3650);

Status check_key(std::string_view key);
Status check_size(std::size_t bytes);
Status check_write(std::string_view key, std::size_t bytes, Cache::Millis ttl);
Status check_rate(std::string_view key, std::int64_t burst, Cache::Millis period);
Error too_large(std::size_t bytes);
Error not_integer(std::string_view field);

std::size_t bytes_of(const CacheFields& fields);
/// A list may name a field twice: the last one counts.
CacheFields without_repeats(const CacheFields& fields);

}  // namespace kitchen::cache_limits
