// What makes a repeated POST harmless: the response to the first, kept under the key that the
// client gave. See README.md for what it promises and what not.
//
// Thread-safety: all calls, from any thread. Store, clock and waits must outlive it.
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
#include "kitchen/log.h"
#include "kitchen/store.h"
#include "kitchen/waits.h"

namespace kitchen::idempotency {

struct RepeatedRequestsSettings {
    std::chrono::milliseconds window = std::chrono::hours(24);
    /// The response to a request is there by then, or its server has died.
    std::chrono::milliseconds abandoned = std::chrono::minutes(5);
};

class RepeatedRequests {
public:
    RepeatedRequests(Store& store, const Clock& clock, Waits& waits, Logger& log,
                     RepeatedRequestsSettings settings);

    /// The middleware. A request without a key, or of a route that keeps keys itself, goes on.
    Result<http::Response> respond(http::Request& request, const http::Next& next);
    /// Forgets keys that are older than the window; how many they were.
    Result<std::int64_t> sweep();

private:
    struct Claim {
        std::int64_t user_id = 0;
        std::string route;
        std::string key;
        std::string request;
        std::int64_t claimed_at = 0;
    };
    enum class Found : std::uint8_t { nothing, running, response };
    struct Earlier {
        Found found = Found::nothing;
        http::Response response;
    };

    /// Claims the key, or finds what was claimed before.
    Result<Earlier> claim(Claim& claim);
    Result<http::Response> run(const Claim& claim, const http::Next& next);
    Status keep(const Claim& claim, const http::Response& response);
    Status release(const Claim& claim);
    /// False when so many wait that one more would only take from the others.
    bool wait_for_another();

    static constexpr unsigned most_waiting = 32;

    Store& store_;
    const Clock& clock_;
    Waits& waits_;
    Logger& log_;
    const RepeatedRequestsSettings settings_;
    const Statement claim_, find_, keep_, release_, sweep_;
    std::mutex mutex_;
    std::condition_variable ended_;  ///< a request with a key, here
    unsigned waiting_ = 0;           ///< requests here, under the mutex
};

/// What is kept about a person.
void add_personal_requests(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::idempotency
