// The real executable as a child process, for what only a process can show: signals, exit codes, its own limits.
//
// Thread-safety: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <thread>

#include "kitchen_server.h"

namespace kitchen::tests {

struct ProcessOptions {
    std::string server = {};        ///< further keys of `server:`, in flow style
    std::string store = "store-memory";
    std::string auth = {};          ///< further keys of auth's `config:`, in flow style
    std::uint64_t descriptors = 0;  ///< RLIMIT_NOFILE of the process; 0: as it is
};

class ServerProcess {
public:
    /// The plugins of config/test.yaml and the stove, all data in a directory of its own. Comes back when it serves; throws with what it
    /// said when it does not.
    explicit ServerProcess(ProcessOptions options = {});
    /// Kills it when it still runs.
    ~ServerProcess();

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// The exit code; 128 + N when signal N ended it; -1 when it still runs after 30 s.
    int wait();
    /// Seconds of processor time it has used so far.
    double processor_seconds() const;
    /// What it has logged, once it has ended.
    const std::string& output() const { return output_; }

    static constexpr const char* admin = "Authorization: Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6U3cwcmRmaXNoLWFuZC1yaWNl\r\n";

private:
    TemporaryDirectory directory_;
    pid_t pid_ = -1;
    int exit_code_ = -1;
    int log_ = -1;
    std::uint16_t port_ = 0;
    std::string output_;
    std::thread reader_;
};

}  // namespace kitchen::tests
