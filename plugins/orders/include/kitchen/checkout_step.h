// checkout-step/1: how a plugin takes part in what an order costs and whether it can be had. Used
// by the plugin that owns orders, which asks every step, in the order of the configuration, for the
// quote, the checkout and the explanation of a food.
//
// All amounts are integer minor units of the cart's currency. Every call works inside the caller's
// open transaction; what it throws becomes an error that names the plugin, and nothing is ordered.
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/addresses.h"
#include "kitchen/cart.h"
#include "kitchen/claims.h"
#include "kitchen/money.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen {

enum class Fulfillment : std::uint8_t { delivery, pickup };

/// The parts of a price besides the foods and the tip.
enum class PricePart : std::uint8_t { discount, delivery_fee, service_fee, tax };

/// Every name, in the order of the enumeration.
inline std::vector<std::string> names_of(Fulfillment) { return {"delivery", "pickup"}; }
inline std::vector<std::string> names_of(PricePart) {
    return {"discount", "delivery_fee", "service_fee", "tax"};
}
inline std::string_view to_text(Fulfillment value) {
    return value == Fulfillment::delivery ? "delivery" : "pickup";
}
inline std::string_view to_text(PricePart value) {
    switch (value) {
        case PricePart::discount: return "discount";
        case PricePart::delivery_fee: return "delivery_fee";
        case PricePart::service_fee: return "service_fee";
        case PricePart::tax: return "tax";
    }
    return "discount";
}

/// What one step adds to a price; a discount lowers it.
struct PriceAmount {
    PricePart part = PricePart::discount;
    std::string name;         ///< for the customer: "WELCOME10", "VAT"
    std::int64_t amount = 0;  ///< never negative
};

/// What was asked for, and what the steps have said of it so far.
class CheckoutDraft {
public:
    // Together far below 2^63.
    static constexpr std::int64_t max_amount = 10'000'000'000'000'000;
    static constexpr std::size_t max_amounts = 100;

    std::int64_t user_id = 0;  ///< 0: a food is explained to anybody
    Fulfillment fulfillment = Fulfillment::pickup;
    CartContents cart;
    std::optional<Address> address;  ///< of a delivery, where there is an address book
    Timestamp now;
    std::optional<Timestamp> scheduled_for;
    std::string promo_code;  ///< "" for none
    std::int64_t tip = 0;
    /// Whether this account has placed no order that still stands.
    std::function<Result<bool>(Transaction&)> is_first_order;

    /// When the order should be ready.
    Timestamp at() const { return scheduled_for.value_or(now); }
    std::int64_t sum(PricePart part) const {
        std::int64_t sum = 0;
        for (const PriceAmount& amount : amounts_)
            if (amount.part == part) sum += amount.amount;
        return sum;
    }
    /// What the foods cost after the discounts so far.
    std::int64_t foods() const { return cart.subtotal - sum(PricePart::discount); }

    /// Throws std::logic_error when the amount is negative or absurd, or a discount exceeds what
    /// the foods still cost.
    void add(PricePart part, std::string name, std::int64_t amount) {
        if (amount < 0 || amount > max_amount)
            throw std::logic_error("the amount '" + name + "' is " + std::to_string(amount));
        if (part == PricePart::discount && amount > foods())
            throw std::logic_error("the discount '" + name + "' is " + std::to_string(amount) +
                                   ", and the foods cost " + std::to_string(foods()));
        if (amounts_.size() == max_amounts)
            throw std::logic_error("there are more amounts than " + std::to_string(max_amounts));
        if (amount > 0) amounts_.push_back({part, std::move(name), amount});
    }
    /// Something that stops the order. `pointer` is into the checkout's body ("/promo_code",
    /// "/scheduled_for"), or names a line: "/items/0/food".
    void refuse(std::string pointer, std::string code, std::string detail) {
        problems_.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    /// What the order uses up: taken when it is placed, given back when it is cancelled. Refuse
    /// what is used up already, with a sentence for the customer (Claims::taken). Throws
    /// std::logic_error for a quantity or a name that is no claim's.
    void claim(Claim claim) {
        if (claim.quantity < 1 || claim.quantity > max_amount || claim.name.empty() ||
            claim.name.size() > Claim::max_name)
            throw std::logic_error("the claim '" + claim.name + "' counts " +
                                   std::to_string(claim.quantity));
        claims_.push_back(std::move(claim));
    }
    /// The step knows the promo code, whether it grants something or not; one that no step knows is
    /// refused.
    void recognise_promo_code() { promo_code_known_ = true; }

    const std::vector<PriceAmount>& amounts() const { return amounts_; }
    const std::vector<Fault>& problems() const { return problems_; }
    const std::vector<Claim>& claims() const { return claims_; }
    bool promo_code_known() const { return promo_code_known_; }

private:
    std::vector<PriceAmount> amounts_;
    std::vector<Fault> problems_;
    std::vector<Claim> claims_;
    bool promo_code_known_ = false;
};

/// `amount` × `basis_points` / 10,000, half up. No overflow for any amount ≥ 0 and basis points
/// (1/100 of a percent) from 0 to 10,000.
inline std::int64_t share_of(std::int64_t amount, std::int64_t basis_points) {
    // The whole ten-thousands first, so that the product never exceeds the amount.
    return amount / 10'000 * basis_points + (amount % 10'000 * basis_points + 5'000) / 10'000;
}

class CheckoutStep {
public:
    using Interface = CheckoutStep;
    static constexpr std::string_view interface_name = "checkout-step/1";
    virtual ~CheckoutStep() = default;

    /// Adds amounts, problems and claims to the draft. Writes nothing: the transaction may be
    /// read-only. Called again when the transaction runs again.
    virtual Status consider(Transaction& tx, CheckoutDraft& draft) = 0;
};

}  // namespace kitchen
