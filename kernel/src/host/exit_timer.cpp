#include "host/exit_timer.h"

#include <utility>

#include <unistd.h>

namespace kitchen::host {

ExitTimer::ExitTimer(std::chrono::milliseconds delay, ExitCode code, Logger& log,
                     std::function<std::string()> busy)
    : thread_([this, delay, code, &log, busy = std::move(busy)] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_for(lock, delay, [this] { return finished_; })) return;
          log.error("still waiting for what does not end: exiting",
                    {{"after_ms", delay.count()}, {"plugin", busy()}});
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

}  // namespace kitchen::host
