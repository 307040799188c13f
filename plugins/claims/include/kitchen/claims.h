// claims/1: things of which there are so many: uses of a promo code, places in a time slot. What an
// order claims is given back with it, whether or not the plugin that asked for it is still there.
//
// Every call works inside the caller's open transaction, and a limit is exact on every store.
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

struct Claim {
    static constexpr std::size_t max_name = 200;  // bytes

    std::string name;           ///< begins with the plugin's id: "promotions/7"
    std::int64_t quantity = 1;  ///< 1 to 10^16
    std::int64_t limit = std::numeric_limits<std::int64_t>::max();  ///< of all claims of that name
};

struct HeldClaim {
    std::string owner, name;
};

class Claims {
public:
    using Interface = Claims;
    static constexpr std::string_view interface_name = "claims/1";
    virtual ~Claims() = default;

    /// How many are taken of each name, in their order.
    virtual Result<std::vector<std::int64_t>> taken(Transaction& tx,
                                                    std::span<const std::string> names) = 0;
    /// `owner` is who holds them: "order 12"; once for each owner. Claims of one name are taken
    /// together. Errors:
    /// conflict "limit_reached" naming the claim as its subject; then the transaction must be
    /// rolled back.
    virtual Status take(Transaction& tx, std::string_view owner, std::span<const Claim> claims) = 0;
    /// What the owners of that pattern (SQL's LIKE) hold: "order %" gives the claims of "order 12",
    /// …; those of one owner together.
    virtual Result<std::vector<HeldClaim>> held(Transaction& tx, std::string_view like) = 0;
    /// Everything that the owner holds; success when that is nothing.
    virtual Status give_back(Transaction& tx, std::string_view owner) = 0;
};

}  // namespace kitchen
