#include "conflict_gate.h"

namespace kitchen::postgres {

ConflictGate::Pass ConflictGate::enter(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return !alone_ && alone_waiting_ == 0; });
    ++inside_;
    return Pass(*this, false);
}

ConflictGate::Pass ConflictGate::enter_alone(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    ++alone_waiting_;
    const bool mine = changed_.wait_until(lock, until, [this] { return !alone_; });
    --alone_waiting_;
    if (!mine) {
        ++inside_;
        changed_.notify_all();
        return Pass(*this, false);
    }
    alone_ = true;
    changed_.wait_until(lock, until, [this] { return inside_ == 0; });
    return Pass(*this, true);
}

void ConflictGate::leave(bool alone) noexcept {
    std::lock_guard lock(mutex_);
    if (alone)
        alone_ = false;
    else
        --inside_;
    changed_.notify_all();
}

}  // namespace kitchen::postgres
