// A catalogue on a store in memory, for tests of its classes.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "catalog_service.h"
#include "fake_events.h"
#include "food_service.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "sqlite_store.h"

namespace kitchen::catalog {

class CatalogTest : public testing::Test {
protected:
    explicit CatalogTest(std::unique_ptr<Store> of = sqlite::open_memory()) : store(std::move(of)) {
        testkit::apply_migrations(*store, "catalog", kitchen_migrations);
        foods = std::make_unique<FoodRepository>(*store, "NGN");
        stock = std::make_unique<StockRepository>(*store);
        service = std::make_unique<FoodService>(*store, clock, *foods, *stock, changes);
        catalog.emplace(clock, *foods, *stock, changes);
        store->verify().value();
    }

    static FoodDraft draft(std::string name, std::int64_t price = 100'000,
                           std::string category = "Rice") {
        FoodDraft made;
        made.name = std::move(name);
        made.price = price;
        made.category = std::move(category);
        return made;
    }
    Food add(const FoodDraft& made) { return service->create(made, 1).value(); }
    Food add(std::string name, std::int64_t price = 100'000, std::string category = "Rice") {
        return add(draft(std::move(name), price, std::move(category)));
    }
    Food add_counted(std::string name, std::int64_t quantity) {
        FoodDraft made = draft(std::move(name));
        made.available_quantity = quantity;
        return add(made);
    }

    /// As it stands in the table, deleted or not.
    Food stored(std::int64_t id) {
        return store
            ->read<std::optional<Food>>([&](Transaction& tx) { return foods->find(tx, id); })
            .value()
            .value();
    }
    std::vector<std::string> names(const FoodQuery& query, std::int64_t limit = 100,
                                   std::int64_t offset = 0) {
        const FoodRows found = service->list(query, limit, offset).value();
        std::vector<std::string> list;
        for (const Row row : found.rows) list.emplace_back(service->view(row).name);
        return list;
    }
    std::int64_t total(const FoodQuery& query, std::int64_t limit, std::int64_t offset) {
        return service->list(query, limit, offset).value().total_count;
    }
    /// Of the whole journal of a food.
    std::int64_t journal_sum(std::int64_t id) {
        const StockRows journal = service->journal(id, 1000, 0).value();
        std::int64_t sum = 0;
        for (const Row row : journal.rows) sum += StockLine(row).delta;
        return sum;
    }
    Status take(std::vector<Portion> portions, std::string_view reference = "order 1") {
        return store->transact(
            [&](Transaction& tx) { return catalog->take(tx, portions, reference, 7); });
    }
    Status give_back(std::vector<Portion> portions, std::string_view reference = "order 1") {
        return store->transact(
            [&](Transaction& tx) { return catalog->give_back(tx, portions, reference, 7); });
    }

    testkit::ManualClock clock;
    tests::FakeEvents events;
    std::atomic<int> forgotten = 0;  ///< how often the cache was
    const MenuChanges changes{&events, [this] { ++forgotten; }};
    std::unique_ptr<Store> store;
    std::unique_ptr<FoodRepository> foods;
    std::unique_ptr<StockRepository> stock;
    std::unique_ptr<FoodService> service;
    std::optional<CatalogService> catalog;
};

/// "code pointer" of each fault, in order.
inline std::vector<std::string> faults_of(const Error& error) {
    std::vector<std::string> list;
    for (const Fault& fault : error.faults) list.push_back(fault.code + " " + fault.pointer);
    return list;
}

/// A version check that accepts only this one.
inline VersionCheck only_version(std::int64_t wanted) {
    return [wanted](std::int64_t current) -> Status {
        if (current == wanted) return {};
        return Error(Errc::precondition_failed, "stale", "There is a newer version.");
    };
}

}  // namespace kitchen::catalog
