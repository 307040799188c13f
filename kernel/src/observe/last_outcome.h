// Whether the last try of something that should always work did, for /health/.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "kitchen/result.h"

namespace kitchen::observe {

class LastOutcome {
public:
    void note(const Status& done) {
        if (done && !failed_) return;
        const std::lock_guard lock(mutex_);
        failure_ = done ? std::nullopt : std::optional(done.error());
        failed_ = failure_.has_value();
    }
    bool failed() const noexcept { return failed_; }
    Status status() const {
        const std::lock_guard lock(mutex_);
        return failure_ ? Status(*failure_) : Status();
    }

private:
    std::atomic<bool> failed_{false};
    mutable std::mutex mutex_;
    std::optional<Error> failure_;
};

}  // namespace kitchen::observe
