// catalog/1: foods and their stock, for the features that sell them. Published by the plugin that
// owns the menu.
//
// Every call works inside the caller's open transaction, so that a checkout is one transaction
// across plugins. Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// How many sides of one kind go with a food, and which. `allowed` nothing: any food.
struct SideRule {
    std::int64_t min = 0;
    std::int64_t max = 1;
    std::optional<std::vector<std::int64_t>> allowed;

    friend bool operator==(const SideRule&, const SideRule&) = default;
};

struct SideRules {
    SideRule side_protein, extra_side;

    friend bool operator==(const SideRules&, const SideRules&) = default;
};

/// What the staff decide about a food. The defaults are those of the API.
struct FoodDraft : SideRules {
    std::string name;
    std::string description;
    std::int64_t price = 0;  ///< minor units
    std::optional<std::string> image_url;
    std::string category;
    std::optional<std::int64_t> available_quantity;  ///< nothing: not counted
    bool is_available = true;  ///< switched on by the staff; see Food::orderable()
    std::vector<std::string> tags;

    const SideRules& side_rules() const noexcept { return *this; }
    friend bool operator==(const FoodDraft&, const FoodDraft&) = default;
};

/// With what the catalogue itself keeps.
struct Food : FoodDraft {
    std::int64_t id = 0;
    std::string currency;  ///< ISO 4217
    bool deleted = false;  ///< gone from the menu, kept for old orders
    std::int64_t rating_count = 0;
    double rating_average = 0;
    std::int64_t version = 1;      ///< of what the staff decide: grows with each edit
    std::int64_t stock_moves = 0;  ///< sales and other moves of the count since that version
    std::int64_t created_at = 0, updated_at = 0;  ///< POSIX milliseconds

    bool orderable() const noexcept {
        return !deleted && is_available && (!available_quantity || *available_quantity > 0);
    }
    friend bool operator==(const Food&, const Food&) = default;
};

/// So many portions of one food.
struct Portion {
    std::int64_t food_id = 0;
    std::int64_t quantity = 0;
};

class Catalog {
public:
    using Interface = Catalog;
    static constexpr std::string_view interface_name = "catalog/1";
    virtual ~Catalog() = default;

    /// The foods with these ids, in no particular order; unknown ids are left out, deleted foods
    /// are not. Ids may repeat.
    virtual Result<std::vector<Food>> foods(Transaction& tx, std::span<const std::int64_t> ids) = 0;

    /// Takes all portions from stock and writes the journal, or fails with conflict
    /// "insufficient_stock" whose faults name every food that is gone or short (pointer
    /// "/foods/<id>", detail with what is left); then the transaction must be rolled back. Portions
    /// of one food may be listed several times; they are summed. Foods without a count are only
    /// checked to be orderable. `reference` goes into the journal: "order 12".
    virtual Status take(Transaction& tx, std::span<const Portion> portions,
                        std::string_view reference, std::optional<std::int64_t> by_user) = 0;

    /// Puts back what `reference` took of them, at most, and writes the journal: of deleted foods
    /// too; nothing of a food that was not counted then, or whose count has begun anew since.
    virtual Status give_back(Transaction& tx, std::span<const Portion> portions,
                             std::string_view reference, std::optional<std::int64_t> by_user) = 0;

    /// The public form of a food, as GET /foods/{id}/ gives it.
    virtual void write(JsonWriter& out, const Food& food) const = 0;

    /// ISO 4217 code of every price.
    virtual std::string currency() const = 0;

    /// IANA name of the time zone in which people are told times: "Africa/Lagos".
    virtual std::string time_zone() const = 0;
};

}  // namespace kitchen
