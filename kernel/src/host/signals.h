// SIGTERM and SIGINT ask the server to stop; a second one ends the process at once with 128 + its
// number. SIGHUP is logged and ignored, SIGPIPE, SIGUSR1 and SIGUSR2 are ignored: by default they
// would end the process without a drain.
//
// Thread-safety: block_signals() before the first thread is started, so that every thread inherits
// the mask; the rest from any. At most one SignalWatcher a process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "host/exit_code.h"
#include "kitchen/log.h"

namespace kitchen::host {

/// Ends the process when it has not been destroyed in time: for a shutdown that waits for what
/// never ends.
///
/// Thread-safety: construct and destroy on one thread.
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

void block_signals();

class SignalWatcher {
public:
    SignalWatcher();
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

    /// Where SIGHUP and the signals that stop are logged; nullptr: nowhere. Must outlive the
    /// watcher, or be taken back.
    void log_to(Logger* log);
    /// Until lift_limit(): the first signal that stops ends the process, with ExitCode::ok, when it
    /// still runs after `grace`. For a start, which may wait long for what never comes;
    /// `busy` names the plugin that it waits for. Needs a log, and lift_limit() before that is
    /// taken back.
    void limit(std::chrono::milliseconds grace, std::function<std::string()> busy);
    void lift_limit();
    bool stop_requested() const;
    /// Blocks until SIGTERM or SIGINT has come. Its number.
    int wait();

private:
    void watch();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Logger* log_ = nullptr;
    std::optional<std::chrono::milliseconds> grace_;
    std::function<std::string()> busy_;
    std::optional<ExitTimer> timer_;
    int signal_ = 0;
    bool finished_ = false;
    std::thread thread_;
};

/// The last line of a process that ends by a fault (std::terminate, SIGSEGV, SIGBUS, SIGFPE,
/// SIGILL, SIGABRT): which signal or exception, in the code of which plugin, for which request, and
/// the thread's stack as places in libraries (addr2line reads them). An exception that
/// a static initialiser throws cannot be caught (the dynamic linker is on the stack), so this line
/// is all there is to say of it. The signal then does what it does by default, a core dump
/// included.
///
/// Thread-safety: install once, before other threads start. The report itself allocates nothing.
void report_crashes();

/// From now on that line is JSON, or not, and also written to `file`, for the next start. Gives
/// what the last run of this user has left there, and removes it; "" for nothing.
std::string keep_crashes(bool json, const std::filesystem::path& file);

}  // namespace kitchen::host
