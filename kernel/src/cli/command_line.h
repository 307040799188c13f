// The command line of chuks-kitchen.
//
// Thread-safety: one thread, before any other has been started.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace kitchen::cli {

/// Runs what the arguments (without the program's name) say. Results go to `out`, mistakes to
/// `err`. The exit code: see exit_code.h.
int run_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                     std::ostream& err);

}  // namespace kitchen::cli
