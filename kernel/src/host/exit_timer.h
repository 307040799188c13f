// Ends the process when it has not been destroyed in time: for a shutdown that waits for what never
// ends.
//
// Thread-safety: construct and destroy on one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "host/exit_code.h"
#include "kitchen/log.h"

namespace kitchen::host {

class ExitTimer {
public:
    /// After `delay` it logs an error, with the plugin that `busy` names unless that is "", and
    /// calls _exit(code). What the stores have acknowledged is safe then, as after a crash.
    ExitTimer(std::chrono::milliseconds delay, ExitCode code, Logger& log,
              std::function<std::string()> busy);
    ~ExitTimer();
    ExitTimer(const ExitTimer&) = delete;
    ExitTimer& operator=(const ExitTimer&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool finished_ = false;
    std::thread thread_;
};

}  // namespace kitchen::host
