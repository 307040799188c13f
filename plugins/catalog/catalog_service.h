// catalog/1 as other plugins see it: foods and their stock, inside the caller's transaction.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <string>

#include "food_body.h"
#include "food_repository.h"
#include "kitchen/catalog.h"
#include "kitchen/clock.h"
#include "menu_changes.h"
#include "stock_repository.h"

namespace kitchen::catalog {

class CatalogService final : public Catalog {
public:
    /// All must live longer.
    CatalogService(const Clock& clock, const FoodRepository& foods, const StockRepository& stock,
                   const MenuChanges& changes, std::string time_zone = "Africa/Lagos")
        : clock_(clock),
          foods_(foods),
          stock_(stock),
          changes_(changes),
          time_zone_(std::move(time_zone)) {}

    Result<std::vector<Food>> foods(Transaction& tx, std::span<const std::int64_t> ids) override;
    Status take(Transaction& tx, std::span<const Portion> portions, std::string_view reference,
                std::optional<std::int64_t> by_user) override;
    Status give_back(Transaction& tx, std::span<const Portion> portions, std::string_view reference,
                     std::optional<std::int64_t> by_user) override;
    void write(JsonWriter& out, const Food& food) const override;
    std::string currency() const override { return foods_.currency(); }
    std::string time_zone() const override { return time_zone_; }

private:
    /// What came of taking one food: what is left for the journal, or why it cannot be had.
    struct Taken {
        std::optional<Stock> left;  ///< nothing: not counted, or refused
        std::optional<Fault> refused;
    };
    Result<Taken> take_one(Transaction& tx, std::int64_t food_id, std::int64_t quantity,
                           std::int64_t now) const;

    const Clock& clock_;
    const FoodRepository& foods_;
    const StockRepository& stock_;
    const MenuChanges& changes_;
    const std::string time_zone_;
    WrittenFoods written_;
};

}  // namespace kitchen::catalog
