#include "host/signals.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace kitchen::host {
namespace {

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
    return set;
}

/// The log's thread writes within about a millisecond (observe/log_writer.h), and _exit() does not
/// wait for it.
void let_log_be_written() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

}  // namespace

ExitTimer::ExitTimer(std::chrono::milliseconds delay, ExitCode code, Logger& log,
                     std::function<std::string()> busy)
    : thread_([this, delay, code, &log, busy = std::move(busy)] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_for(lock, delay, [this] { return finished_; })) return;
          log.error("still waiting for what does not end: exiting",
                    {{"after_ms", delay.count()}, {"plugin", busy()}});
          let_log_be_written();
          _exit(static_cast<int>(code));
      }) {}

ExitTimer::~ExitTimer() {
    {
        std::lock_guard lock(mutex_);
        finished_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void block_signals() {
    for (const int number : {SIGPIPE, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalWatcher::SignalWatcher() : thread_([this] { watch(); }) {}

SignalWatcher::~SignalWatcher() {
    {
        std::lock_guard lock(mutex_);
        finished_ = true;
    }
    pthread_kill(thread_.native_handle(), SIGHUP);  // wakes sigwait()
    thread_.join();
}

void SignalWatcher::watch() {
    const sigset_t set = watched();
    for (;;) {
        int number = 0;
        if (sigwait(&set, &number) != 0) continue;
        std::lock_guard lock(mutex_);
        if (finished_) return;
        if (number == SIGHUP) {
            if (log_)
                log_->info("SIGHUP ignored: restart the server to read its configuration again");
        } else if (signal_ != 0) {
            if (log_) log_->warn("second signal: exiting at once", {{"signal", number}});
            let_log_be_written();
            _exit(128 + number);
        } else {
            signal_ = number;
            if (log_) log_->info("signal received: stopping", {{"signal", number}});
            if (log_ && grace_) timer_.emplace(*grace_, ExitCode::ok, *log_, busy_);
            changed_.notify_all();
        }
    }
}

void SignalWatcher::log_to(Logger* log) {
    std::lock_guard lock(mutex_);
    log_ = log;
}

void SignalWatcher::limit(std::chrono::milliseconds grace, std::function<std::string()> busy) {
    std::lock_guard lock(mutex_);
    grace_ = grace;
    busy_ = std::move(busy);
    if (log_ && signal_ != 0) timer_.emplace(grace, ExitCode::ok, *log_, busy_);
}

void SignalWatcher::lift_limit() {
    std::lock_guard lock(mutex_);
    grace_.reset();
    timer_.reset();
}

bool SignalWatcher::stop_requested() const {
    std::lock_guard lock(mutex_);
    return signal_ != 0;
}

int SignalWatcher::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return signal_ != 0; });
    return signal_;
}

}  // namespace kitchen::host
