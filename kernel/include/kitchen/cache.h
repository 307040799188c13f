// cache/1: small values that may be lost, shared by all replicas.
//
// Nothing that must survive belongs here. Each call is atomic. Keys are UTF-8, at most 250 bytes;
// begin them with the plugin's id and a colon ("auth:signup:…"). Values are bytes, at most 1 MiB. A
// TTL is > 0; when it has passed, the entry is gone. An implementation may drop entries early when
// it runs out of room.
//
// Errors: unavailable when the cache cannot be reached (and its config says `on_failure: fail`),
// or not in time; otherwise none. Thread-safety: all calls, from any thread. Subscribers are called
// on the cache's own thread and must not block. Ownership: the cache belongs to its plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/result.h"

namespace kitchen {

/// The fields of a hash entry, in no particular order.
using CacheFields = std::vector<std::pair<std::string, std::string>>;

/// The outcome of Cache::compare_and_count().
struct Comparison {
    enum class Outcome : std::uint8_t {
        missing,    ///< no such entry (or it has expired)
        match,      ///< equal; the entry is left as it is
        mismatch,   ///< not equal, counted; `attempts_left` > 0
        exhausted,  ///< not equal, and it was the last try: the entry has been erased
    };
    Outcome outcome = Outcome::missing;
    std::int64_t attempts_left = 0;
    CacheFields fields;  ///< all fields of the entry, on a match only
};

/// The outcome of Cache::rate_tick(): the generic cell rate algorithm (ITU-T I.371) on a virtual
/// clock of the cache.
struct RateDecision {
    bool allowed = false;
    std::int64_t remaining = 0;  ///< further ticks allowed at once
    std::chrono::milliseconds retry_after{
        0};  ///< when refused: until the next tick would be allowed
    std::chrono::milliseconds reset_after{0};  ///< until the full burst is available again
};

class Cache {
public:
    using Interface = Cache;
    static constexpr std::string_view interface_name = "cache/1";
    using Millis = std::chrono::milliseconds;
    using Subscriber = std::function<void(std::string_view message)>;

    virtual ~Cache() = default;

    /// Whether calls wait for another process or machine, so that others had better work meanwhile.
    virtual bool is_remote() const noexcept { return true; }

    virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
    virtual Status set(std::string_view key, std::string_view value, Millis ttl) = 0;
    /// True when it was absent and is set now.
    virtual Result<bool> set_if_absent(std::string_view key, std::string_view value,
                                       Millis ttl) = 0;
    /// True when there was something to erase (of either kind).
    virtual Result<bool> erase(std::string_view key) = 0;
    /// Time left; nothing when there is no such entry.
    virtual Result<std::optional<Millis>> ttl(std::string_view key) = 0;

    /// Replaces the whole hash entry.
    virtual Status set_fields(std::string_view key, const CacheFields& fields, Millis ttl) = 0;
    /// Changes some fields of an entry that exists, keeping its TTL; false when there is none.
    virtual Result<bool> update_fields(std::string_view key, const CacheFields& fields) = 0;
    virtual Result<std::optional<CacheFields>> get_fields(std::string_view key) = 0;
    /// Adds one to an integer field (0 when absent) of an entry that exists, unless it has reached
    /// `max` already; keeps the TTL. The new value; nothing when there is no entry or the field is
    /// at `max`.
    virtual Result<std::optional<std::int64_t>> increment_field(std::string_view key,
                                                                std::string_view field,
                                                                std::int64_t max) = 0;

    /// Compares `candidate` with a field of a hash entry, in one atomic step that counts wrong
    /// tries in the field "attempts" and erases the entry at the `max_attempts`th: so at most
    /// `max_attempts` wrong candidates are ever compared, however many arrive together. The
    /// comparison takes the same time wherever the first difference is.
    virtual Result<Comparison> compare_and_count(std::string_view key, std::string_view field,
                                                 std::string_view candidate,
                                                 std::int64_t max_attempts) = 0;

    /// One tick against a limit of `burst` at once and one more every `period`.
    virtual Result<RateDecision> rate_tick(std::string_view key, std::int64_t burst,
                                           Millis period) = 0;

    /// Delivers to all current subscribers of the channel, on every replica, at most once. Loss is
    /// possible.
    virtual Status publish(std::string_view channel, std::string_view message) = 0;
    /// Subscribes until the returned handle is destroyed; no call is under way once its destructor
    /// has returned.
    [[nodiscard]] virtual std::shared_ptr<void> subscribe(std::string_view channel,
                                                          Subscriber subscriber) = 0;
};

}  // namespace kitchen
