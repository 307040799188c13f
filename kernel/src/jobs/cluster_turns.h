// Lets one process at a time of all that share a store do a job, about once an interval in all of
// them together.
//
// A row for each job says who holds it and until when. The holder renews it while it works, so a
// long job is not taken over; a process that died stops renewing, and another takes the job when
// the row has run out. Times are those of each process's clock: clocks that differ by more than
// `lease` break the promise. The table, kitchen_turns, is the Migrator's.
//
// It outlives the jobs: while one runs, also while the kernel drains, its turn is renewed.
//
// Thread-safety: run() and renew() from any thread, run() of one job on one at a time. What the
// constructor takes must outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "jobs/job_pool.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/store.h"

namespace kitchen::jobs {

class ClusterTurns {
public:
    static constexpr std::chrono::seconds lease{30};

    /// `holder` names this process among all.
    ClusterTurns(Store& store, const Clock& clock, Logger& log, std::string holder);

    /// Works, unless another process does, or has begun within the interval.
    void run(const std::string& job, std::chrono::milliseconds interval,
             const std::function<void()>& work);
    /// Renews what runs here, again and again, on a thread of its own until this object ends.
    void keep_renewing();
    void renew();

private:
    bool begin(const std::string& job);
    void end(const std::string& job, Timestamp next);
    void hold(const std::string& job, Timestamp until);

    Store& store_;
    const Clock& clock_;
    Logger& log_;
    const std::string holder_;
    Statement take_, hold_;
    std::mutex mutex_;  ///< also held while rows are renewed, so that no renewal follows an end
    std::set<std::string> running_;
    JobPool renewals_;
};

}  // namespace kitchen::jobs
