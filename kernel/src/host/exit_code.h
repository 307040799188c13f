// What the process ends with, and why. Part of the command line's contract: shown by --help, relied
// on by scripts.
//
// Thread-safety: plain values.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "kitchen/error.h"

namespace kitchen::host {

enum class ExitCode : int {
    ok = 0,
    failed = 1,         ///< the command did not do what was asked
    usage = 2,          ///< the command line is wrong
    configuration = 3,  ///< the configuration file is wrong
    plugin = 4,         ///< a plugin was refused, is missing, or failed in its constructor
    start_up = 5,       ///< a migration, a plugin's start, the store's check or the listener failed
    runtime = 6,        ///< it failed while running or stopping
    // 130 and 143: a second SIGINT or SIGTERM came while it was stopping.
};

/// The lines of --help.
inline constexpr const char* exit_code_help =
    "Exit codes: 0 ok, 1 the command failed, 2 usage, 3 configuration, 4 plugin, 5 start-up, 6 "
    "runtime;\n"
    "130 and 143 after a second SIGINT or SIGTERM.";

/// Why a kernel could not be brought up: every reason that was found, one line each, and the exit
/// code that goes with them.
class StartError : public std::runtime_error {
public:
    StartError(ExitCode code, std::vector<std::string> lines, std::string plugin = "kernel")
        : std::runtime_error(join(lines)),
          code_(code),
          lines_(std::move(lines)),
          plugin_(std::move(plugin)) {}
    StartError(ExitCode code, std::string line, std::string plugin = "kernel")
        : StartError(code, std::vector<std::string>{std::move(line)}, std::move(plugin)) {}

    ExitCode code() const noexcept { return code_; }
    const std::vector<std::string>& lines() const noexcept { return lines_; }
    /// Whose fault it is, as the log names it.
    const std::string& plugin() const noexcept { return plugin_; }

private:
    static std::string join(const std::vector<std::string>& lines) {
        std::string out;
        for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
        return out;
    }
    ExitCode code_;
    std::vector<std::string> lines_;
    std::string plugin_;
};

}  // namespace kitchen::host
