// A cache that replicas share, for tests: it can be away, lose messages, and let something happen
// in the middle of a call.
//
// Thread-safety: the switches, while no call runs.
#pragma once

#include <functional>
#include <utility>

#include "memory_cache.h"

namespace kitchen::catalog {

class ShakyCache final : public MemoryCache {
public:
    using MemoryCache::MemoryCache;

    bool is_away = false;
    bool loses_messages = false;
    std::function<void()> before_set, after_get;  ///< once

    Result<std::optional<std::string>> get(std::string_view key) override {
        if (is_away) return away();
        auto found = MemoryCache::get(key);
        happen(after_get);
        return found;
    }
    Status set(std::string_view key, std::string_view value, Millis ttl) override {
        happen(before_set);
        if (is_away) return away();
        return MemoryCache::set(key, value, ttl);
    }
    Result<bool> set_if_absent(std::string_view key, std::string_view value, Millis ttl) override {
        if (is_away) return away();
        return MemoryCache::set_if_absent(key, value, ttl);
    }
    Status publish(std::string_view channel, std::string_view message) override {
        if (is_away) return away();
        if (loses_messages) return {};
        return MemoryCache::publish(channel, message);
    }

private:
    static Error away() { return Error(Errc::unavailable, "cache_away", "The cache is away."); }
    static void happen(std::function<void()>& once) {
        if (const auto now = std::exchange(once, nullptr)) now();
    }
};

}  // namespace kitchen::catalog
