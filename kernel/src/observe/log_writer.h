// Writes log lines to standard error on a thread of its own, in batches: who logs neither waits for
// a reader nor pays for the system's calls.
//
// A line is written within about a millisecond. What waits is bounded: lines beyond that are lost,
// and a line says how many. The destructor writes all that waits; a process that is killed loses
// what a millisecond has brought.
//
// Thread-safety: write() from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "observe/stderr_sink.h"

namespace kitchen::observe {

class LogWriter {
public:
    static constexpr std::size_t most_waiting = 4 * 1024 * 1024;  ///< bytes

    /// What the sink's constructor takes.
    LogWriter(int descriptor, std::function<std::string(std::uint64_t lines)> lost)
        : sink_(descriptor, std::move(lost)) {}
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// A line without its newline.
    void write(std::string_view line);

private:
    void begin();
    void work();

    StderrSink sink_;  ///< of the thread alone
    std::mutex mutex_;
    std::condition_variable wake_;
    std::string waiting_;  ///< lines with their newlines
    std::uint64_t lost_ = 0;
    bool is_awake_ = false;  ///< the thread looks at what waits by itself
    bool is_ending_ = false;
    std::thread thread_;  ///< begins with the first line
};

}  // namespace kitchen::observe
