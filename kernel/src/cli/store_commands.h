// The sub-commands that work on the database itself: its schema, and moving to another store.
//
// Each writes its result to `out` and throws StartError for what is wrong.
// Thread-safety: one thread.
#pragma once

#include <iosfwd>
#include <string>

#include "host/exit_code.h"

namespace kitchen::cli {

using host::ExitCode;

ExitCode migrate(const std::string& config_file, bool apply, std::ostream& out);

/// Copies everything in the store of one configuration into the store of the other, which must be
/// empty; makes its tables first. The source is read as one snapshot: what is written there
/// meanwhile is not copied.
ExitCode copy_store(const std::string& from_config, const std::string& to_config,
                    std::ostream& out);

}  // namespace kitchen::cli
