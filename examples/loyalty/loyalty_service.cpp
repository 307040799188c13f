#include "loyalty_service.h"

namespace loyalty {

using kitchen::Errc;
using kitchen::Error;
using kitchen::Result;
using kitchen::Status;
using kitchen::Timestamp;
using kitchen::Transaction;

namespace {

constexpr std::int64_t history_length = 20;

std::string reference_of(std::int64_t order_id) { return "order " + std::to_string(order_id); }

}  // namespace

LoyaltyService::LoyaltyService(kitchen::Store& store, const kitchen::Clock& clock,
                               std::int64_t kobo_per_point)
    : store_(store), clock_(clock), kobo_per_point_(kobo_per_point), repository_(store) {}

Result<Account> LoyaltyService::account(std::int64_t user_id) const {
    return store_.read<Account>([&](Transaction& tx) -> Result<Account> {
        auto points = repository_.points(tx, user_id);
        if (!points) return std::move(points).error();
        auto history = repository_.history(tx, user_id, history_length);
        if (!history) return std::move(history).error();
        return Account{*points, *std::move(history)};
    });
}

Status LoyaltyService::order_placed(std::int64_t user_id, std::int64_t order_id,
                                    std::int64_t total) const {
    const std::int64_t points = total / kobo_per_point_;
    if (points <= 0) return {};
    const Timestamp now = clock_.now();
    return store_.transact([&](Transaction& tx) -> Status {
        auto added = repository_.add_entry_once(tx, user_id,
                                                {"earned", reference_of(order_id), points, now});
        if (!added) return std::move(added).error();
        return *added ? repository_.change(tx, user_id, points, now) : Status();
    });
}

Status LoyaltyService::order_cancelled(std::int64_t order_id) const {
    const std::string reference = reference_of(order_id);
    const Timestamp now = clock_.now();
    return store_.transact([&](Transaction& tx) -> Status {
        auto earned = repository_.earned(tx, reference);
        if (!earned) return std::move(earned).error();
        if (!*earned) return {};
        const auto [user_id, points] = **earned;
        auto added =
            repository_.add_entry_once(tx, user_id, {"cancelled", reference, -points, now});
        if (!added) return std::move(added).error();
        return *added ? repository_.change(tx, user_id, -points, now) : Status();
    });
}

Result<std::int64_t> LoyaltyService::redeem(std::int64_t user_id, std::int64_t points,
                                            const std::string& reference) const {
    const Timestamp now = clock_.now();
    auto left = store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        if (Status added =
                repository_.add_entry(tx, user_id, {"redeemed", reference, -points, now});
            !added)
            return std::move(added).error();
        auto taken = repository_.take(tx, user_id, points, now);
        if (!taken) return std::move(taken).error();
        if (!*taken)  // returning an error undoes the entry
            return Error(Errc::conflict, "not_enough_points",
                         "You do not have that many points. GET /loyalty/ shows what you have.");
        return **taken;
    });
    if (!left && left.error().is_unique(LoyaltyRepository::once))
        return Error(Errc::conflict, "already_redeemed",
                     "You have redeemed points with this reference before. Choose another one.");
    return left;
}

}  // namespace loyalty
