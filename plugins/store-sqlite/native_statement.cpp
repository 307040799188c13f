#include "native_statement.h"

#include <sqlite3.h>

#include <algorithm>
#include <climits>

#include "kitchen/text.h"

namespace kitchen::sqlite {

namespace {

Error wrong_statement(std::string detail, std::string_view sql) {
    return Error(Errc::internal, "store_statement", std::move(detail))
        .with_subject(std::string(sql));
}

int bind_one(sqlite3_stmt* statement, int position, const Param& param) noexcept {
    // A null pointer would bind NULL: an empty view may hold one.
    const char* bytes = param.bytes().empty() ? "" : param.bytes().data();
    switch (param.kind()) {
        case Param::Kind::null: return sqlite3_bind_null(statement, position);
        case Param::Kind::integer: return sqlite3_bind_int64(statement, position, param.integer());
        case Param::Kind::real: return sqlite3_bind_double(statement, position, param.real());
        case Param::Kind::text:
            return sqlite3_bind_text64(statement, position, bytes, param.bytes().size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
        case Param::Kind::blob:
            return sqlite3_bind_blob64(statement, position, bytes, param.bytes().size(),
                                       SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

}  // namespace

void NativeStatement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

std::string_view NativeStatement::sql() const noexcept {
    const char* text = handle_ ? sqlite3_sql(handle_.get()) : nullptr;
    return text ? text : "";
}

Result<NativeStatement> NativeStatement::prepare(sqlite3* db, std::string_view sql, bool keep,
                                                 std::string_view* tail) {
    if (sql.size() > INT_MAX)
        return wrong_statement("A statement is too long.", sql.substr(0, 200));
    sqlite3_stmt* raw = nullptr;
    const char* rest = sql.data();
    const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                        keep ? SQLITE_PREPARE_PERSISTENT : 0, &raw, &rest);
    NativeStatement statement;
    statement.handle_.reset(raw);
    if (code != SQLITE_OK) return to_error(SqliteFailure::of(db, code), sql);
    std::string_view after = sql.substr(static_cast<std::size_t>(rest - sql.data()));
    if (tail) {
        *tail = after;
    } else {
        if (!raw) return wrong_statement("A statement is empty.", sql);
        while (!after.empty()) {  // spaces, comments and ';' compile to nothing; anything else is a
                                  // second statement
            sqlite3_stmt* second = nullptr;
            const int more = sqlite3_prepare_v3(db, after.data(), static_cast<int>(after.size()), 0,
                                                &second, &rest);
            sqlite3_finalize(second);
            if (more != SQLITE_OK || second)
                return wrong_statement("A text holds more than one statement.", sql);
            after = after.substr(static_cast<std::size_t>(rest - after.data()));
        }
    }
    if (!raw) return statement;
    if (Status numbered = statement.read_parameters(sql); !numbered)
        return std::move(numbered).error();
    statement.read_only_ = sqlite3_stmt_readonly(raw) != 0;
    return statement;
}

Status NativeStatement::read_parameters(std::string_view sql) {
    const int count = sqlite3_bind_parameter_count(handle_.get());
    std::vector<bool> seen;
    for (int position = 1; position <= count; ++position) {
        const char* name = sqlite3_bind_parameter_name(handle_.get(), position);
        const std::string_view text = name ? name : "";
        const std::uint32_t number =
            text.starts_with('$') ? parse_number<std::uint32_t>(text.substr(1)).value_or(0) : 0;
        if (number < 1 || number > 10'000) {
            return wrong_statement("A parameter is not written as $1, $2, …", sql);
        }
        numbers_.push_back(number - 1);
        parameters_ = std::max(parameters_, number);
        if (seen.size() < number) seen.resize(number);
        seen[number - 1] = true;
    }
    if (std::find(seen.begin(), seen.end(), false) != seen.end()) {
        return wrong_statement("The parameters of a statement have a gap in their numbers.", sql);
    }
    return {};
}

int NativeStatement::bind(std::span<const Param> params) noexcept {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
        const int code = bind_one(handle_.get(), static_cast<int>(i) + 1, params[numbers_[i]]);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

void NativeStatement::read_columns() {
    Rows::Names names;
    for (int i = 0; i < sqlite3_column_count(handle_.get()); ++i) {
        const char* name = sqlite3_column_name(handle_.get(), i);
        names.emplace_back(name ? name : "");
    }
    columns_ = std::make_shared<const Rows::Names>(std::move(names));
}

int NativeStatement::step(Rows& out) {
    sqlite3_stmt* statement = handle_.get();
    std::uint64_t total = 0;
    int columns = -1;
    for (;;) {
        const int code = sqlite3_step(statement);
        if (columns < 0) {  // only now: the first step may have compiled the statement anew for a
                            // changed schema
            columns = sqlite3_column_count(statement);
            if (!columns_ || std::ssize(*columns_) != columns) read_columns();
            out.reset(static_cast<std::uint32_t>(columns), columns_);
        }
        if (code != SQLITE_ROW) return code;
        for (int i = 0; i < columns; ++i) {
            sqlite3_value* const cell = sqlite3_column_value(statement, i);
            switch (sqlite3_value_type(cell)) {
                case SQLITE_INTEGER: out.add_integer(sqlite3_value_int64(cell)); break;
                case SQLITE_FLOAT: out.add_real(sqlite3_value_double(cell)); break;
                case SQLITE_NULL: out.add_null(); break;
                default: {  // text is UTF-8 already: no conversion
                    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(cell));
                    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(cell));
                    total += size;
                    if (total > UINT32_MAX) return SQLITE_TOOBIG;  // what Rows can address
                    out.add_bytes(size == 0 ? std::string_view() : std::string_view(bytes, size));
                }
            }
        }
    }
}

Status NativeStatement::run(sqlite3* db, std::span<const Param> params, Rows& out,
                            SqliteFailure& failure) {
    out.reset(0);
    if (params.size() != parameters_) {
        return wrong_statement("A statement with " + std::to_string(parameters_) +
                                   " parameters was given " + std::to_string(params.size()) + ".",
                               sql());
    }
    struct Clear {  // also when an allocation throws
        sqlite3_stmt* statement;
        ~Clear() {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
        }
    } clear{handle_.get()};

    const auto changes_before = sqlite3_total_changes64(db);
    int code = bind(params);
    if (code == SQLITE_OK) code = step(out);
    if (code != SQLITE_DONE) {
        failure = SqliteFailure::of(db, code);
        out.reset(0);
        return to_error(failure, sql());
    }
    // SQLite keeps the count of the last statement that changed something.
    if (sqlite3_total_changes64(db) != changes_before) out.set_changed(sqlite3_changes64(db));
    return {};
}

}  // namespace kitchen::sqlite
