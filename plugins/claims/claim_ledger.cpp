#include "claim_ledger.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kitchen::claims {
namespace {

std::string parameters(std::size_t count) {
    std::string text;
    for (std::size_t i = 1; i <= count; ++i) text += (i > 1 ? ", $" : "$") + std::to_string(i);
    return text;
}

}  // namespace

ClaimLedger::ClaimLedger(Store& store)
    : taken_(store.prepare("SELECT name, taken FROM claim_totals WHERE name IN (" +
                           parameters(names_at_once) + ")")),
      raise_(store.prepare("INSERT INTO claim_totals (name, taken) VALUES ($1, $2) ON CONFLICT "
                           "(name) DO UPDATE SET taken = claim_totals.taken + $2 "
                           "WHERE claim_totals.taken <= $3 RETURNING taken")),
      note_(store.prepare("INSERT INTO claims (owner, name, quantity) VALUES ($1, $2, $3)")),
      held_(store.prepare("SELECT owner, name FROM claims WHERE owner LIKE $1 ORDER BY owner")),
      remove_(store.prepare("DELETE FROM claims WHERE owner = $1 RETURNING name, quantity")),
      lower_(store.prepare("UPDATE claim_totals SET taken = taken - $2 WHERE name = $1")) {}

Result<std::vector<std::int64_t>> ClaimLedger::taken(Transaction& tx,
                                                     std::span<const std::string> names) {
    std::map<std::string, std::int64_t, std::less<>> totals;
    for (std::size_t first = 0; first < names.size(); first += names_at_once) {
        // A shorter list is filled up with the empty name, which no claim has.
        std::vector<Param> some(names_at_once, Param(""));
        for (std::size_t i = 0; i < std::min(names_at_once, names.size() - first); ++i)
            some[i] = Param(names[first + i]);
        Result<Rows> rows = tx.query(taken_, some);
        if (!rows) return std::move(rows).error();
        for (Row row : *rows) totals[row.string(0)] = row.integer(1);
    }
    std::vector<std::int64_t> taken;
    taken.reserve(names.size());
    for (const std::string& name : names) taken.push_back(totals[name]);
    return taken;
}

Status ClaimLedger::take(Transaction& tx, std::string_view owner, std::span<const Claim> claims) {
    // By name: everybody takes the rows in the same order.
    std::map<std::string_view, Claim> by_name;
    for (const Claim& claim : claims) {
        const auto [at, is_new] = by_name.emplace(claim.name, claim);
        if (is_new) continue;
        at->second.quantity += claim.quantity;
        at->second.limit = std::min(at->second.limit, claim.limit);
    }
    for (const auto& entry : by_name) {
        const Claim& claim = entry.second;
        const auto reached = [&] {
            return Error(Errc::conflict, "limit_reached", "There are no more of these.")
                .with_subject(claim.name);
        };
        if (claim.quantity > claim.limit) return reached();
        Result<Rows> raised =
            tx.query(raise_, {claim.name, claim.quantity, claim.limit - claim.quantity});
        if (!raised) return std::move(raised).error();
        if (raised->empty()) return reached();
        if (Status noted = tx.execute(note_, {owner, claim.name, claim.quantity}); !noted)
            return noted;
    }
    return {};
}

Result<std::vector<HeldClaim>> ClaimLedger::held(Transaction& tx, std::string_view like) {
    Result<Rows> rows = tx.query(held_, {like});
    if (!rows) return std::move(rows).error();
    std::vector<HeldClaim> held;
    for (Row row : *rows) held.push_back({row.string(0), row.string(1)});
    return held;
}

Status ClaimLedger::give_back(Transaction& tx, std::string_view owner) {
    Result<Rows> removed = tx.query(remove_, {owner});
    if (!removed) return std::move(removed).error();
    std::map<std::string, std::int64_t> held;
    for (Row row : *removed) held[row.string(0)] = row.integer(1);
    for (const auto& [name, quantity] : held)
        if (Status lowered = tx.execute(lower_, {name, quantity}); !lowered) return lowered;
    return {};
}

void add_claim_rules(Setup& setup, Store& store) {
    setup.add_data_rule("what is taken of a name is the sum of its claims",
                        store.prepare("SELECT name FROM claim_totals WHERE taken <> (SELECT "
                                      "COALESCE(SUM(quantity), 0) FROM claims WHERE claims.name = "
                                      "claim_totals.name)"));
}

void add_kept_claims(Setup& setup, Store& store) {
    setup.add_kept_rows(
        store.prepare("SELECT 'its claims', COUNT(*) FROM claims WHERE name LIKE $1 || '/%'"),
        {store.prepare("DELETE FROM claims WHERE name LIKE $1 || '/%'"),
         store.prepare("DELETE FROM claim_totals WHERE name LIKE $1 || '/%'")});
}

}  // namespace kitchen::claims
