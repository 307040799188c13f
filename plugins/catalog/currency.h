// The currency of the stored prices: remembered, never relabelled, and converted on demand.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "food_repository.h"
#include "kitchen/command.h"
#include "kitchen/store.h"

namespace kitchen::catalog {

/// Remembers foods.currency() as that of the stored prices, unless there is another one already:
/// then conflict "currency_changed", with what to do. One that has no food yet gives way.
Status remember_currency(Store& store, const FoodRepository& foods, std::int64_t now);

/// Makes every price one of `currency` and remembers that; how many foods. `rate`: what one unit of
/// the old currency is worth in the new one, "0.00065". Errors: unprocessable "currency_unknown",
/// "rate_invalid"; conflict "price_out_of_range" for a food that would cost nothing or too much.
Result<std::int64_t> convert_prices(Store& store, const FoodRepository& foods,
                                    std::string_view currency, std::string_view rate,
                                    std::int64_t now);

/// `convert-prices`. All must live longer.
Command convert_command(Store& store, const FoodRepository& foods, const Clock& clock);

}  // namespace kitchen::catalog
