// A program that a test starts: a real server, or the executable itself. Its output is kept, and it
// is gone when the test is.
//
//     ChildProcess redis({"redis-server", "--port", std::to_string(free_port()), "--save", ""});
//     ASSERT_TRUE(redis.wait_for("Ready to accept connections")) << redis.output();
//
// Thread-safety: one process, one thread; output() and signal() from any.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace kitchen::testkit {

struct ChildProcessOptions {
    std::string input{};  ///< on its standard input, at most 64 KiB; then end of file
    std::vector<std::pair<std::string, std::string>> environment{};  ///< on top of the test's own
    std::string user{};  ///< run as that user when the test is root ("postgres", which refuses to
                         ///< be root); empty: as the test
    std::filesystem::path directory{};  ///< working directory; empty: the test's
};

class ChildProcess {
public:
    using Seconds = std::chrono::seconds;

    /// Starts it in a process group of its own; the program is looked up in PATH. Throws
    /// std::runtime_error when it cannot be started.
    explicit ChildProcess(std::vector<std::string> command, ChildProcessOptions options = {});
    /// Kills the whole group and waits.
    ~ChildProcess();
    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) noexcept;

    /// True once that text stands in the output; false when the output has ended, or the time is
    /// up, without it.
    bool wait_for(std::string_view text, Seconds at_most = Seconds(60));
    /// Standard output and standard error so far, in the order of their coming.
    std::string output() const;
    pid_t pid() const;
    /// What it has used of the processors so far, in seconds; 0 once it has ended.
    double processor_seconds() const;
    /// To the process alone; signal_group() also to its children.
    void signal(int number);
    void signal_group(int number);
    /// The exit code, or minus the signal that ended it. All output has been read then. Throws
    /// std::runtime_error, and kills, when the time is up.
    int wait(Seconds at_most = Seconds(120));

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// A TCP port of 127.0.0.1 that is free, for servers that cannot take port 0. Another process
/// else may take it before the server does: start the server again on another one then.
std::uint16_t free_port();

/// One outside the range from which the system takes ports for connections (ip_local_port_range),
/// for servers that go away and come back: no other program gets it by chance meanwhile.
std::uint16_t lasting_port();

/// True once `condition` is; false when the time is up. For conditions that offer nothing to wait
/// on (another program's server).
bool wait_until(const std::function<bool()>& condition,
                std::chrono::seconds at_most = std::chrono::seconds(60));

}  // namespace kitchen::testkit
