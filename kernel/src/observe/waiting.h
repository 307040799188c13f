// Says that this thread waits for something outside the processor: a database, a cache, another
// thread. The pool that the thread belongs to lets another one work meanwhile.
//
//     const Waiting waiting;
//     return store_.transact(body);
//
// Thread-safety: each thread has its own observer.
#pragma once

namespace kitchen::observe {

class WaitObserver {
public:
    virtual void begin_waiting() noexcept = 0;
    virtual void end_waiting() noexcept = 0;

protected:
    ~WaitObserver() = default;
};

class Waiting {
public:
    /// `if_so` false: it does nothing.
    explicit Waiting(bool if_so = true) noexcept : observer_(if_so ? observer() : nullptr) {
        if (observer_) observer_->begin_waiting();
    }
    ~Waiting() {
        if (observer_) observer_->end_waiting();
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

}  // namespace kitchen::observe
