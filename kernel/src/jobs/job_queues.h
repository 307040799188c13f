// The kernel's jobs/1: job pools by name.
//
// Thread-safety: as kitchen/jobs.h says; pause_periodic(), drain() and stop() on one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/job_pool.h"
#include "kitchen/jobs.h"

namespace kitchen::jobs {

class JobQueues final : public Jobs {
public:
    /// The common queue has so many threads.
    static constexpr unsigned common_threads = 2;

    explicit JobQueues(Logger& log);
    /// Stops.
    ~JobQueues() override;

    bool post(std::string name, std::function<void()> work) override;
    bool post_after(std::chrono::milliseconds delay, std::string name,
                    std::function<void()> work) override;
    Jobs& queue(std::string_view name, unsigned threads = 1) override;
    /// See JobPool::add_periodic().
    void add_periodic(std::string_view queue, std::string name, std::chrono::milliseconds interval,
                      std::function<void()> work);

    // As those of JobPool, over all queues.
    void pause_periodic();
    bool drain(std::chrono::milliseconds deadline);
    void stop();

    void for_each(const std::function<void(const std::string& name, const JobPool&)>& use) const;

private:
    class Queue;
    Queue& find(std::string_view name, unsigned threads);
    std::vector<JobPool*> pools() const;

    Logger& log_;
    mutable std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Queue>, std::less<>> queues_;
    Queue& common_;
};

}  // namespace kitchen::jobs
