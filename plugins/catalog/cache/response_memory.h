// The first layer: responses in the memory of this process, the least recently used ones dropped
// when there are too many bytes.
//
// An epoch is the time between two calls of clear(). What was read from the store in one epoch is
// not kept in the next: it may be older than the change that the call was about.
//
// Thread-safety: all calls, from any thread; one mutex, held for no longer than a look into a
// table.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/cached_response.h"

namespace kitchen::catalog {

class ResponseMemory {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Found {
        CachedResponsePtr response;  ///< null: not here
        std::uint64_t epoch = 0;
    };
    struct Usage {
        std::size_t entries = 0, bytes = 0;
    };

    /// `max_bytes` of keys, responses and what it costs to keep them.
    explicit ResponseMemory(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    Found find(std::string_view key, Time now);
    /// Keeps it until `expires`, unless `epoch` is over or it is larger than everything together
    /// may be.
    void put(std::string_view key, CachedResponsePtr response, Time expires, std::uint64_t epoch);
    /// Forgets everything and begins a new epoch.
    void clear();
    Usage usage() const;

private:
    struct Entry {
        std::string key;
        CachedResponsePtr response;
        Time expires;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;
    using Index =
        std::unordered_map<std::string_view, Entries::iterator>;  // views of the entries' keys

    void drop(Entries::iterator entry);

    const std::size_t max_bytes_;
    mutable std::mutex mutex_;
    Entries entries_;  // the most recently used first
    Index index_;
    std::size_t bytes_ = 0;
    std::uint64_t epoch_ = 0;
};

}  // namespace kitchen::catalog
