// The process of one plugin, as the server sees it: this executable again, with a control channel
// and a listening socket as descriptors 3 and 4.
//
// Thread-safety: made, waited for and destroyed on one thread, which must live as long as the
// process: the system kills that when this thread ends (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "isolate/control_channel.h"
#include "kitchen/unique_fd.h"

namespace kitchen::isolate {

inline constexpr int control_fd = 3, listening_fd = 4;

class PluginProcess {
public:
    /// Throws std::system_error.
    PluginProcess(const std::string& config_file, const std::string& plugin, UniqueFd listening);
    /// Kills it, when it still runs.
    ~PluginProcess();
    PluginProcess(const PluginProcess&) = delete;
    PluginProcess& operator=(const PluginProcess&) = delete;

    ControlChannel& control() noexcept { return control_; }
    /// Of its memory, in bytes; 0 when it is gone.
    std::uint64_t resident_bytes() const;
    /// Asks it to stop, and kills it when it still runs after `grace`. How it ended, for people:
    /// "SIGSEGV", "exit code 0".
    std::string end(std::chrono::milliseconds grace);

private:
    ControlChannel control_;
    pid_t pid_ = -1;
};

/// In the process itself, first of all: it ends with the server, and is the first that the system
/// takes when memory runs out.
void join_server();
/// From now on a request for much more than `bytes` of memory fails.
void limit_memory(std::uint64_t bytes);

}  // namespace kitchen::isolate
