// The entries of a MemoryCache: found by key, ordered by last use and by expiry, bounded in bytes.
//
// Thread-safety: none; MemoryCache locks around it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "kitchen/cache.h"

namespace kitchen {

class EntryTable {
public:
    using Instant = std::chrono::steady_clock::time_point;
    /// A value, a hash entry, or a rate (the instant when its full burst is available again).
    using Payload = std::variant<std::string, CacheFields, Instant>;
    /// At most so many expired entries are swept by one put(), to bound its time.
    static constexpr int sweep_limit = 8;

    /// `max_bytes`: of keys and payloads with what it costs to keep them. One entry always stays,
    /// however large.
    explicit EntryTable(std::size_t max_bytes);
    ~EntryTable();

    /// The live entry, which becomes the most recently used; nullptr when there is none. Valid
    /// until the next call. A caller that changes its size must call resized().
    Payload* find(std::string_view key, Instant now);
    /// When the live entry expires; nothing when there is none.
    std::optional<Instant> expiry(std::string_view key, Instant now) const;
    /// Sets or replaces; sweeps expired entries, then evicts the least recently used ones while
    /// there are too many bytes.
    void put(std::string_view key, Payload payload, Instant expires, Instant now);
    void resized(std::string_view key);
    /// True when there was a live entry.
    bool erase(std::string_view key, Instant now);

    std::size_t size() const;
    std::size_t bytes() const { return bytes_; }

private:
    struct Index;
    void evict();
    const std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::unique_ptr<Index> index_;
};

}  // namespace kitchen
