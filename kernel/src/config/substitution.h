// Fills in what the configuration takes from outside, after parsing and in values only, so that
// what is filled in can never change the structure:
//
//   ${X}  ${X:-default}   the environment variable; the default when it is unset or empty. $${
//   stands for ${. !env X  !env X:-d     the whole value is the variable's, and a secret !file path
//   the whole value is the file's content without its last newline, and a secret
//
// Paths are relative to the working directory, like every other path in the configuration.
//
// Thread-safety: pure functions, apart from reading the environment and the files named.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"

namespace kitchen::config {

/// A variable's value; nothing when unset.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own.
Environment process_environment();

/// Expands ${…} in one text. Each mistake appends a sentence to `problems` (which never holds a
/// value).
std::string expand(std::string_view text, const Environment& environment,
                   std::vector<std::string>& problems);

/// Expands every value of the tree in place. A value that could not be expanded is reported and
/// becomes `unresolved`.
void substitute(Node& node, const Environment& environment, Diagnostics& diagnostics);

}  // namespace kitchen::config
