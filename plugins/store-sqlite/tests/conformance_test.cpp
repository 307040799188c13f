#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/repeating_store.h"
#include "memory_store.h"
#include "sqlite_store.h"
#include "temp_dir.h"

namespace kitchen::testkit {

namespace {

/// A file store that takes its folder along.
std::shared_ptr<Store> in_file() {
    struct Both {
        sqlite::TempDir dir;
        sqlite::SqliteStore store;
    };
    auto both = std::make_shared<Both>();
    both->store.open({.path = both->dir.file()}).value();
    return {both, &both->store};
}

/// Every body runs twice: what it leaves is the same.
std::shared_ptr<Store> repeating() {
    struct Both {
        std::unique_ptr<Store> store = sqlite::open_memory();
        RepeatingStore repeating{*store};
    };
    auto both = std::make_shared<Both>();
    return {both, &both->repeating};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Sqlite, StoreConformance,
    testing::Values(StoreFactory{"file", in_file},
                    StoreFactory{"memory",
                                 [] { return std::shared_ptr<Store>(sqlite::open_memory()); }},
                    StoreFactory{"repeating", repeating}),
    [](const auto& info) { return info.param.name; });

}  // namespace kitchen::testkit
