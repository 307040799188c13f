// A promotion: a code that takes something off the price of the foods.
//
// Amounts are integer minor units. Thread-safety: plain values; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/result.h"
#include "kitchen/time.h"

namespace kitchen::promotions {

inline constexpr std::int64_t min_code = 3, max_code = 40;  ///< characters
inline constexpr std::int64_t max_amount = 1'000'000'000'000;
inline constexpr std::int64_t max_limit = 1'000'000'000;

/// What an administrator decides, and may change at any time.
struct Terms {
    std::optional<std::int64_t> basis_points;  ///< of the foods' price; either this or `amount`
    std::optional<std::int64_t> amount;
    std::optional<std::int64_t> max_discount;  ///< of a percentage
    std::int64_t min_foods = 0;                ///< what the foods must cost
    std::optional<Timestamp> starts_at;
    std::optional<Timestamp> ends_at;  ///< from then on it is expired
    std::optional<std::int64_t> max_uses, max_uses_per_user;
    bool first_order_only = false;
    bool active = true;

    bool operator==(const Terms&) const = default;
};

struct NewPromotion : Terms {
    std::string code;
};

struct Promotion : Terms {
    std::int64_t id = 0;
    std::string code;          ///< as normalised_code() gives it
    std::int64_t version = 1;  ///< grows with every change of the terms
    Timestamp created_at, updated_at;
};

/// In capitals. Nothing when it has other characters than ASCII letters, digits, '-' and '_', or
/// not from min_code to max_code of them: then no promotion has that code.
std::optional<std::string> normalised_code(std::string_view text);

/// What the ranges of single values do not say. Error: unprocessable "validation_failed", with a
/// fault for each deviation.
Status check(const Terms& terms);

/// Never more than the foods cost.
std::int64_t discount_of(const Terms& terms, std::int64_t foods);

/// The names under which uses are claimed: all of them, and those of one account.
std::string claim_name(std::int64_t promotion_id);
std::string claim_name(std::int64_t promotion_id, std::int64_t user_id);

}  // namespace kitchen::promotions
