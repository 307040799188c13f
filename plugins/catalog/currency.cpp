#include "currency.h"

#include <cmath>
#include <optional>

#include "food_rules.h"
#include "kitchen/money.h"
#include "kitchen/time.h"

namespace kitchen::catalog {
namespace {

Error not_the_stored(const std::string& stored, const std::string& configured) {
    return Error(Errc::conflict, "currency_changed",
                 "The prices in the store are " + stored + ", and catalog.currency is " +
                     configured + ". Set it back to " + stored +
                     "; or stop every server, convert them with 'chuks-kitchen convert-prices "
                     "--config FILE --to " +
                     configured + " --rate RATE' while it is still " + stored + ", and then set " +
                     configured + ".");
}

/// The fraction that a decimal number of at most nine digits is.
struct Fraction {
    long double over = 0, under = 1;
};
std::optional<Fraction> parse_rate(std::string_view text) {
    Fraction rate;
    bool in_decimals = false;
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == '.' && !in_decimals) {
            in_decimals = true;
        } else if (c >= '0' && c <= '9' && ++digits <= 18) {
            rate.over = rate.over * 10 + (c - '0');
            if (in_decimals) rate.under *= 10;
        } else {
            return std::nullopt;
        }
    }
    if (rate.over <= 0 || rate.over > 999'999'999) return std::nullopt;
    return rate;
}

}  // namespace

Status remember_currency(Store& store, const FoodRepository& foods, std::int64_t now) {
    return store.transact([&](Transaction& tx) -> Status {
        const Result<std::optional<std::string>> stored = foods.stored_currency(tx);
        if (!stored) return stored.error();
        if (*stored == foods.currency()) return {};
        if (*stored) {
            const Result<bool> is_used = foods.any(tx);
            if (!is_used) return is_used.error();
            if (*is_used) return not_the_stored(**stored, foods.currency());
        }
        return foods.store_currency(tx, foods.currency(), now);
    });
}

Result<std::int64_t> convert_prices(Store& store, const FoodRepository& foods,
                                    std::string_view currency, std::string_view rate,
                                    std::int64_t now) {
    const std::optional<int> decimals = currency_decimals(currency);
    if (!decimals)
        return Error(Errc::unprocessable, "currency_unknown",
                     "'" + std::string(currency) + "' is no currency of ISO 4217.");
    const std::optional<Fraction> fraction = parse_rate(rate);
    if (!fraction)
        return Error(Errc::unprocessable, "rate_invalid",
                     "Write the rate as a decimal number of at most nine digits, such as 0.00065: "
                     "what one " +
                         foods.currency() + " is worth in " + std::string(currency) + ".");
    const int shift = *decimals - currency_decimals(foods.currency()).value_or(2);
    const long double over = fraction->over * std::pow(10.0L, std::max(shift, 0)),
                      under = fraction->under * std::pow(10.0L, std::max(-shift, 0));
    return store.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<std::int64_t> converted = foods.reprice(
            tx,
            [&](std::int64_t id, std::int64_t price) -> Result<std::int64_t> {
                const long double exact = static_cast<long double>(price) * over / under;
                const long double rounded = std::round(exact);
                if (rounded > static_cast<long double>(max_price) || (price > 0 && rounded < 1))
                    return Error(Errc::conflict, "price_out_of_range",
                                 "Food " + std::to_string(id) + " costs " +
                                     money_text(price, foods.currency()) +
                                     ", which at this rate is nothing or too much. Nothing was "
                                     "converted.");
                return static_cast<std::int64_t>(rounded);
            },
            now);
        if (!converted) return converted;
        if (Status kept = foods.store_currency(tx, currency, now); !kept)
            return std::move(kept).error();
        return converted;
    });
}

Command convert_command(Store& store, const FoodRepository& foods, const Clock& clock) {
    Command command;
    command.name = "convert-prices";
    command.summary = "Convert every price of the menu to another currency; stop the servers first";
    command.options = {{"to", "the new currency, by its ISO 4217 code", true},
                       {"rate", "what one unit of the old one is worth in it: 0.00065", true}};
    command.needs_store_alone = true;
    command.run = [&](CommandContext& context) -> Status {
        const std::string to = context.option("to");
        const Result<std::int64_t> converted =
            convert_prices(store, foods, to, context.option("rate"), to_millis(clock.now()));
        if (!converted) return converted.error();
        context.print("Prices converted to " + to + ": " + std::to_string(*converted) +
                      ". Now set catalog.currency to " + to +
                      ", and look at amounts elsewhere: fees, and promotions by amount.");
        return {};
    };
    return command;
}

}  // namespace kitchen::catalog
