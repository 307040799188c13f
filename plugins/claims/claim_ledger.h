// The claims in their two tables. See kitchen/claims.h.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include "kitchen/claims.h"
#include "kitchen/plugin.h"

namespace kitchen::claims {

class ClaimLedger final : public Claims {
public:
    explicit ClaimLedger(Store& store);

    Result<std::vector<std::int64_t>> taken(Transaction& tx,
                                            std::span<const std::string> names) override;
    Status take(Transaction& tx, std::string_view owner, std::span<const Claim> claims) override;
    Result<std::vector<HeldClaim>> held(Transaction& tx, std::string_view like) override;
    Status give_back(Transaction& tx, std::string_view owner) override;

private:
    static constexpr std::size_t names_at_once = 16;

    Statement taken_, raise_, note_, held_, remove_, lower_;
};

/// What always holds in these tables, for `chuks-kitchen check-data`.
void add_claim_rules(Setup& setup, Store& store);
/// The claims of a plugin's names, which are removed with its tables.
void add_kept_claims(Setup& setup, Store& store);

}  // namespace kitchen::claims
