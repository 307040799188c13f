// A few threads, one bounded queue ordered by due time. The threads begin with the first job.
//
// Time here is the system's steady clock, also in tests: threads have to wait on something real.
//
// Thread-safety: all calls, from any thread; drain() and stop() from one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/log.h"
#include "observe/current_trace.h"

namespace kitchen::jobs {

struct JobPoolOptions {
    unsigned threads = 2;
    std::size_t capacity = 1024;  ///< jobs waiting, delayed ones too; periodic ones do not count
};

class JobPool {
public:
    struct Stats {
        std::size_t waiting = 0;  ///< posted, delayed ones too; periodic ones do not count
        std::size_t running = 0;
        // Since the start, periodic ones too:
        std::uint64_t finished = 0;  ///< also those that failed
        std::uint64_t failed = 0;    ///< threw
        std::uint64_t refused = 0;   ///< not taken
    };

    JobPool(JobPoolOptions options, Logger& log);
    /// Stops.
    ~JobPool();
    JobPool(const JobPool&) = delete;
    JobPool& operator=(const JobPool&) = delete;

    // As those of kitchen/jobs.h.
    bool post(std::string name, std::function<void()> work);
    bool post_after(std::chrono::milliseconds delay, std::string name, std::function<void()> work);
    /// Runs about every `interval`, first after one interval, never twice at once, until drain().
    void add_periodic(std::string name, std::chrono::milliseconds interval,
                      std::function<void()> work);

    /// No periodic job starts any more; those posted still run, and more may be posted.
    void pause_periodic();
    /// Takes no more jobs, drops those that are not due yet, and waits until the rest is done or
    /// the deadline has passed. True when all was done; otherwise what is left is logged by name.
    bool drain(std::chrono::milliseconds deadline);
    /// Drops what is queued, waits for what is running, and joins the threads. Idempotent.
    void stop();
    Stats stats() const;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Job {
        std::string name;
        std::function<void()> work;
        std::chrono::milliseconds interval{0};                    ///< > 0: periodic
        std::shared_ptr<const observe::CarriedTrace> trace = {};  ///< of the caller of post()
        std::string plugin = {};                                  ///< likewise
    };

    bool enqueue(std::chrono::milliseconds delay, Job job);
    void work();
    bool run(const Job& job);
    bool is_idle() const;
    std::vector<Job> take_if(const std::function<bool(Time due, const Job&)>& wanted);

    Logger& log_;
    const JobPoolOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;  ///< workers: something is due earlier than thought
    std::condition_variable done_;  ///< drain(): something has finished
    std::multimap<Time, Job> queue_;
    std::vector<std::string> running_;
    std::size_t waiting_ = 0;  ///< jobs in the queue that are not periodic
    std::uint64_t finished_ = 0, failed_ = 0, refused_ = 0;
    bool accepting_ = true, periodic_ = true, stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kitchen::jobs
