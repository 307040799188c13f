// Which constraint refused: SQLite tells the columns of a unique index and not its name.
#include <sqlite3.h>

#include <memory>
#include <vector>

#include "sqlite_error.h"

namespace kitchen::sqlite {

namespace {

using Query = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// All rows of a two-column query with one text parameter; empty when it fails.
std::vector<std::pair<std::string, std::string>> pairs(sqlite3* db, const char* sql,
                                                       const std::string& param) {
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(db, sql, -1, &raw, nullptr);
    Query query(raw, &sqlite3_finalize);
    std::vector<std::pair<std::string, std::string>> rows;
    if (!query || sqlite3_bind_text(raw, 1, param.data(), static_cast<int>(param.size()),
                                    SQLITE_STATIC) != SQLITE_OK) {
        return rows;
    }
    const auto text = [raw](int column) {
        const auto* bytes = sqlite3_column_text(raw, column);
        return bytes ? std::string(reinterpret_cast<const char*>(bytes)) : std::string();
    };
    while (sqlite3_step(raw) == SQLITE_ROW) rows.emplace_back(text(0), text(1));
    return rows;
}

/// What follows the first ": " of a message like "UNIQUE constraint failed: foods.name".
std::string after_colon(const std::string& message) {
    const auto at = message.find(": ");
    return at == std::string::npos ? std::string() : message.substr(at + 2);
}

/// `list` is "table.a, table.b" or "index 'name'".
std::string unique_index(sqlite3* db, const std::string& list) {
    constexpr std::string_view by_name = "index '";
    if (list.starts_with(by_name))
        return list.substr(by_name.size(), list.size() - by_name.size() - 1);

    const auto dot = list.find('.');
    if (dot == std::string::npos) return list;
    const std::string table = list.substr(0, dot);
    std::vector<std::string> columns;
    for (std::size_t begin = 0; begin < list.size();) {
        const auto end = std::min(list.find(", ", begin), list.size());
        columns.push_back(list.substr(begin + dot + 1, end - begin - dot - 1));
        begin = end + 2;
    }
    for (const auto& [index, origin] : pairs(db,
                                             "SELECT name, origin FROM pragma_index_list($1) WHERE "
                                             "\"unique\" = 1 ORDER BY seq DESC",
                                             table)) {
        std::vector<std::string> indexed;
        for (auto& [column, unused] :
             pairs(db, "SELECT name, '' FROM pragma_index_info($1) ORDER BY seqno", index)) {
            indexed.push_back(std::move(column));
        }
        if (indexed != columns) continue;
        if (origin == "c") return index;
        if (origin == "u") {  // UNIQUE inside CREATE TABLE has no name here: the one that
                              // PostgreSQL would give
            std::string name = table;
            for (const auto& column : columns) name += "_" + column;
            return name + "_key";
        }
    }
    return table + "_pkey";
}

}  // namespace

std::string name_constraint(sqlite3* db, const SqliteFailure& failure) {
    switch (failure.code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID: return unique_index(db, after_colon(failure.message));
        case SQLITE_CONSTRAINT_CHECK:
        case SQLITE_CONSTRAINT_NOTNULL: return after_colon(failure.message);
        default: return {};
    }
}

}  // namespace kitchen::sqlite
