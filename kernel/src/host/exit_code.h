// What the process ends with. Part of the command line's contract: shown by --help, relied on by
// scripts.
//
// Thread-safety: plain values.
#pragma once

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

}  // namespace kitchen::host
