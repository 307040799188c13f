#include "sqlite_query.h"

#include <sqlite3.h>

#include <stdexcept>

namespace kitchen::tests {

std::string sqlite_query(const std::filesystem::path& file, const std::string& statement) {
    sqlite3* db = nullptr;
    sqlite3_stmt* prepared = nullptr;
    std::string response;
    const bool done =
        sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
        sqlite3_busy_timeout(db, 60'000) == SQLITE_OK &&
        sqlite3_prepare_v2(db, statement.c_str(), -1, &prepared, nullptr) == SQLITE_OK &&
        sqlite3_step(prepared) == SQLITE_ROW;
    if (done) response = reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
    const std::string failure = done ? "" : statement + ": " + sqlite3_errmsg(db);
    sqlite3_finalize(prepared);
    sqlite3_close(db);
    if (!done) throw std::runtime_error(failure);
    return response;
}

}  // namespace kitchen::tests
