// The plugin's configuration: its keys, and what they say together.
//
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kitchen/settings.h"
#include "redis_cache.h"

namespace kitchen::redis {

enum class OnFailure : std::uint8_t { memory, fail };

struct CacheRedisSettings {
    std::string url, user, password;
    std::optional<std::int64_t> database;
    std::vector<std::string> sentinel_nodes;
    std::string sentinel_master = "mymaster", sentinel_user, sentinel_password;
    std::vector<std::string> cluster;
    std::string prefix = "kitchen";
    std::string integrity_key;
    OnFailure on_failure = OnFailure::memory;
    Bytes memory = mebibytes(64);
    std::size_t connections = 8;
    std::chrono::milliseconds connect_timeout{500}, command_timeout{250};
    int breaker_failures = 3;
    std::chrono::milliseconds breaker_min_delay{100}, breaker_max_delay{2000};

    static void describe(Fields<CacheRedisSettings>& field);
    static void check(const CacheRedisSettings& settings, Problems& problems);
    /// Of settings that have passed check().
    CacheSettings cache() const;
};

}  // namespace kitchen::redis
