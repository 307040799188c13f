#include "jobs/job_queues.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace kitchen::jobs {

class JobQueues::Queue final : public Jobs {
public:
    Queue(JobQueues& all, unsigned threads) : pool({.threads = threads}, all.log_), all_(all) {}

    bool post(std::string name, std::function<void()> work) override {
        return pool.post(std::move(name), std::move(work));
    }
    bool post_after(std::chrono::milliseconds delay, std::string name,
                    std::function<void()> work) override {
        return pool.post_after(delay, std::move(name), std::move(work));
    }
    Jobs& queue(std::string_view name, unsigned threads) override {
        return all_.queue(name, threads);
    }

    JobPool pool;

private:
    JobQueues& all_;
};

JobQueues::JobQueues(Logger& log) : log_(log), common_(find("", common_threads)) {}

JobQueues::~JobQueues() { stop(); }

JobQueues::Queue& JobQueues::find(std::string_view name, unsigned threads) {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(name);
    if (found != queues_.end()) return *found->second;
    return *queues_.emplace(name, std::make_unique<Queue>(*this, std::max(1U, threads)))
                .first->second;
}

bool JobQueues::post(std::string name, std::function<void()> work) {
    return common_.post(std::move(name), std::move(work));
}

bool JobQueues::post_after(std::chrono::milliseconds delay, std::string name,
                           std::function<void()> work) {
    return common_.post_after(delay, std::move(name), std::move(work));
}

Jobs& JobQueues::queue(std::string_view name, unsigned threads) { return find(name, threads); }

void JobQueues::add_periodic(std::string_view queue, std::string name,
                             std::chrono::milliseconds interval, std::function<void()> work) {
    find(queue, 1).pool.add_periodic(std::move(name), interval, std::move(work));
}

void JobQueues::pause_periodic() {
    for (JobPool* pool : pools()) pool->pause_periodic();
}

bool JobQueues::drain(std::chrono::milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    bool all = true;
    for (JobPool* pool : pools()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        if (!pool->drain(std::max(left, std::chrono::milliseconds(0)))) all = false;
    }
    return all;
}

void JobQueues::stop() {
    for (JobPool* pool : pools()) pool->stop();
}

std::vector<JobPool*> JobQueues::pools() const {
    const std::lock_guard lock(mutex_);
    std::vector<JobPool*> all;
    for (const auto& entry : queues_) all.push_back(&entry.second->pool);
    return all;
}

void JobQueues::for_each(
    const std::function<void(const std::string& name, const JobPool&)>& use) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, queue] : queues_) use(name, queue->pool);
}

}  // namespace kitchen::jobs
