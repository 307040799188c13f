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

Status LoyaltyService::order_placed(Transaction& tx, const kitchen::OrderPlaced& order) const {
    const std::int64_t points = order.total / kobo_per_point_;
    if (points <= 0) return {};
    return change(tx, order.user_id, {"earned", reference_of(order.order_id), points, order.at});
}

Status LoyaltyService::order_moved(Transaction& tx, const kitchen::OrderMoved& order) const {
    if (order.to != "cancelled") return {};
    const std::string reference = reference_of(order.order_id);
    auto earned = repository_.earned(tx, reference);
    if (!earned) return std::move(earned).error();
    if (!*earned) return {};
    return change(tx, order.user_id, {"cancelled", reference, -**earned, order.at});
}

Status LoyaltyService::change(Transaction& tx, std::int64_t user_id, const Entry& entry) const {
    if (Status added = repository_.add_entry(tx, user_id, entry); !added) return added;
    return repository_.change(tx, user_id, entry.points, entry.at);
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
