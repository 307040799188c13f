// What a command sees of the terminal.
//
// Thread-safety: one thread.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"

namespace kitchen::cli {

/// Asks on the terminal, without echo, when standard input is one; otherwise reads one line of
/// standard input, and no byte more, so that several secrets can follow each other. The line ends
/// before LF or CR LF. Errors: nothing there, cancelled, too long.
Result<std::string> read_secret(std::string_view prompt);

/// Columns as wide as their widest cell, two spaces between them.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows);

}  // namespace kitchen::cli
