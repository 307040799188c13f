// All SQL of the plugin. Every call works inside the caller's open transaction.
//
// Thread-safety: immutable once built; all calls from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/store.h"
#include "kitchen/time.h"

namespace loyalty {

/// One line of an account's history.
struct Entry {
    std::string kind;         ///< "earned", "cancelled", "redeemed"
    std::string reference;    ///< "order 12", or what the customer wrote when redeeming
    std::int64_t points = 0;  ///< below zero when they were taken
    kitchen::Timestamp at;
};

class LoyaltyRepository {
public:
    /// The index that lets a reference be used once; Error::subject when it refuses.
    static constexpr std::string_view once = "loyalty_entries_once";

    /// Interns the statements; the store checks them when start-up is over.
    explicit LoyaltyRepository(kitchen::Store& store);

    /// 0 when there is no such account.
    kitchen::Result<std::int64_t> points(kitchen::Transaction& tx, std::int64_t user_id) const;
    /// The newest ones first.
    kitchen::Result<std::vector<Entry>> history(kitchen::Transaction& tx, std::int64_t user_id,
                                                std::int64_t limit) const;
    kitchen::Result<std::optional<std::int64_t>> earned(kitchen::Transaction& tx,
                                                        std::string_view reference) const;

    /// Error: unique (`once`) when that kind and reference are there for the user already.
    kitchen::Status add_entry(kitchen::Transaction& tx, std::int64_t user_id,
                              const Entry& entry) const;

    /// Adds to what the account has (below zero: takes away, whatever is left).
    kitchen::Status change(kitchen::Transaction& tx, std::int64_t user_id, std::int64_t points,
                           kitchen::Timestamp now) const;
    /// What is left; nothing, and nothing written, when the account has fewer.
    kitchen::Result<std::optional<std::int64_t>> take(kitchen::Transaction& tx,
                                                      std::int64_t user_id, std::int64_t points,
                                                      kitchen::Timestamp now) const;

private:
    kitchen::Statement points_, history_, earned_, add_entry_, change_, take_;
};

}  // namespace loyalty
