#include "hash_gate.h"

namespace kitchen::auth {

Result<HashGate::Pass> HashGate::enter() {
    std::unique_lock lock(mutex_);
    // Behind those who wait, even when a place has just become free: nobody is overtaken for ever.
    if (inside_ >= parallelism_ || waiting_ > 0) {
        if (waiting_ >= queue_)
            return Error(Errc::unavailable, "busy", "Too many people are signing in at this moment. Try again in a second.")
                .retry_in(std::chrono::seconds(1));
        ++waiting_;
        left_.wait(lock, [this] { return inside_ < parallelism_; });
        --waiting_;
    }
    ++inside_;
    return Pass(*this);
}

void HashGate::leave() noexcept {
    {
        std::lock_guard lock(mutex_);
        --inside_;
    }
    left_.notify_one();
}

std::size_t HashGate::waiting() const {
    std::lock_guard lock(mutex_);
    return waiting_;
}

std::size_t HashGate::inside() const {
    std::lock_guard lock(mutex_);
    return inside_;
}

}  // namespace kitchen::auth
