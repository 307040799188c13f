// Sub-commands that plugins declare, such as create-admin.
//
// Thread-safety: one thread.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "host/exit_code.h"

namespace kitchen::cli {

/// Runs the command `name` of one of the plugins in the configuration, with these further arguments
/// (those after the name, --config taken out). Starts only its plugin and what that needs. Throws
/// StartError for what is wrong with the configuration or plugins.
host::ExitCode run_plugin_command(const std::string& name, const std::string& config_file,
                                  const std::vector<std::string>& arguments, std::ostream& out,
                                  std::ostream& err);

/// "create-admin  Makes an administrator" a line, for --help. Throws like the above.
std::vector<std::string> plugin_command_summaries(const std::string& config_file);

}  // namespace kitchen::cli
