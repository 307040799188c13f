// Work that is not part of a response: sending a mail after it, sweeping old rows.
//
// Jobs run on the kernel's own threads, never on those that answer requests. Each queue has threads
// of its own, so slow work in one delays nothing in another; what may take long (a mail service, a
// receiver of webhooks) gets a queue. An exception out of a job is logged with its name and does
// not stop it from running again. When the kernel drains, posted jobs are finished (up to the
// deadline) and no periodic job starts any more.
//
// Thread-safety: all calls, from any thread. Owned by the kernel.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace kitchen {

class Jobs {
public:
    using Interface = Jobs;
    static constexpr std::string_view interface_name = "jobs/1";
    virtual ~Jobs() = default;
    /// Runs once, soon. False when the queue is full or the kernel is stopping: the job was not
    /// taken.
    [[nodiscard]] virtual bool post(std::string name, std::function<void()> work) = 0;
    /// Runs once, not before `delay` has passed.
    [[nodiscard]] virtual bool post_after(std::chrono::milliseconds delay, std::string name,
                                          std::function<void()> work) = 0;
    /// The queue of that name, made when it is first asked for, then with so many threads. "" is
    /// the common one, which this interface itself posts to. Lives as long as the kernel.
    virtual Jobs& queue(std::string_view name, unsigned threads = 1) = 0;
};

/// How a periodic job runs.
struct PeriodicOptions {
    std::string queue = {};  ///< see Jobs::queue()
    /// One process at a time of all that share the store, and about once an interval in all of
    /// them together. A process that dies over the job is replaced after half a minute; one that
    /// cannot reach the store for so long may find that another has begun. Without a store: as if
    /// false.
    bool once_per_cluster = false;
};

}  // namespace kitchen
