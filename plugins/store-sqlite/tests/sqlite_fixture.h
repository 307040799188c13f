// A store on a file of its own, and short ways to use it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "sqlite_store.h"
#include "temp_dir.h"

namespace kitchen::sqlite {

inline Status write(Store& store, std::string_view sql, const std::vector<Param>& params = {}) {
    const Statement statement = store.prepare(sql);
    return store.transact([&](Transaction& tx) -> Status {
        Rows rows;
        return tx.run(statement, params, rows);
    });
}

inline Result<std::int64_t> read_number(Store& store, std::string_view sql) {
    const Statement statement = store.prepare(sql);
    return store.read<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        auto rows = tx.query(statement);
        if (!rows) return std::move(rows).error();
        return rows->front().integer(0);
    });
}

inline std::int64_t number(Store& store, std::string_view sql) {
    return read_number(store, sql).value();
}

inline void create_items(Store& store) {
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TABLE IF NOT EXISTS items (id BIGINT PRIMARY KEY, body TEXT NOT NULL);");
        })
        .value();
}

class SqliteStoreTest : public testing::Test {
protected:
    /// Opens with the path of this test; everything else as given.
    void open(Options options = {}) {
        options.path = dir.file();
        store.open(options).value();
        create_items(store);
    }

    /// Runs `bodies` so that they wait together behind a body that is running, and gives their
    /// results. They join its group.
    std::vector<Status> run_together(const std::vector<Store::Body>& bodies) {
        std::promise<void> started, go;
        std::once_flag once;
        auto first = std::async(std::launch::async, [&, open = go.get_future().share()] {
            return store.transact([&](Transaction&) -> Status {  // may run twice, like any body
                std::call_once(once, [&] { started.set_value(); });
                open.wait();
                return {};
            });
        });
        started.get_future().wait();
        std::vector<std::future<Status>> results;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            results.push_back(
                std::async(std::launch::async, [&, i] { return store.transact(bodies[i]); }));
            while (store.stats().waiting != i + 1)
                std::this_thread::yield();  // so they queue in this order
        }
        go.set_value();
        (void)first.get();
        std::vector<Status> all;
        for (auto& result : results) all.push_back(result.get());
        return all;
    }

    /// A body that inserts one item.
    Store::Body adding(int id, std::string body = "x") {
        return [insert = store.prepare("INSERT INTO items (id, body) VALUES ($1, $2)"), id,
                body](Transaction& tx) -> Status {
            Rows rows;
            const Param params[] = {id, body};
            return tx.run(insert, params, rows);
        };
    }

    TempDir dir;
    SqliteStore store;
};

}  // namespace kitchen::sqlite
