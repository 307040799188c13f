// What each built-in sub-command does. Each writes its result to `out` and throws StartError for
// what is wrong.
//
// Thread-safety: one thread; serve() blocks the process's signals and must run before any other
// thread is started.
#pragma once

#include <iosfwd>
#include <string>

#include "host/exit_code.h"

namespace kitchen::cli {

using host::ExitCode;

ExitCode serve(const std::string& config_file);
/// `show` prints the effective configuration, secrets masked.
ExitCode check_config(const std::string& config_file, bool show, std::ostream& out);
ExitCode list_plugins(const std::string& config_file, std::ostream& out);
/// One of `config_file` and `plugin_dir` may be empty; both: the default directory. `markdown`:
/// only the table of keys, as it stands in the plugin's README.
ExitCode inspect_plugin(const std::string& id, const std::string& config_file,
                        const std::string& plugin_dir, bool markdown, std::ostream& out);
/// The JSON Schema of a configuration file with the plugins in `plugin_dir` (empty: the default
/// directory). Libraries that are refused are named on `err`.
ExitCode print_config_schema(const std::string& plugin_dir, std::ostream& out, std::ostream& err);
ExitCode list_routes(const std::string& config_file, std::ostream& out);

}  // namespace kitchen::cli
