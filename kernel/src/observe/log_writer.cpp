#include "observe/log_writer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <pthread.h>

namespace kitchen::observe {
namespace {

/// Meanwhile further lines join the batch.
constexpr std::chrono::milliseconds linger{1};

}  // namespace

LogWriter::~LogWriter() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void LogWriter::write(std::string_view line) {
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() + line.size() >= most_waiting) {
            ++lost_;
            return;
        }
        waiting_.append(line).push_back('\n');
        if (!thread_.joinable()) begin();
        must_wake = !std::exchange(is_awake_, true);
    }
    if (must_wake) wake_.notify_one();
}

/// Signals are for the thread that waits for them.
void LogWriter::begin() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        thread_ = std::thread([this] { work(); });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LogWriter::work() {
    std::string batch;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (waiting_.empty() && lost_ == 0) {
            if (is_ending_) return;
            is_awake_ = false;
            wake_.wait(lock, [this] { return is_ending_ || is_awake_; });
        }
        if (!is_ending_) wake_.wait_for(lock, linger, [this] { return is_ending_; });
        batch.swap(waiting_);
        const std::uint64_t lost = std::exchange(lost_, 0);
        lock.unlock();
        sink_.note_lost(lost);
        try {
            if (!batch.empty()) sink_.write(std::string_view(batch).substr(0, batch.size() - 1));
        } catch (...) {  // out of memory: the batch is lost, the server is not
            sink_.note_lost(static_cast<std::uint64_t>(std::ranges::count(batch, '\n')));
        }
        batch.clear();
        lock.lock();
    }
}

}  // namespace kitchen::observe
