// Looks into an SQLite file beside the server, or writes there.
#pragma once

#include <filesystem>
#include <string>

namespace kitchen::tests {

/// Runs one statement on an SQLite file and gives the first column of the first row. Throws
/// std::runtime_error.
std::string sqlite_query(const std::filesystem::path& file, const std::string& statement);

}  // namespace kitchen::tests
