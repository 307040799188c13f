// How far the primary's log had come, noted again and again: so the place of a replica in the log
// is a time, measured by one clock, and without asking the replica when it last heard of the
// primary. A replica that is cut off from the primary has replayed all that it received, and says
// that it is not behind.
//
// Thread-safety: all calls, from any thread, except limit(), which comes before them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>

#include "options.h"
#include "wire_value.h"

namespace kitchen::postgres {

class LogNotes {
public:
    using Time = std::chrono::steady_clock::time_point;

    void limit(const Options& options) {
        window_ = options.replica_max_lag - options.replica_interval();
        kept_ = options.replica_max_lag + std::chrono::minutes(10);
    }

    /// The log had come as far as `place` at `when`, or soon after.
    void note(Time when, Lsn place) {
        std::lock_guard lock(mutex_);
        notes_.push_back({when, place});
        while (notes_.front().when < when - kept_) notes_.pop_front();
        bound_ = std::find_if(notes_.begin(), notes_.end(), [&](const Note& one) {
                     return one.when >= when - window_;
                 })->place;
    }

    /// Who has replayed so far is within the limit until the next note is due. While the primary is
    /// away, and writes nothing, it stays where it is. 0: there is no note yet.
    Lsn bound() const noexcept { return bound_; }

    /// As far as the log had come at the last note; 0: there is none yet.
    Lsn newest() const {
        std::lock_guard lock(mutex_);
        return notes_.empty() ? 0 : notes_.back().place;
    }

    /// How long before the last note the log was where `replayed` is; at least so long, when that
    /// is further back than the notes go.
    Milliseconds lag(Lsn replayed) const {
        std::lock_guard lock(mutex_);
        if (notes_.empty()) return Milliseconds(0);
        auto seen = std::find_if(notes_.rbegin(), notes_.rend(),
                                 [&](const Note& one) { return one.place <= replayed; });
        const Time when = seen == notes_.rend() ? notes_.front().when : seen->when;
        return std::chrono::duration_cast<Milliseconds>(notes_.back().when - when);
    }

private:
    struct Note {
        Time when;
        Lsn place;
    };

    Milliseconds window_{0}, kept_{0};
    mutable std::mutex mutex_;
    std::deque<Note> notes_;
    std::atomic<Lsn> bound_{0};
};

}  // namespace kitchen::postgres
