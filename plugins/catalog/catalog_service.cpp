#include "catalog_service.h"

#include <algorithm>
#include <map>

#include "food_body.h"
#include "kitchen/time.h"

namespace kitchen::catalog {
namespace {

/// Portions of each food, by rising id: every transaction locks foods in this order, so two never
/// wait for each other. Error: internal, for a portion of nothing.
Result<std::map<std::int64_t, std::int64_t>> summed(std::span<const Portion> portions) {
    std::map<std::int64_t, std::int64_t> sums;
    for (const Portion& portion : portions) {
        if (portion.quantity <= 0)
            return Error(Errc::internal, "portion_not_positive",
                         "A portion of a food must count at least 1.");
        sums[portion.food_id] += portion.quantity;
    }
    return sums;
}

Fault refusal(std::int64_t id, const std::optional<Food>& food, std::int64_t quantity) {
    Fault fault{"/foods/" + std::to_string(id), "deleted",
                "Food " + std::to_string(id) + " is not on the menu."};
    if (!food) return fault;
    if (food->deleted) {
        fault.detail = "'" + food->name + "' is no longer on the menu.";
    } else if (!food->is_available) {
        fault.code = "unavailable";
        fault.detail = "'" + food->name + "' is not available at the moment.";
    } else if (const std::int64_t left = food->available_quantity.value_or(0); left == 0) {
        fault.code = "short";
        fault.detail = "'" + food->name + "' is sold out.";
    } else {
        fault.code = "short";
        fault.detail = "Only " + std::to_string(left) + " of '" + food->name + "' " +
                       (left == 1 ? "is" : "are") + " left, and " + std::to_string(quantity) +
                       " were asked for.";
    }
    return fault;
}

}  // namespace

Result<std::vector<Food>> CatalogService::foods(Transaction& tx,
                                                std::span<const std::int64_t> ids) {
    return foods_.find_all(tx, ids);
}

Result<CatalogService::Taken> CatalogService::take_one(Transaction& tx, std::int64_t food_id,
                                                       std::int64_t quantity,
                                                       std::int64_t now) const {
    // Where statements see what others commit meanwhile, the food can be restocked between the two:
    // then it is tried again.
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        const Result<std::optional<Stock>> left = stock_.take(tx, food_id, quantity, now);
        if (!left) return left.error();
        if (*left) return Taken{**left, std::nullopt};

        const Result<std::optional<Food>> food = foods_.find(tx, food_id);
        if (!food) return food.error();
        const bool on_sale = *food && !(*food)->deleted && (*food)->is_available;
        if (on_sale && !(*food)->available_quantity) return Taken{};
        const bool enough_now = on_sale && *(*food)->available_quantity >= quantity;
        if (!enough_now) return Taken{std::nullopt, refusal(food_id, *food, quantity)};
        if (attempt == attempts)
            return Error(Errc::busy, "stock_busy",
                         "The stock is changing too fast. Try again in a moment.");
    }
}

Status CatalogService::take(Transaction& tx, std::span<const Portion> portions,
                            std::string_view reference, std::optional<std::int64_t> by_user) {
    const Result<std::map<std::int64_t, std::int64_t>> wanted = summed(portions);
    if (!wanted) return wanted.error();
    const std::int64_t now = to_millis(clock_.now());
    std::vector<FoodChanged> changes;
    Error shortage(Errc::conflict, "insufficient_stock",
                   "Not everything can be had in the quantity asked for. See errors.");
    for (const auto& [food_id, quantity] : *wanted) {
        Result<Taken> taken = take_one(tx, food_id, quantity, now);
        if (!taken) return std::move(taken).error();
        if (taken->refused) {
            shortage.faults.push_back(*std::move(taken->refused));
        } else if (taken->left) {
            const auto [left, version, deleted] = *taken->left;
            const StockEntry line{food_id, -quantity, left, "Sold", reference, by_user, now};
            if (Status written = stock_.record(tx, line); !written) return written;
            for (FoodChanged& change :
                 changes_.of_count(food_id, left + quantity, left, version, now))
                changes.push_back(std::move(change));
        }
    }
    if (!shortage.faults.empty()) return shortage;
    return changes_.tell(tx, changes);
}

Status CatalogService::give_back(Transaction& tx, std::span<const Portion> portions,
                                 std::string_view reference, std::optional<std::int64_t> by_user) {
    const Result<std::map<std::int64_t, std::int64_t>> returned = summed(portions);
    if (!returned) return returned.error();
    const std::int64_t now = to_millis(clock_.now());
    std::vector<FoodChanged> changes;
    for (const auto& [food_id, wanted] : *returned) {
        const Result<std::int64_t> held = stock_.held(tx, food_id, reference);
        if (!held) return held.error();
        const std::int64_t quantity = std::min(wanted, *held);
        if (quantity <= 0) continue;
        const Result<std::optional<Stock>> left = stock_.add(tx, food_id, quantity, now);
        if (!left) return left.error();
        if (!*left) continue;
        const auto [count, version, deleted] = **left;
        const StockEntry line{food_id, quantity, count, "Given back", reference, by_user, now};
        if (Status written = stock_.record(tx, line); !written) return written;
        if (deleted) continue;
        for (FoodChanged& change :
             changes_.of_count(food_id, count - quantity, count, version, now))
            changes.push_back(std::move(change));
    }
    return changes_.tell(tx, changes);
}

void CatalogService::write(JsonWriter& out, const Food& food) const { written_.write(out, food); }

}  // namespace kitchen::catalog
