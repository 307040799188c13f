// Lets transactions of this process run side by side, and one that keeps losing run alone.
//
// Under contention for one row, of ten transactions one wins and nine are run again. Jitter alone
// lets the unlucky lose again and again to newcomers; a transaction that has lost twice goes
// through here alone, and then only other processes can be in its way. It is courtesy, not a lock:
// correctness never depends on it, and no call waits here for longer than its patience.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace kitchen::postgres {

class ConflictGate {
public:
    class Pass {
    public:
        Pass(ConflictGate& gate, bool alone) noexcept : gate_(&gate), alone_(alone) {}
        Pass(Pass&& other) noexcept
            : gate_(std::exchange(other.gate_, nullptr)), alone_(other.alone_) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_) gate_->leave(alone_);
        }

    private:
        ConflictGate* gate_;
        bool alone_;
    };

    /// Waits while another runs alone, or is about to.
    Pass enter(std::chrono::milliseconds patience);
    /// Waits for its turn, and for the others to leave. When patience ends first it goes in beside
    /// them.
    Pass enter_alone(std::chrono::milliseconds patience);

private:
    void leave(bool alone) noexcept;

    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    int alone_waiting_ = 0;
    bool alone_ = false;
};

}  // namespace kitchen::postgres
