// Lets so many callers through at once and so many more wait; refuses the rest at once. Keeps costly hashing from taking every
// thread that answers requests, and its memory bounded.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "kitchen/result.h"

namespace kitchen::auth {

class HashGate {
public:
    /// `parallelism` >= 1 callers work, `queue` more may wait.
    HashGate(std::size_t parallelism, std::size_t queue) : parallelism_(parallelism), queue_(queue) {}

    /// A place inside; leaves it when destroyed. The gate must outlive it.
    class Pass {
    public:
        explicit Pass(HashGate& gate) noexcept : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

    private:
        HashGate* gate_;
    };

    /// Waits for a place, which those inside leave after some tens of milliseconds.
    /// Error: unavailable "busy" with a Retry-After of one second, at once, when too many wait already.
    Result<Pass> enter();

    std::size_t waiting() const;
    std::size_t inside() const;

private:
    void leave() noexcept;

    const std::size_t parallelism_, queue_;
    mutable std::mutex mutex_;
    std::condition_variable left_;
    std::size_t inside_ = 0, waiting_ = 0;
};

}  // namespace kitchen::auth
