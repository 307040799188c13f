#include "backoff.h"

namespace kitchen::outbox {

std::chrono::milliseconds longest_wait(const Backoff& backoff, std::int64_t attempts) {
    std::chrono::milliseconds wait = backoff.base;
    for (; attempts > 1 && wait < backoff.cap; --attempts) wait *= 2;
    return wait < backoff.cap ? wait : backoff.cap;
}

std::chrono::milliseconds wait_after(const Backoff& backoff, std::int64_t attempts,
                                     Random& random) {
    const auto longest = static_cast<std::uint64_t>(longest_wait(backoff, attempts).count());
    return std::chrono::milliseconds(static_cast<std::int64_t>(random.below(longest + 1)));
}

}  // namespace kitchen::outbox
