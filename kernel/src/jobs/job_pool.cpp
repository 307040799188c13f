#include "jobs/job_pool.h"

#include <algorithm>
#include <exception>

#include "observe/crash_stack.h"
#include "observe/current_plugin.h"

namespace kitchen::jobs {

JobPool::JobPool(JobPoolOptions options, Logger& log) : log_(log), options_(options) {}

JobPool::~JobPool() { stop(); }

bool JobPool::post(std::string name, std::function<void()> work) {
    return post_after(std::chrono::milliseconds(0), std::move(name), std::move(work));
}

bool JobPool::post_after(std::chrono::milliseconds delay, std::string name,
                         std::function<void()> work) {
    return enqueue(std::max(delay, std::chrono::milliseconds(0)),
                   {std::move(name),
                    std::move(work),
                    {},
                    observe::current_trace(),
                    std::string(observe::CurrentPlugin::place().id)});
}

void JobPool::add_periodic(std::string name, std::chrono::milliseconds interval,
                           std::function<void()> work) {
    enqueue(interval, {std::move(name), std::move(work), interval, nullptr,
                       std::string(observe::CurrentPlugin::place().id)});
}

bool JobPool::enqueue(std::chrono::milliseconds delay, Job job) {
    const bool is_periodic = job.interval.count() > 0;
    {
        std::lock_guard lock(mutex_);
        if (!accepting_ || (is_periodic ? !periodic_ : waiting_ >= options_.capacity)) {
            ++refused_;
            return false;
        }
        if (!is_periodic) ++waiting_;
        while (threads_.size() < options_.threads) threads_.emplace_back([this] { work(); });
        // A delay of centuries must not overflow the clock.
        queue_.emplace(
            std::chrono::steady_clock::now() +
                std::min(delay, std::chrono::milliseconds(std::chrono::hours(24 * 3650))),
            std::move(job));
    }
    wake_.notify_one();
    return true;
}

void JobPool::work() {
    const observe::CrashStack crash_stack;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (stopping_) return;
        if (queue_.empty()) {
            wake_.wait(lock);
            continue;
        }
        const Time due = queue_.begin()->first;
        if (due > std::chrono::steady_clock::now()) {
            wake_.wait_until(lock, due);
            continue;
        }
        Job job = std::move(queue_.begin()->second);
        queue_.erase(queue_.begin());
        const bool is_periodic = job.interval.count() > 0;
        if (!is_periodic) --waiting_;
        if (is_periodic && !periodic_) {
            lock.unlock();
            job.work = nullptr;  // what it captured goes outside the lock
            lock.lock();
            continue;
        }
        running_.push_back(job.name);
        // This thread is busy now: what comes next belongs to another.
        if (!queue_.empty()) wake_.notify_one();
        lock.unlock();
        const bool is_done = run(job);
        if (!is_periodic) job.work = nullptr;  // outside the lock too
        lock.lock();
        ++finished_;
        if (!is_done) ++failed_;
        running_.erase(std::find(running_.begin(), running_.end(), job.name));
        if (is_periodic && periodic_ && !stopping_) {
            const Time next = std::chrono::steady_clock::now() + job.interval;
            queue_.emplace(next, std::move(job));
        }
        done_.notify_all();
    }
}

bool JobPool::run(const Job& job) {
    const observe::TraceScope scope(job.trace);
    const observe::CurrentPlugin current(job.plugin, job.name);
    try {
        job.work();
        return true;
    } catch (const std::exception& e) {
        log_.error("job failed", {{"job", job.name}, {"reason", e.what()}});
    } catch (...) {
        log_.error("job failed", {{"job", job.name},
                                  {"reason", "it threw something that is not a std::exception"}});
    }
    return false;
}

JobPool::Stats JobPool::stats() const {
    std::lock_guard lock(mutex_);
    return {waiting_, running_.size(), finished_, failed_, refused_};
}

bool JobPool::is_idle() const { return queue_.empty() && running_.empty(); }

std::vector<JobPool::Job> JobPool::take_if(const std::function<bool(Time, const Job&)>& wanted) {
    std::vector<Job> taken;
    for (auto it = queue_.begin(); it != queue_.end();) {
        if (!wanted(it->first, it->second)) {
            ++it;
            continue;
        }
        if (it->second.interval.count() == 0) --waiting_;
        taken.push_back(std::move(it->second));
        it = queue_.erase(it);
    }
    return taken;
}

void JobPool::pause_periodic() {
    std::vector<Job> dropped;  // destroyed outside the lock: what a job captured may call back
    std::lock_guard lock(mutex_);
    periodic_ = false;
    dropped = take_if([](Time, const Job& job) { return job.interval.count() > 0; });
}

bool JobPool::drain(std::chrono::milliseconds deadline) {
    pause_periodic();
    const Time until = std::chrono::steady_clock::now() + deadline;
    std::vector<std::string> left;
    std::vector<Job> dropped;
    {
        std::unique_lock lock(mutex_);
        accepting_ = false;
        const Time now = std::chrono::steady_clock::now();
        dropped = take_if([&](Time due, const Job&) { return due > now; });
        if (!done_.wait_until(lock, until, [&] { return is_idle(); })) {
            left = running_;
            for (const auto& [due, job] : queue_) left.push_back(job.name);
        }
    }
    for (const Job& job : dropped) log_.warn("job dropped before its time", {{"job", job.name}});
    for (const std::string& name : left)
        log_.warn("job not finished before the deadline", {{"job", name}});
    return left.empty();
}

void JobPool::stop() {
    std::multimap<Time, Job> dropped;
    {
        std::lock_guard lock(mutex_);
        accepting_ = periodic_ = false;
        stopping_ = true;
        waiting_ = 0;
        dropped.swap(queue_);
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

}  // namespace kitchen::jobs
