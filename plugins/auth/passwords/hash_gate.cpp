#include "passwords/hash_gate.h"

#include <algorithm>

namespace kitchen::auth {

namespace {

Error busy() {
    return Error(Errc::unavailable, "busy",
                 "Too many people are signing in at this moment. Try again in a second.")
        .retry_in(std::chrono::seconds(1));
}

}  // namespace

Result<HashGate::Pass> HashGate::enter(std::string_view client) {
    std::unique_lock lock(mutex_);
    // Behind those who wait, even when a place has just become free: no caller is overtaken for
    // ever.
    if (inside_ < parallelism_ && waiters_.empty()) {
        ++inside_;
        return Pass(*this);
    }
    if (waiters_.size() >= queue_ && !make_room(client)) return busy();
    Waiter self{clients_.try_emplace(std::string(client)).first, Waiter::Fate::open, {}};
    waiters_.push_back(&self);
    ++self.client->second.waiting;
    if (!self.decided.wait_for(lock, patience_, [&] { return self.fate != Waiter::Fate::open; }))
        decide(std::find(waiters_.begin(), waiters_.end(), &self), Waiter::Fate::dropped);
    if (self.fate == Waiter::Fate::dropped) return busy();
    return Pass(*this);
}

bool HashGate::make_room(std::string_view newcomer) {
    if (waiters_.empty()) return false;
    const auto own = clients_.find(newcomer);
    const std::size_t own_waiting = own == clients_.end() ? 0 : own->second.waiting;
    const auto most = std::max_element(
        clients_.begin(), clients_.end(),
        [](const auto& a, const auto& b) { return a.second.waiting < b.second.waiting; });
    if (most->second.waiting <= own_waiting + 1)
        return false;  // it would only be the other way round
    const auto latest = std::find_if(waiters_.rbegin(), waiters_.rend(),
                                     [&](const Waiter* waiter) { return waiter->client == most; });
    decide(std::prev(latest.base()), Waiter::Fate::dropped);
    return true;
}

void HashGate::leave() noexcept {
    const std::lock_guard lock(mutex_);
    --inside_;
    admit_next();
}

void HashGate::admit_next() noexcept {
    if (waiters_.empty()) return;
    // Whose turn is longest ago; of these the first that came.
    const auto next =
        std::min_element(waiters_.begin(), waiters_.end(), [](const Waiter* a, const Waiter* b) {
            return a->client->second.last_turn < b->client->second.last_turn;
        });
    (*next)->client->second.last_turn = ++turn_;
    ++inside_;
    decide(next, Waiter::Fate::admitted);
}

void HashGate::decide(const std::deque<Waiter*>::iterator& waiter, Waiter::Fate fate) noexcept {
    Waiter& one = **waiter;
    waiters_.erase(waiter);
    if (--one.client->second.waiting == 0) clients_.erase(one.client);
    one.fate = fate;
    one.decided.notify_one();  // under the mutex: afterwards it may be gone
}

std::size_t HashGate::waiting() const {
    std::lock_guard lock(mutex_);
    return waiters_.size();
}

std::size_t HashGate::inside() const {
    std::lock_guard lock(mutex_);
    return inside_;
}

}  // namespace kitchen::auth
