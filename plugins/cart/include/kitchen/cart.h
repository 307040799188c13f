// cart/1: what a customer is about to buy, for the feature that turns it into an order. Published
// by the plugin that owns carts.
//
// Every call works inside the caller's open transaction.
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// One line at today's prices. `problems` is empty when it could be bought now.
struct CartLine {
    std::int64_t id = 0;
    Food food;
    std::vector<Food> side_proteins, extra_sides;
    std::int64_t quantity = 0;
    std::string special_instructions;
    std::int64_t unit_price = 0;  ///< food and sides together, minor units
    std::int64_t line_total = 0;  ///< unit_price × quantity
    std::vector<Fault> problems;  ///< code: "deleted", "unavailable", "short", "side_not_allowed"
};

struct CartContents {
    std::int64_t version = 0;  ///< grows with every change; 0: never used
    std::string currency;
    std::vector<CartLine> lines;  ///< in the order added
    std::int64_t subtotal = 0;
};

/// What may be put into a cart.
struct CartWish {
    std::int64_t food_id = 0;
    std::vector<std::int64_t> side_protein_ids, extra_side_ids;
    std::int64_t quantity = 1;
    std::string special_instructions = {};  ///< "" for none
};

class Carts {
public:
    using Interface = Carts;
    static constexpr std::string_view interface_name = "cart/1";
    virtual ~Carts() = default;
    virtual Result<CartContents> read(Transaction& tx, std::int64_t user_id) = 0;
    /// A cart that holds one portion of this food and nothing else; that it lacks sides is no
    /// problem. Error: not_found "food_not_found", also for one that is off the menu.
    virtual Result<CartContents> alone(Transaction& tx, std::int64_t food_id) = 0;
    /// Empties the cart and gives what was in it; `version` is the one of the empty cart, the next
    /// after that of what it held. No other
    /// writer changes this cart until the transaction ends, so nothing is lost between the two. An
    /// empty cart gives no lines.
    virtual Result<CartContents> take(Transaction& tx, std::int64_t user_id) = 0;
    struct Filled {
        std::int64_t version = 0;  ///< of the cart
        /// Of each wish, why it is not in the cart: none, and it is. Pointers as of a CartLine, ""
        /// for the line itself.
        std::vector<std::vector<Fault>> problems;
    };
    /// Puts into the cart what can be had, beside what is there.
    virtual Result<Filled> fill(Transaction& tx, std::int64_t user_id,
                                std::span<const CartWish> wishes) = 0;
};

}  // namespace kitchen
