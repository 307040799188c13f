// The plugin's configuration: its keys, and what they say together.
//
// Thread-safety: plain values.
#pragma once

#include <cstddef>

#include "kitchen/plugin_v1.h"
#include "kitchen/config.h"
#include "redis_cache.h"

namespace kitchen::redis {

inline constexpr kitchen_config_key config_keys[] = {
    {"url", KITCHEN_CONFIG_SECRET, nullptr, 0, nullptr,
     "redis://[user:password@]host[:port][/database] or unix:///path/to/socket"},
    {"user", KITCHEN_CONFIG_TEXT, nullptr, 0, nullptr,
     "ACL user, when the URL names none; left out: the default user"},
    {"password", KITCHEN_CONFIG_SECRET, nullptr, 0, nullptr, "Password, when the URL has none"},
    {"database", KITCHEN_CONFIG_INTEGER, nullptr, 0, "0..1000000",
     "Database number, when the URL has none"},
    {"sentinel.nodes", KITCHEN_CONFIG_LIST, nullptr, 0, nullptr,
     "host[:port] of each Sentinel (port 26379); then without url"},
    {"sentinel.master", KITCHEN_CONFIG_TEXT, "mymaster", 0, nullptr,
     "The name that the Sentinels have for the master"},
    {"sentinel.user", KITCHEN_CONFIG_TEXT, nullptr, 0, nullptr, "ACL user at the Sentinels"},
    {"sentinel.password", KITCHEN_CONFIG_SECRET, nullptr, 0, nullptr, "Password at the Sentinels"},
    {"prefix", KITCHEN_CONFIG_TEXT, "kitchen", 0, nullptr,
     "What every key begins with; the same on all replicas"},
    {"integrity_key", KITCHEN_CONFIG_SECRET, nullptr, 0, nullptr,
     "At least 32 characters, the same on all replicas: makes values in Redis unforgeable; left "
     "out: only damage is found"},
    {"on_failure", KITCHEN_CONFIG_CHOICE, "memory", 0, "memory|fail",
     "While Redis is away: this process's memory serves, or calls fail"},
    {"memory.max_bytes", KITCHEN_CONFIG_BYTES, "64MiB", 0, "2MiB..1024GiB",
     "With on_failure memory: room for its entries"},
    {"connections", KITCHEN_CONFIG_INTEGER, "8", 0, "1..256",
     "Connections at most, beside the one that listens for messages"},
    {"connect_timeout", KITCHEN_CONFIG_DURATION, "500ms", 0, "10ms..1m",
     "Longest wait for a new connection, signing in included"},
    {"command_timeout", KITCHEN_CONFIG_DURATION, "250ms", 0, "5ms..1m",
     "Longest wait for a free connection, and for an answer"},
    {"breaker.failures", KITCHEN_CONFIG_INTEGER, "3", 0, "1..1000",
     "Calls without answer in a row after which Redis counts as away"},
    {"breaker.min_delay", KITCHEN_CONFIG_DURATION, "100ms", 0, "10ms..1m",
     "Between the first two attempts to reach it again; doubles"},
    {"breaker.max_delay", KITCHEN_CONFIG_DURATION, "2s", 0, "10ms..10m",
     "Between two attempts at most"},
};

struct Settings {
    CacheSettings cache;
    bool memory_serves = true;  ///< on_failure: memory
    std::size_t memory_bytes = 64 * 1024 * 1024;
};

/// Throws std::runtime_error with what is wrong and how to mend it; never with a secret.
Settings read_settings(const Config& config);

}  // namespace kitchen::redis
