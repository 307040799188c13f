// What SQLite itself can do: the write transactions that sqlite_record has seen a server run,
// again, with the same parameters, durability and settings, straight on the C API, 32 of them a
// COMMIT and without savepoints. In the environment: RECORD, SNAPSHOT (the database as it was
// before), WORK (a path for a copy of it), ITEM (how the statement begins that is counted).
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite_record.h"

namespace {

using namespace sqlite_record;

constexpr int group = 32;

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    if (!value) throw std::runtime_error(std::string(name) + " is not set");
    return value;
}

template <class T>
T take(const char*& at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

struct Record {
    explicit Record(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(file), {});
        const char* at = bytes.data();
        const char* const end = at + bytes.size();
        while (end - at > 5) {
            const auto mark = take<Mark>(at);
            const auto size = take<std::uint32_t>(at);
            if (size > static_cast<std::size_t>(end - at)) break;  // the server ended meanwhile
            (mark == Mark::statement ? statements : transactions).emplace_back(at, size);
            at += size;
        }
    }

    std::string bytes;
    std::vector<std::string_view> statements, transactions;
};

class Database {
public:
    Database(const std::string& path, const Record& record, const std::string& item) {
        check(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr));
        for (const char* setting :
             {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
              "PRAGMA temp_store = MEMORY", "PRAGMA case_sensitive_like = ON",
              "PRAGMA cache_size = -4096"})  // as plugins/store-sqlite has them
            check(sqlite3_exec(db_, setting, nullptr, nullptr, nullptr));
        for (const std::string_view sql : record.statements) {
            statements_.push_back(prepare(sql));
            is_item_.push_back(sql.starts_with(item));
        }
        begin_ = prepare("BEGIN IMMEDIATE");
        commit_ = prepare("COMMIT");
    }
    ~Database() {
        for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
        sqlite3_finalize(begin_);
        sqlite3_finalize(commit_);
        sqlite3_close(db_);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    std::int64_t items() const { return items_; }

    void run(const std::vector<std::string_view>& transactions) {
        for (std::size_t i = 0; i < transactions.size(); ++i) {
            if (i % group == 0) step(begin_);
            const char* at = transactions[i].data();
            const char* const end = at + transactions[i].size();
            while (at < end) step(bind(at));
            if (i % group == group - 1 || i + 1 == transactions.size()) step(commit_);
        }
    }

private:
    void check(int code) const {
        if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    }

    sqlite3_stmt* prepare(std::string_view sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                 SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }

    sqlite3_stmt* bind(const char*& at) {
        const auto number = take<std::uint32_t>(at);
        sqlite3_stmt* const statement = statements_.at(number);
        items_ += is_item_[number];
        const auto count = static_cast<int>(take<std::uint32_t>(at));
        for (int i = 1; i <= count; ++i) {
            const Kind kind = take<Kind>(at);
            if (kind == Kind::null) {
                check(sqlite3_bind_null(statement, i));
            } else if (kind == Kind::integer) {
                check(sqlite3_bind_int64(statement, i, take<sqlite3_int64>(at)));
            } else if (kind == Kind::real) {
                check(sqlite3_bind_double(statement, i, take<double>(at)));
            } else {
                const auto size = static_cast<int>(take<std::uint32_t>(at));
                check(kind == Kind::text
                          ? sqlite3_bind_text(statement, i, at, size, SQLITE_STATIC)
                          : sqlite3_bind_blob(statement, i, at, size, SQLITE_STATIC));
                at += size;
            }
        }
        return statement;
    }

    void step(sqlite3_stmt* statement) {
        int code = SQLITE_ROW;
        while (code == SQLITE_ROW) code = sqlite3_step(statement);
        check(code);
        sqlite3_reset(statement);
    }

    sqlite3* db_ = nullptr;
    std::vector<sqlite3_stmt*> statements_;
    std::vector<bool> is_item_;
    std::int64_t items_ = 0;  ///< that have run
    sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr;
};

void transactions(benchmark::State& state) {
    const Record record(environment("RECORD"));
    const std::string work = environment("WORK"), item = environment("ITEM");
    std::int64_t items = 0;
    try {
        for (auto _ : state) {
            for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(work + suffix);
            std::filesystem::copy_file(environment("SNAPSHOT"), work);
            Database database(work, record, item);
            const auto begin = std::chrono::steady_clock::now();
            database.run(record.transactions);
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
            state.SetIterationTime(took.count());
            items += database.items();
        }
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
    }
    state.SetItemsProcessed(items);
}
BENCHMARK(transactions)->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
