// Says that this thread waits for something outside the processor: a database, a cache, another
// thread. The pool that the thread belongs to lets another one work meanwhile.
//
//     const Waiting waiting;
//     return store_.transact(body);
//
// Thread-safety: each thread has its own observer.
#pragma once

#include "kitchen/waits.h"

namespace kitchen::observe {

class WaitObserver {
public:
    /// `parked`: for another request. Then the thread is not one of those that serve requests.
    virtual void begin_waiting(bool parked) noexcept = 0;
    virtual void end_waiting(bool parked) noexcept = 0;

protected:
    ~WaitObserver() = default;
};

class Waiting {
public:
    /// `if_so` false: it does nothing.
    explicit Waiting(bool if_so = true) noexcept : observer_(if_so ? observer() : nullptr) {
        if (observer_) observer_->begin_waiting(false);
    }
    ~Waiting() {
        if (observer_) observer_->end_waiting(false);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    /// Of this thread; nullptr for none.
    static WaitObserver*& observer() noexcept {
        static thread_local WaitObserver* current = nullptr;
        return current;
    }

private:
    WaitObserver* const observer_;
};

/// What plugins get.
class ThreadWaits final : public Waits {
public:
    void begin() noexcept override {
        if (WaitObserver* const observer = Waiting::observer()) observer->begin_waiting(true);
    }
    void end() noexcept override {
        if (WaitObserver* const observer = Waiting::observer()) observer->end_waiting(true);
    }
};

}  // namespace kitchen::observe
