// What each sub-command does. Each writes its result to `out` and throws StartError for
// what is wrong.
//
// Thread-safety: one thread; serve() blocks the process's signals and must run before any other
// thread is started.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "host/exit_code.h"

namespace kitchen::cli {

using host::ExitCode;

/// `isolated`: not empty in the process of that plugin, which the server has started.
ExitCode serve(const std::string& config_file, const std::string& isolated);
/// `show` prints the effective configuration, secrets masked; `probe` also looks at what the
/// configuration names outside.
ExitCode check_config(const std::string& config_file, bool show, bool probe, std::ostream& out);
ExitCode list_plugins(const std::string& config_file, std::ostream& out);
/// One of `config_file` and `plugin_dir` may be empty; both: the default directory. `markdown`:
/// only the table of keys, as it stands in the plugin's README.
ExitCode inspect_plugin(const std::string& id, const std::string& config_file,
                        const std::string& plugin_dir, bool markdown, std::ostream& out);
/// The JSON Schema of a configuration file with the plugins in `plugin_dir` (empty: the default
/// directory). Libraries that are refused are named on `err`.
ExitCode print_config_schema(const std::string& plugin_dir, std::ostream& out, std::ostream& err);
ExitCode list_routes(const std::string& config_file, std::ostream& out);

// store_commands.cpp: the database itself.

ExitCode migrate(const std::string& config_file, bool apply, std::ostream& out);
/// Whether what must hold in the tables of each plugin does; what does not is listed.
ExitCode check_data(const std::string& config_file, std::ostream& out);
/// Copies everything in the store of one configuration into the store of the other, which must be
/// empty; makes its tables first. The source is read as one snapshot: what is written there
/// meanwhile is not copied.
ExitCode copy_store(const std::string& from_config, const std::string& to_config,
                    std::ostream& out);

// switch_commands.cpp: plugins that are switched off.

/// What goes quiet when the plugin is switched off, and what it has in the store. Changes nothing;
/// when the store cannot be reached, that is said.
ExitCode plugin_impact(const std::string& id, const std::string& config_file, std::ostream& out);
/// Removes the tables of a plugin that is off, and what others keep for it. Without `apply` it says
/// what would go.
ExitCode purge_plugin(const std::string& id, const std::string& config_file, bool apply,
                      std::ostream& out);

// plugin_command.cpp: the commands that plugins declare, such as create-admin.

/// Runs the command `name` of one of the plugins in the configuration, with these further arguments
/// (those after the name, --config taken out). Starts only its plugin and what that needs.
ExitCode run_plugin_command(const std::string& name, const std::string& config_file,
                            const std::vector<std::string>& arguments, std::ostream& out,
                            std::ostream& err);
/// "create-admin  Makes an administrator" a line, for --help.
std::vector<std::string> plugin_command_summaries(const std::string& config_file);

}  // namespace kitchen::cli
