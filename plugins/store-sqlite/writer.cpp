#include "writer.h"

#include <algorithm>

namespace kitchen::sqlite {

namespace {
constexpr std::chrono::milliseconds migration_patience = std::chrono::minutes(1);
}

void Writer::start(std::unique_ptr<Connection> connection, std::size_t group_limit,
                   std::chrono::milliseconds busy_timeout) {
    connection_ = std::move(connection);
    group_limit_ = std::max<std::size_t>(group_limit, 1);
    busy_timeout_ = busy_timeout;
    bodies_ = commits_ = 0;
    std::lock_guard lock(mutex_);
    running_ = true;
    thread_ = std::thread([this] { work(); });
}

void Writer::stop() noexcept {
    {
        std::lock_guard lock(mutex_);
        running_ = false;
    }
    queued_.notify_all();
    if (thread_.joinable()) thread_.join();
    thread_id_ = std::thread::id();
    if (connection_) connection_->checkpoint();
    connection_.reset();
}

Status Writer::submit(const SqliteBody& body, bool alone) {
    Job job{&body, alone, Clock::now(), {}, {}, {}, false, {}};
    std::unique_lock lock(mutex_);
    if (!running_) return closed_error();
    queue_.push_back(&job);
    queued_.notify_one();
    job.wake.wait(lock, [&job] { return job.finished; });
    lock.unlock();
    if (job.thrown) std::rethrow_exception(job.thrown);
    job.hooks.settle(job.result);
    return std::move(job.result);
}

void Writer::work() noexcept {
    thread_id_ = std::this_thread::get_id();
    for (;;) {
        Job* job = nullptr;
        {
            std::unique_lock lock(mutex_);
            queued_.wait(lock, [this] { return !queue_.empty() || !running_; });
            if (queue_.empty()) return;
            job = queue_.front();
            queue_.pop_front();
        }
        if (job->alone) {
            run_alone(job);
            finish({job});
        } else {
            run_group(job);
        }
    }
}

Writer::Job* Writer::next_for_group() {
    std::lock_guard lock(mutex_);
    if (queue_.empty() || queue_.front()->alone) return nullptr;
    Job* job = queue_.front();
    queue_.pop_front();
    return job;
}

void Writer::run_group(Job* first) {
    Jobs group;
    const auto asked = Clock::now();
    if (Status begun = connection_->begin_write(); !begun) {
        first->result = begun;
        group.push_back(first);
        refuse_queued(asked, begun.error(),
                      group);  // they have waited for the same lock just as long
        finish(group);
        return;
    }
    std::size_t kept = 0;
    for (Job* job = first; job; job = group.size() < group_limit_ ? next_for_group() : nullptr) {
        group.push_back(job);
        const Outcome outcome = run_in_savepoint(*job);
        if (outcome == Outcome::lost) {
            connection_->rollback();
            finish({job});
            group.pop_back();
            for (Job* other : group) {
                run_alone(other);
                finish({other});
            }
            return;
        }
        if (outcome == Outcome::kept) ++kept;
    }
    // Also a body that failed gets its result only now: what made it fail may be the work of
    // another that is not durable yet.
    if (kept == 0) {
        connection_->rollback();
    } else if (Status committed = connection_->commit(); committed) {
        bodies_ += kept;
        ++commits_;
    } else {
        connection_->rollback();
        for (Job* job : group) job->result = committed.error();
    }
    finish(group);
}

Writer::Outcome Writer::run_in_savepoint(Job& job) {
    if (Status set = connection_->savepoint(); !set) {
        job.result = set;
        return Outcome::lost;
    }
    try {
        SqliteTransaction transaction(*connection_, &job.hooks);
        job.result = transaction.settle((*job.body)(transaction));
        if (job.result) job.result = connection_->release();
        if (job.result) return Outcome::kept;
    } catch (...) {
        job.thrown = std::current_exception();
    }
    job.hooks.clear();
    // SQLite ends the whole transaction by itself on some errors; then there is no savepoint to go
    // back to.
    if (!connection_->in_transaction() || !connection_->undo_to_savepoint()) return Outcome::lost;
    return Outcome::undone;
}

void Writer::run_alone(Job* job) {
    job->thrown = nullptr;
    try {
        if (job->alone) connection_->set_busy_timeout(std::max(busy_timeout_, migration_patience));
        job->result = run_write(*connection_, *job->body, job->hooks);
    } catch (...) {
        job->thrown = std::current_exception();
    }
    connection_->set_busy_timeout(busy_timeout_);
    if (!job->thrown && job->result) {
        ++bodies_;
        ++commits_;
    }
}

void Writer::refuse_queued(Clock::time_point until, const Error& error, Jobs& refused) {
    std::lock_guard lock(mutex_);
    while (!queue_.empty() && !queue_.front()->alone && queue_.front()->queued <= until) {
        queue_.front()->result = error;
        refused.push_back(queue_.front());
        queue_.pop_front();
    }
}

void Writer::finish(const Jobs& jobs) {
    std::lock_guard lock(mutex_);
    for (Job* job : jobs) {
        job->finished = true;
        job->wake.notify_one();  // under the lock: the job is gone as soon as its caller has it
    }
}

}  // namespace kitchen::sqlite
