// A sub-command that a plugin adds to `chuks-kitchen`, run as `chuks-kitchen NAME --config FILE
// [--option VALUE]…`.
//
// The kernel loads the configuration, starts the plugin that declared the command and what it
// needs, runs the command, and stops again. No HTTP is served, and a server that runs on the same
// store is not disturbed.
//
// A command with `needs_start` false runs on plugins that are configured and not started: for
// repairs of what start() would refuse.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"

namespace kitchen {

struct CommandOption {
    std::string name;  ///< without the dashes: "email"
    std::string help;
    bool required = true;
};

/// The terminal, and the options given. Used on one thread, during run only.
class CommandContext {
public:
    virtual ~CommandContext() = default;
    virtual std::string option(std::string_view name) const = 0;  ///< "" when not given
    /// Asks for "PROMPT: " without echo when standard input is a terminal; otherwise reads one line
    /// from it.
    virtual Result<std::string> read_secret(std::string_view prompt) = 0;
    virtual void print(std::string_view line) = 0;
};

struct Command {
    std::string name;
    std::string summary;
    std::vector<CommandOption> options;
    /// An error is printed (detail and faults) and makes the exit code 1.
    std::function<Status(CommandContext&)> run;
    bool needs_start = true;
    /// Refused while a server works on the same store, as far as that can be seen
    /// (store-transfer/1).
    bool needs_store_alone = false;
};

}  // namespace kitchen
