#include "worker_pool.h"

#include <algorithm>
#include <utility>

#include "kitchen/cores.h"
#include "observe/crash_stack.h"
#include "signals_blocked.h"

namespace kitchen::http {
namespace {

using std::chrono::steady_clock;

// The watching thread goes to sleep after so many looks in a row at which there was nothing to do.
constexpr int quiet_looks = 10;
// So many threads are replaced at most: against a plugin that does not bound its waits.
constexpr std::size_t most_parked = 256;

}  // namespace

thread_local WorkerPool::Worker* WorkerPool::current_ = nullptr;

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit, unsigned working,
                       std::chrono::milliseconds patience)
    : threads_for_tasks_(threads),
      queue_limit_(queue_limit),
      working_limit_(working > 0 ? working : usable_cores()),
      patience_(patience) {
    watcher_ = std::thread([this] { watch(); });
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::add_thread() {
    threads_.reserve(threads_.size() + 1);
    Worker& worker = workers_.emplace_back(*this);
    const SignalsBlocked blocked;
    try {
        threads_.emplace_back([this, &worker] { work(worker); });
    } catch (...) {
        workers_.pop_back();
        throw;
    }
    ++idle_;
}

void WorkerPool::attend(Poller& poller) {
    const std::lock_guard lock(mutex_);
    unattended_.reserve(attended_ + 1);
    add_thread();
    ++attended_;
    unattended_.push_back({&poller, steady_clock::now()});
    wake(steady_clock::now());
}

void WorkerPool::leave(Poller& poller) {
    Lock lock(mutex_);
    attended_ -=
        std::erase_if(unattended_, [&](const Unattended& u) { return u.poller == &poller; });
    const auto worker = std::find_if(workers_.begin(), workers_.end(),
                                     [&](const Worker& w) { return w.polls == &poller; });
    if (worker == workers_.end()) return;
    Worker& one = *worker;  // stays where it is when others are added
    one.leaves = true;
    poller.interrupt();
    polled_.wait(lock, [&] { return one.polls != &poller; });
    --attended_;
}

bool WorkerPool::try_post(std::unique_ptr<Task>& task, Time deadline) {
    const Time now = steady_clock::now();
    const std::lock_guard lock(mutex_);
    // A task that a thread without one could take does not wait itself.
    if (stopping_ ||
        queue_.size() >= queue_limit_ + threads_for_tasks_ - std::min(busy_, threads_for_tasks_)) {
        ++refused_;
        return false;
    }
    queue_.push_back({std::move(task), now, deadline});
    const bool comes_itself = current_ && &current_->pool == this && current_->polls;
    if (comes_itself && !current_->counts) {
        current_->since = now;
        count(*current_, true);
    }
    if (!comes_itself || is_late(queue_.front().posted, now)) wake(now);
    be_watched();
    return true;
}

void WorkerPool::wake(Time now) {
    if (is_idle()) return;
    const bool help = (!queue_.empty() && is_late(queue_.front().posted, now)) ||
                      (!unattended_.empty() && unattended_.front().has_events &&
                       is_late(unattended_.front().since, now));
    if (working_ + waking_ > 0 && !(help && working_ + waking_ < working_limit_)) return;
    if (waking_ >= idle_ && !has_begun_thread()) return;
    ++waking_;
    wake_.notify_one();
}

void WorkerPool::stop() {
    std::deque<Queued> dropped;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(queue_);
        for (const Worker& worker : workers_)
            if (worker.polls) worker.polls->interrupt();
    }
    wake_.notify_all();
    watch_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
    if (watcher_.joinable()) watcher_.join();
}

WorkerPool::Stats WorkerPool::stats() const {
    const std::lock_guard lock(mutex_);
    return {threads_for_tasks_, busy_, queue_.size(), refused_};
}

void WorkerPool::count(Worker& worker, bool counts) noexcept {
    if (worker.counts == counts) return;
    worker.counts = counts;
    counts ? ++working_ : --working_;
}

void WorkerPool::work(Worker& me) {
    const observe::CrashStack crash_stack;
    observe::Waiting::observer() = current_ = &me;
    Lock lock(mutex_);
    wait_until_woken(lock);
    while (!stopping_) {
        const Time now = steady_clock::now();
        if (must_poll(now)) {
            poll(me, lock, now);
        } else if (may_run()) {
            run_next(me, lock, now);
        } else {
            ++idle_;
            wait_until_woken(lock);
        }
    }
}

// Also while tasks wait, every so often: what is read then may be for an inline route, or refused.
bool WorkerPool::must_poll(Time now) const {
    return !unattended_.empty() && (!may_run() || is_late(unattended_.front().since, now));
}

// What cannot be run soon is read anyway, so that it is queued, counted, and refused.
void WorkerPool::poll(Worker& me, Lock& lock, Time now) {
    Unattended polled = unattended_.front();
    const bool takes_long = polled.has_events && is_late(polled.since, now);
    if (takes_long) wake(now);  // before the round is read to its end, and begins anew
    unattended_.erase(unattended_.begin());
    const bool all = may_run() || takes_long;
    if (!unattended_.empty()) wake(now);
    me.polls = polled.poller;
    lock.unlock();
    bool has_events = false;
    if (all)
        polled.poller->poll_all();
    else
        has_events = polled.poller->poll_one();
    lock.lock();
    count(me, false);
    me.polls = nullptr;
    if (std::exchange(me.leaves, false)) return polled_.notify_all();
    if (!polled.has_events || !has_events) polled.since = steady_clock::now();
    polled.has_events = has_events;
    unattended_.push_back(polled);
}

void WorkerPool::run_next(Worker& me, Lock& lock, Time now) {
    std::unique_ptr<Task> task = std::move(queue_.front().task);
    queue_.pop_front();
    ++busy_;
    me.runs = true;
    me.since = now;
    count(me, true);
    wake(now);
    be_watched();
    lock.unlock();
    task->run();
    task.reset();
    lock.lock();
    --busy_;
    me.runs = false;
    count(me, false);
}

void WorkerPool::wait_until_woken(Lock& lock) {
    wake_.wait(lock, [this] { return stopping_ || waking_ > 0; });
    --idle_;
    if (waking_ > 0) --waking_;
}

void WorkerPool::Worker::begin_waiting(bool parked) noexcept {
    const std::lock_guard lock(pool.mutex_);
    if (!runs) return;
    if (parked && parks++ == 0) {
        --pool.busy_;
        ++pool.parked_;
    }
    if (waits++ == 0) pool.count(*this, false);
    pool.wake(steady_clock::now());
}

void WorkerPool::Worker::end_waiting(bool parked) noexcept {
    const std::lock_guard lock(pool.mutex_);
    if (!runs) return;
    if (parked && --parks == 0) {
        --pool.parked_;
        ++pool.busy_;
    }
    if (--waits > 0) return;
    since = steady_clock::now();
    pool.count(*this, true);
}

std::size_t WorkerPool::most_threads() const {
    return threads_for_tasks_ + attended_ + std::min(parked_, most_parked);
}

bool WorkerPool::has_begun_thread() noexcept {
    if (stopping_ || workers_.size() >= most_threads()) return false;
    try {
        add_thread();
        return true;
    } catch (...) {  // none to be had now: those that there are go on
        return false;
    }
}

void WorkerPool::release_slow(Time now) {
    for (Worker& worker : workers_)
        if (worker.counts && now - worker.since >= patience_) count(worker, false);
    wake(now);
}

void WorkerPool::be_watched() {
    if (std::exchange(watched_, true)) return;
    watch_.notify_one();
}

// A thread of its own: those of the pool may all be stuck, which is when it is needed. It sleeps
// while nothing is to be done.
void WorkerPool::watch() {
    Lock lock(mutex_);
    int quiet = 0;
    while (!stopping_) {
        const Time now = steady_clock::now();
        if (!queue_.empty() && queue_.front().deadline <= now) {
            std::unique_ptr<Task> task = std::move(queue_.front().task);
            queue_.pop_front();
            lock.unlock();
            task->expire();
            task.reset();
            lock.lock();
            continue;
        }
        quiet = is_idle() && queue_.empty() ? quiet + 1 : 0;
        if (quiet >= quiet_looks) {
            watched_ = false;
            watch_.wait(lock, [this] { return stopping_ || watched_; });
            quiet = 0;
            continue;
        }
        release_slow(now);
        const Time next = now + patience_;
        watch_.wait_until(lock, queue_.empty() ? next : std::min(queue_.front().deadline, next));
    }
}

}  // namespace kitchen::http
