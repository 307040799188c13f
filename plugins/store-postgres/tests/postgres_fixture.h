// A store on a database of its own, and short ways to use it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/fault_proxy.h"
#include "kitchen/testkit/postgres_server.h"
#include "postgres_store.h"

namespace kitchen::postgres {

using testkit::FaultProxy;
using testkit::PostgresDatabase;
using testkit::PostgresServer;
using namespace std::chrono_literals;

inline Status write(Store& store, std::string_view sql, const std::vector<Param>& params = {}) {
    const Statement statement = store.prepare(sql);
    return store.transact([&](Transaction& tx) -> Status {
        Rows rows;
        return tx.run(statement, params, rows);
    });
}

inline Result<std::int64_t> read_number(Store& store, std::string_view sql,
                                        const std::vector<Param>& params = {}) {
    const Statement statement = store.prepare(sql);
    return store.read<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        auto rows = tx.query(statement, params);
        if (!rows) return std::move(rows).error();
        return rows->empty() ? -1 : rows->front().integer(0);
    });
}

inline std::int64_t number(Store& store, std::string_view sql,
                           const std::vector<Param>& params = {}) {
    return read_number(store, sql, params).value();
}

inline void create_items(Store& store) {
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TABLE IF NOT EXISTS items (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL "
                "DEFAULT 0);");
        })
        .value();
}

/// Short limits, so that what must end in time does so in a test's time.
inline Options hasty(std::string url) {
    return {.url = std::move(url),
            .pool_size = 4,
            .pool_timeout = 1s,
            .connect_timeout = 2s,
            .start_timeout = 0s,
            .statement_timeout = 500ms,
            .lock_timeout = 200ms,
            .retry_time = 20s};
}

class PostgresStoreTest : public testing::Test {
protected:
    void open(Options options) { store.open(options, &log).value(); }
    void open() {
        open({.url = database.url()});
        create_items(store);
    }
    Status add(int id) { return write(store, "INSERT INTO items (id) VALUES ($1)", {id}); }
    std::int64_t count() { return number(store, "SELECT count(*) FROM items"); }

    PostgresDatabase database;
    testkit::RecordingLogger log;
    PostgresStore store;
};

}  // namespace kitchen::postgres
