// What makes a repeated POST harmless: the response to the first, kept under the key that the
// client gave, and sealed: it may hold tokens. See README.md for what it promises and what not.
//
// Thread-safety: all calls, from any thread. What it builds on must outlive it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "kitchen/personal_data.h"
#include "kitchen/clock.h"
#include "kitchen/http/middleware.h"
#include "kitchen/jobs.h"
#include "kitchen/keyed_hash.h"
#include "kitchen/log.h"
#include "kitchen/random.h"
#include "kitchen/store.h"
#include "kitchen/waits.h"

namespace kitchen::idempotency {

struct RepeatedRequestsSettings {
    std::chrono::milliseconds window = std::chrono::hours(24);
    /// Of clients that are not signed in, whose tokens end sooner than a window; the shorter
    /// counts.
    std::chrono::milliseconds public_window = std::chrono::minutes(10);
    /// The response to a request is there by then, or its server has died.
    std::chrono::milliseconds abandoned = std::chrono::minutes(5);
};

class RepeatedRequests {
public:
    struct Dependencies {
        Store& store;
        const KeyedHash& hashes;
        const Clock& clock;
        Random& random;
        Jobs& jobs;
        Waits& waits;
        Logger& log;
    };
    RepeatedRequests(Dependencies dependencies, RepeatedRequestsSettings settings);

    /// The middleware, for the phase perform. A request without a key, or of a route that keeps
    /// keys itself, goes on.
    Result<http::Response> respond(http::Request& request, const http::Next& next);
    /// Forgets keys that are older than the window; how many they were.
    Result<std::int64_t> sweep();

private:
    struct Claim {
        std::int64_t user_id = 0;  ///< 0: a client that is not signed in
        std::string route;
        std::string key;      ///< its hash; of a public request with the request's
        std::string request;  ///< its hash
        std::string secret;   ///< what seals the response
        std::chrono::milliseconds window{};
        std::int64_t claimed_at = 0;
    };
    /// What is written under a claim when its request has ended.
    struct Note {
        Claim claim;
        int status = 0;  ///< 0: it failed, and the key is free again
        std::string fields = {}, body = {};
    };
    enum class Found : std::uint8_t { nothing, running, response };
    struct Earlier {
        Found found = Found::nothing;
        http::Response response;
    };

    Result<Claim> claim_of(const http::Request& request, std::string_view key) const;
    /// Claims the key, or finds what was claimed before.
    Result<Earlier> claim(Claim& claim);
    Result<http::Response> run(const Claim& claim, const http::Next& next);
    Status write(const Note& note);
    /// Tries until it succeeds, or the claim counts as abandoned: meanwhile a repeated request
    /// waits, or is told that the first still runs.
    void write_later(Note note, int failures);
    static std::optional<http::Response> response_of(const Row& row, const Claim& claim);
    /// False when so many wait that one more would only take from the others.
    bool wait_for_another();

    static constexpr unsigned most_waiting = 32;

    const Dependencies deps_;
    const RepeatedRequestsSettings settings_;
    const Statement claim_, find_, keep_, release_, sweep_;
    std::mutex mutex_;
    std::condition_variable ended_;  ///< a request with a key, here
    unsigned waiting_ = 0;           ///< requests here, under the mutex
};

/// What is kept about a person.
void add_personal_requests(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::idempotency
