// All SQL of the cart.
//
// Every call works inside the caller's open transaction. A writer begins with lock(): whatever
// follows sees, and is seen by, no other writer of the same cart.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/personal_data.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::cart {

struct LineRow {
    std::int64_t id = 0;
    std::int64_t food_id = 0;
    std::string sides_key;
    std::int64_t quantity = 0;
    std::string special_instructions;
};

struct CartRows {
    std::int64_t version = 0;      ///< 0: never used
    std::int64_t fingerprint = 0;  ///< of what the cart showed when it was last changed
    std::vector<LineRow> lines;    ///< in the order added
};

class CartRepository {
public:
    explicit CartRepository(Store& store);

    Result<CartRows> read(Transaction& tx, std::int64_t user_id) const;
    /// The cart as it is with its version raised by one; it is made when there is none. Its row is
    /// the lock.
    Result<CartRows> lock(Transaction& tx, std::int64_t user_id, Timestamp now) const;
    /// Nothing else keeps it up to date; that of a cart without lines means nothing.
    Status set_fingerprint(Transaction& tx, std::int64_t user_id, std::int64_t fingerprint) const;

    /// Makes a line, and gives its id. The cart must have none of this food with these sides.
    Result<std::int64_t> add(Transaction& tx, std::int64_t user_id, const LineRow& line,
                             Timestamp now) const;
    /// Writes quantity and instructions.
    Status change(Transaction& tx, const LineRow& line, Timestamp now) const;
    Status remove(Transaction& tx, std::int64_t line_id) const;
    Status remove_all(Transaction& tx, std::int64_t user_id) const;

private:
    Statement read_, raise_version_, set_fingerprint_, add_, change_, remove_, remove_all_;
};

/// What is kept about a person.
void add_personal_cart(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::cart
