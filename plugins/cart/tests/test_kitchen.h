// A catalogue and a cart on a fresh store, for the tests of carts and orders.
//
// Thread-safety: as the services say; the helpers from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cart_service.h"
#include "catalog_service.h"
#include "food_repository.h"
#include "food_service.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"
#include "stock_repository.h"

namespace kitchen::tests {

enum class Storage { memory, file };

/// Removes its files when it ends.
class TestKitchen {
public:
    /// `plugins` names further ones whose migrations are applied.
    explicit TestKitchen(Storage storage = Storage::memory, std::vector<std::string> plugins = {},
                         cart::CartLimits limits = {});

    std::int64_t food(const std::string& name, std::int64_t price,
                      std::optional<std::int64_t> quantity = std::nullopt, SideRule protein = {},
                      SideRule extra = {});
    void edit(std::int64_t food_id, const std::function<void(FoodDraft&)>& change);
    void remove(std::int64_t food_id);
    /// Nothing: not counted.
    std::optional<std::int64_t> stock_of(std::int64_t food_id);
    std::int64_t journal_lines(std::int64_t food_id);

    /// Throws when it is refused.
    cart::ChangedLine put(std::int64_t user_id, std::int64_t food_id, std::int64_t quantity = 1,
                          cart::Sides sides = {});
    CartContents cart_of(std::int64_t user_id);

private:
    testkit::TemporaryDirectory directory_;

public:
    std::unique_ptr<Store> store;
    testkit::ManualClock clock;
    catalog::FoodRepository foods;
    catalog::StockRepository stock;
    const catalog::MenuChanges changes{nullptr, [] {}};
    catalog::FoodService menu;
    catalog::CatalogService catalog;
    cart::CartService carts;
};

/// The error of what should have failed; throws when it has not, so that the test fails and goes
/// on.
template <class T>
Error error_of(const Result<T>& result) {
    if (result) throw std::logic_error("it should have been refused");
    return result.error();
}

}  // namespace kitchen::tests
