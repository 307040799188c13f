// Preloaded into the server (LD_PRELOAD): writes down every statement that it runs in a write
// transaction of SQLite, with its parameters, for sqlite_limit to run again. The file is named by
// SQLITE_RECORD; its format is that of sqlite_record.h.
#include <dlfcn.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "sqlite_record.h"

namespace {

using namespace sqlite_record;

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

class Recorder {
public:
    static Recorder& instance() {
        static auto* const one = new Recorder;  // outlives every thread
        return *one;
    }

    void bound(sqlite3_stmt* statement, int position, Kind kind, const void* bytes,
               std::size_t size) {
        std::lock_guard lock(mutex_);
        std::string& value = parameters_[statement][position];
        value.assign(1, static_cast<char>(kind));
        const auto length = static_cast<std::uint32_t>(size);
        if (kind == Kind::text || kind == Kind::blob)
            value.append(reinterpret_cast<const char*>(&length), sizeof length);
        value.append(static_cast<const char*>(bytes), size);
    }

    void began(sqlite3_stmt* statement) {
        std::lock_guard lock(mutex_);
        const std::string_view sql = sqlite3_sql(statement);
        sqlite3* const db = sqlite3_db_handle(statement);
        if (sql == "BEGIN IMMEDIATE") writer_ = db;
        if (db != writer_) return;
        if (sql.starts_with("BEGIN") || sql.starts_with("SAVEPOINT") ||
            sql.starts_with("ROLLBACK")) {
            transaction_.clear();
        } else if (sql.starts_with("RELEASE") || sql == "COMMIT") {
            if (!transaction_.empty()) write(Mark::transaction, transaction_);
            transaction_.clear();
        } else if (!sql.starts_with("PRAGMA")) {
            const auto [known, is_new] =
                statements_.emplace(sql, static_cast<std::uint32_t>(statements_.size()));
            if (is_new) write(Mark::statement, sql);
            // The map may know more, of a statement that was at this address before.
            const auto count = static_cast<std::uint32_t>(sqlite3_bind_parameter_count(statement));
            transaction_.append(reinterpret_cast<const char*>(&known->second), 4);
            transaction_.append(reinterpret_cast<const char*>(&count), 4);
            auto& parameters = parameters_[statement];
            for (std::uint32_t i = 1; i <= count; ++i)
                transaction_ += parameters[static_cast<int>(i)];
        }
    }

private:
    void write(Mark mark, std::string_view bytes) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        std::fputc(static_cast<char>(mark), file_);
        std::fwrite(&size, sizeof size, 1, file_);
        std::fwrite(bytes.data(), 1, bytes.size(), file_);
    }

    std::mutex mutex_;
    std::FILE* const file_ = std::fopen(std::getenv("SQLITE_RECORD"), "wb");
    sqlite3* writer_ = nullptr;
    std::map<sqlite3_stmt*, std::map<int, std::string>> parameters_;
    std::map<std::string, std::uint32_t, std::less<>> statements_;
    std::string transaction_;  ///< of the writer, until it is kept
};

int statement_began(unsigned, void*, void* statement, void* sql) {
    // A trigger's statements come as comments.
    if (std::strncmp(static_cast<const char*>(sql), "--", 2) != 0)
        Recorder::instance().began(static_cast<sqlite3_stmt*>(statement));
    return 0;
}

}  // namespace

extern "C" {

int sqlite3_open_v2(const char* path, sqlite3** db, int flags, const char* vfs) {
    const int code = next<decltype(sqlite3_open_v2)>("sqlite3_open_v2")(path, db, flags, vfs);
    if (code == SQLITE_OK) sqlite3_trace_v2(*db, SQLITE_TRACE_STMT, statement_began, nullptr);
    return code;
}

int sqlite3_bind_null(sqlite3_stmt* statement, int position) {
    Recorder::instance().bound(statement, position, Kind::null, "", 0);
    return next<decltype(sqlite3_bind_null)>("sqlite3_bind_null")(statement, position);
}

int sqlite3_bind_int64(sqlite3_stmt* statement, int position, sqlite3_int64 value) {
    Recorder::instance().bound(statement, position, Kind::integer, &value, sizeof value);
    return next<decltype(sqlite3_bind_int64)>("sqlite3_bind_int64")(statement, position, value);
}

int sqlite3_bind_double(sqlite3_stmt* statement, int position, double value) {
    Recorder::instance().bound(statement, position, Kind::real, &value, sizeof value);
    return next<decltype(sqlite3_bind_double)>("sqlite3_bind_double")(statement, position, value);
}

int sqlite3_bind_text64(sqlite3_stmt* statement, int position, const char* bytes,
                        sqlite3_uint64 size, void (*destroy)(void*), unsigned char encoding) {
    Recorder::instance().bound(statement, position, Kind::text, bytes, size);
    return next<decltype(sqlite3_bind_text64)>("sqlite3_bind_text64")(statement, position, bytes,
                                                                      size, destroy, encoding);
}

int sqlite3_bind_blob64(sqlite3_stmt* statement, int position, const void* bytes,
                        sqlite3_uint64 size, void (*destroy)(void*)) {
    Recorder::instance().bound(statement, position, Kind::blob, bytes, size);
    return next<decltype(sqlite3_bind_blob64)>("sqlite3_bind_blob64")(statement, position, bytes,
                                                                      size, destroy);
}
}
