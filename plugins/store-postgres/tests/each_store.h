// An empty store of each kind, for the tests of repositories that must hold on all of them:
//
//     class CouponsTest : public testing::TestWithParam<StoreKind> { std::shared_ptr<Store> store =
//     GetParam().make(); … }; INSTANTIATE_TEST_SUITE_P(Stores, CouponsTest, each_store,
//     store_name);
//
// Thread-safety: as the stores say.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/temporary_directory.h"
#include "postgres_store.h"
#include "sqlite_store.h"

namespace kitchen::tests {

struct StoreKind {
    const char* name;
    std::shared_ptr<Store> (*make)();
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

inline std::shared_ptr<Store> in_memory() { return sqlite::open_memory(); }

/// In a directory that it takes along.
inline std::shared_ptr<Store> in_a_file() {
    struct Both {
        testkit::TemporaryDirectory directory;
        std::unique_ptr<Store> store;
    };
    auto both = std::make_shared<Both>();
    sqlite::Options options;
    options.path = (both->directory.path() / "kitchen.db").string();
    options.busy_timeout = std::chrono::seconds(60);
    both->store = sqlite::open_sqlite(options);
    return {both, both->store.get()};
}

/// On an empty database that it takes along.
inline std::shared_ptr<Store> on_postgres() {
    struct Both {
        testkit::PostgresDatabase database;
        postgres::PostgresStore store;
    };
    auto both = std::make_shared<Both>();
    // With patience: what is tested does not depend on how busy the machine is.
    both->store
        .open({.url = both->database.url(),
               .pool_timeout = std::chrono::minutes(2),
               .statement_timeout = std::chrono::minutes(1),
               .lock_timeout = std::chrono::minutes(1),
               .retry_attempts = 100,
               .retry_time = std::chrono::minutes(1)})
        .value();
    return {both, &both->store};
}

inline const auto each_store =
    testing::Values(StoreKind{"Memory", &in_memory}, StoreKind{"Sqlite", &in_a_file},
                    StoreKind{"Postgres", &on_postgres});
inline std::string store_name(const testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

}  // namespace kitchen::tests
