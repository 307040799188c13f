// All SQL of the cart.
//
// Every call works inside the caller's open transaction. A writer calls raise_version() first: that
// row is the cart's lock, so whatever follows sees, and is seen by, no other writer of the same
// cart.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::cart {

struct CartRow {
    std::int64_t version = 0;      ///< 0: never used
    std::int64_t fingerprint = 0;  ///< of what the cart showed when it was last changed
};

struct LineRow {
    std::int64_t id = 0;
    std::int64_t food_id = 0;
    std::string sides_key;
    std::int64_t quantity = 0;
    std::string special_instructions;
};

class CartRepository {
public:
    explicit CartRepository(Store& store);

    Result<CartRow> cart(Transaction& tx, std::int64_t user_id) const;
    /// The new version; the cart is made when there is none. `fingerprint` as in CartRow.
    Result<std::int64_t> raise_version(Transaction& tx, std::int64_t user_id,
                                       std::int64_t fingerprint, Timestamp now) const;
    Status set_fingerprint(Transaction& tx, std::int64_t user_id, std::int64_t fingerprint) const;

    /// In the order added.
    Result<std::vector<LineRow>> lines(Transaction& tx, std::int64_t user_id) const;
    /// Nothing when there is no such line or it is another user's.
    Result<std::optional<LineRow>> line(Transaction& tx, std::int64_t user_id,
                                        std::int64_t line_id) const;

    struct Added {
        std::int64_t id = 0;
        std::int64_t quantity =
            0;  ///< of the line now: more than was added when the line was there before
    };
    /// Makes the line, or adds to the one with the same food and sides. Instructions replace the
    /// line's, unless nothing.
    Result<Added> add(Transaction& tx, std::int64_t user_id, std::int64_t food_id,
                      std::string_view sides_key, std::int64_t quantity,
                      const std::optional<std::string>& instructions, Timestamp now) const;
    /// What is nothing stays as it is.
    Status change(Transaction& tx, std::int64_t user_id, std::int64_t line_id,
                  std::optional<std::int64_t> quantity,
                  const std::optional<std::string>& instructions, Timestamp now) const;
    /// False when there was no such line.
    Result<bool> remove(Transaction& tx, std::int64_t user_id, std::int64_t line_id) const;
    /// Removes all lines and gives them, in the order added.
    Result<std::vector<LineRow>> take_lines(Transaction& tx, std::int64_t user_id) const;

private:
    Statement cart_, raise_version_, set_fingerprint_, lines_, line_, add_, change_, remove_,
        take_lines_;
};

}  // namespace kitchen::cart
