// Fills in what the configuration takes from outside, after parsing and in values only, so that
// what is filled in can never change the structure:
//
//   ${X}  ${X:-default}   the environment variable; the default when it is unset or empty. $${
//   stands for ${. !env X  !env X:-d     the whole value is the variable's, and a secret !file path
//   the whole value is the file's content without its last newline, and a secret
//
// What is empty, or blank, is as good as unset: a secret that was forgotten is an error, and never
// a server that makes up a key of its own.
//
// Thread-safety: pure functions, apart from reading the environment and the files named.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"

namespace kitchen::config {

/// A variable's value; nothing when unset.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// What a configuration takes from outside.
struct Environment : Variables {
    using Variables::Variables;
    std::filesystem::path folder;  ///< of the configuration file; empty: the working directory

    /// A path as the configuration has it, made absolute; "" stays "".
    std::string absolute(const std::filesystem::path& path) const;
};

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
