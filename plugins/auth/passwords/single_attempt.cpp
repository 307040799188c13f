#include "passwords/single_attempt.h"

#include "attempt_limits.h"

namespace kitchen::auth {

Result<bool> SingleAttempt::run(const std::string& subject, const std::string& credential,
                                const Work& work) {
    std::shared_ptr<Flight> flight;
    {
        std::unique_lock lock(mutex_);
        if (const auto found = flights_.find(subject); found != flights_.end()) {
            flight = found->second;
            if (flight->credential != credential) return too_many_failures(std::chrono::seconds(1));
            if (waiting_ >= queue_)
                return Error(Errc::unavailable, "busy",
                             "The same sign-in is being checked for another request. Try again in "
                             "a second.")
                    .retry_in(std::chrono::seconds(1));
            ++waiting_;
            const Parked parked(waits_);
            landed_.wait(lock, [&] { return flight->outcome.has_value(); });
            --waiting_;
            return *flight->outcome;
        }
        flight = std::make_shared<Flight>(credential);
        flights_.emplace(subject, flight);
    }
    try {
        Result<bool> outcome = work();
        land(subject, *flight, outcome);
        return outcome;
    } catch (...) {
        // Those who wait must not wait for ever; the one whose thread it was reports the bug.
        land(subject, *flight,
             Error(Errc::internal, "internal", "An attempt to sign in ended in an exception."));
        throw;
    }
}

void SingleAttempt::land(const std::string& subject, Flight& flight, Result<bool> outcome) {
    {
        std::lock_guard lock(mutex_);
        flight.outcome.emplace(std::move(outcome));
        flights_.erase(subject);
    }
    landed_.notify_all();
}

std::size_t SingleAttempt::waiting() const {
    std::lock_guard lock(mutex_);
    return waiting_;
}

}  // namespace kitchen::auth
