// One attempt at a time for one account from one client. Requests that bring the same credential at
// the same moment (a page that loads ten things) share one hash; different guesses at the same
// moment are refused, so that parallel guessing cannot outrun the count of failures.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "kitchen/result.h"
#include "kitchen/waits.h"

namespace kitchen::auth {

class SingleAttempt {
public:
    using Work = std::function<Result<bool>()>;

    /// `queue`: callers that may wait, for all flights together. They are parked; `waits` must
    /// outlive this.
    SingleAttempt(std::size_t queue, Waits& waits) : queue_(queue), waits_(waits) {}

    /// Runs the work, or waits for one under way with the same subject and credential and gives its
    /// outcome. Errors: too_many_requests when one is under way with another credential;
    /// unavailable "busy" with a Retry-After of one second when too many wait already; what the
    /// work returned.
    Result<bool> run(const std::string& subject, const std::string& credential, const Work& work);

    /// Callers that wait for another caller's work.
    std::size_t waiting() const;

private:
    struct Flight {
        explicit Flight(std::string c) : credential(std::move(c)) {}
        const std::string credential;
        std::optional<Result<bool>> outcome;
    };
    void land(const std::string& subject, Flight& flight, Result<bool> outcome);

    const std::size_t queue_;
    Waits& waits_;
    mutable std::mutex mutex_;
    std::condition_variable landed_;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
    std::size_t waiting_ = 0;
};

}  // namespace kitchen::auth
