// What this thread asks the store for transactions for: set around handlers and commands.
//
// Thread-safety: each thread has its own.
#pragma once

#include <utility>

#include "kitchen/change_log.h"

namespace kitchen::observe {

class CauseScope {
public:
    /// Until the scope ends. `cause` must live as long.
    explicit CauseScope(const ChangeCause& cause) noexcept
        : before_(std::exchange(current_, &cause)) {}
    ~CauseScope() { current_ = before_; }
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;

    /// nullptr outside every scope.
    static const ChangeCause* current() noexcept { return current_; }

private:
    static inline constinit thread_local const ChangeCause* current_ = nullptr;
    const ChangeCause* const before_;
};

}  // namespace kitchen::observe
