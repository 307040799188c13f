#include "circuit_breaker.h"

#include <algorithm>

#include "kitchen/backoff.h"

namespace kitchen::redis {

bool CircuitBreaker::open() {
    std::lock_guard lock(mutex_);
    if (!closed()) return false;
    closed_.store(false, std::memory_order_release);
    if (clock_.steady_now() - closed_at_ > settings_.max_delay) probes_ = 0;
    return true;
}

bool CircuitBreaker::failed(std::atomic<int>& in_a_row) {
    return in_a_row.fetch_add(1, std::memory_order_relaxed) + 1 >= settings_.failures && open();
}

bool CircuitBreaker::trip() { return open(); }

void CircuitBreaker::probe_succeeded(Random& random) {
    std::lock_guard lock(mutex_);
    delay_next_probe(random);
    closed_at_ = clock_.steady_now();
    closed_.store(true, std::memory_order_release);
}

void CircuitBreaker::probe_failed(Random& random) {
    std::lock_guard lock(mutex_);
    delay_next_probe(random);
}

void CircuitBreaker::delay_next_probe(Random& random) {
    const Backoff backoff{settings_.min_delay, settings_.max_delay};
    probe_at_ = clock_.steady_now() + backoff.half_jitter(++probes_, random);
}

CircuitBreaker::Millis CircuitBreaker::until_probe() const {
    std::lock_guard lock(mutex_);
    return std::max(Millis(0), std::chrono::ceil<Millis>(probe_at_ - clock_.steady_now()));
}

}  // namespace kitchen::redis
