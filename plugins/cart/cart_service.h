// What can be done with a cart. Implements cart/1 for the feature that orders from it.
//
// A line is made by a food, its set of sides, and what the customer wrote: to add the same again is
// to raise its quantity. Every change raises the
// cart's version by one, in the same transaction; changes of one cart happen one after another,
// however many devices ask at once.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cart_repository.h"
#include "kitchen/cart.h"
#include "kitchen/catalog.h"
#include "kitchen/clock.h"
#include "kitchen/settings.h"
#include "kitchen/version_check.h"
#include "sides_key.h"

namespace kitchen::cart {

/// Portions of one line, however often it was added to.
inline constexpr std::int64_t most_of_a_line = 9'999;

struct CartLimits {
    std::int64_t max_line_quantity = most_of_a_line;
    std::int64_t max_lines = 100;

    static void describe(Fields<CartLimits>& field);
};

struct NewLine {
    std::int64_t food_id = 0;
    Sides sides;  ///< in the order asked for; each id once
    std::int64_t quantity = 1;
    std::string special_instructions;  ///< "" for none; a line of its own for each text
};

struct LineChange {
    std::optional<std::int64_t> quantity;
    std::optional<std::string> special_instructions;  ///< "" takes them away
};

struct CartView {
    CartContents contents;
    /// What the cart shows now, and whether that differs from what it showed when it was last
    /// changed: the catalogue moves without the cart's version.
    std::int64_t fingerprint = 0;
    bool moved = false;
};

struct ChangedLine {
    CartLine line;
    std::int64_t version = 0;  ///< of the cart
    bool created = false;
};

class CartService : public Carts {
public:
    CartService(Store& store, Catalog& catalog, const Clock& clock, CartLimits limits);

    Result<CartContents> read(Transaction& tx, std::int64_t user_id) override;
    Result<CartContents> alone(Transaction& tx, std::int64_t food_id) override;
    Result<CartContents> take(Transaction& tx, std::int64_t user_id) override;
    Result<Filled> fill(Transaction& tx, std::int64_t user_id,
                        std::span<const CartWish> wishes) override;

    Result<CartView> view(std::int64_t user_id);

    /// Errors: conflict when the line could not be bought ("food_not_found", "food_unavailable",
    /// "insufficient_stock", "side_not_allowed"; faults name the fields food_id, side_protein_ids,
    /// extra_side_ids) or the cart is full; unprocessable past max_line_quantity.
    Result<ChangedLine> add(std::int64_t user_id, const NewLine& wanted, const VersionCheck& check);

    /// More of something is refused as in add(); less is always possible. Errors also: not_found;
    /// unprocessable past max_line_quantity. A line stays one of its own, whatever its text is
    /// then.
    Result<ChangedLine> change(std::int64_t user_id, std::int64_t line_id, const LineChange& wanted,
                               const VersionCheck& check);

    /// Both give the cart's new version. remove: not_found; clear: success on an empty cart.
    Result<std::int64_t> remove(std::int64_t user_id, std::int64_t line_id,
                                const VersionCheck& check);
    Result<std::int64_t> clear(std::int64_t user_id, const VersionCheck& check);

private:
    using Change = std::function<Status(Transaction& tx, CartRows& cart)>;

    /// What the lines of the cart are at today's prices.
    Result<CartContents> contents(Transaction& tx, CartRows cart) const;
    struct Place {
        std::size_t index = 0;  ///< of the line
        bool created = false;   ///< it has no id yet
    };
    /// Adds to the line that is the same, or a new one. Error: the limits of a cart.
    Result<Place> put(CartRows& cart, const NewLine& wanted) const;
    Status check_quantity(std::int64_t quantity) const;
    Status write(Transaction& tx, std::int64_t user_id, LineRow& line) const;
    /// Raises the version, checks it, has `change` write what it makes of the cart, and remembers
    /// what that shows.
    Result<CartContents> changed(Transaction& tx, std::int64_t user_id, const VersionCheck& check,
                                 const Change& change);

    Store& store_;
    Catalog& catalog_;
    const Clock& clock_;
    CartLimits limits_;
    CartRepository carts_;
};

}  // namespace kitchen::cart
