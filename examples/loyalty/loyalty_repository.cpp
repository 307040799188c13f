#include "loyalty_repository.h"

namespace loyalty {

using kitchen::Result;
using kitchen::Rows;
using kitchen::Status;
using kitchen::Timestamp;
using kitchen::to_millis;
using kitchen::Transaction;

LoyaltyRepository::LoyaltyRepository(kitchen::Store& store)
    : points_(store.prepare("SELECT points FROM loyalty_points WHERE user_id = $1")),
      history_(store.prepare(
          "SELECT kind, reference, points, created_at FROM loyalty_entries WHERE user_id = $1 "
          "ORDER BY id DESC LIMIT $2")),
      earned_(store.prepare(
          "SELECT points FROM loyalty_entries WHERE kind = 'earned' AND reference = $1")),
      add_entry_(store.prepare(
          "INSERT INTO loyalty_entries (user_id, kind, reference, points, created_at) "
          "VALUES ($1, $2, $3, $4, $5)")),
      change_(store.prepare(
          "INSERT INTO loyalty_points (user_id, points, updated_at) VALUES ($1, $2, $3) "
          "ON CONFLICT (user_id) DO UPDATE SET points = loyalty_points.points + excluded.points, "
          "updated_at = excluded.updated_at")),
      take_(store.prepare("UPDATE loyalty_points SET points = points - $2, updated_at = $3 "
                          "WHERE user_id = $1 AND points >= $2 RETURNING points")) {}

Result<std::int64_t> LoyaltyRepository::points(Transaction& tx, std::int64_t user_id) const {
    auto rows = tx.query(points_, {user_id});
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::int64_t{0} : rows->front().integer(0);
}

Result<std::vector<Entry>> LoyaltyRepository::history(Transaction& tx, std::int64_t user_id,
                                                      std::int64_t limit) const {
    auto rows = tx.query(history_, {user_id, limit});
    if (!rows) return std::move(rows).error();
    std::vector<Entry> entries;
    for (const kitchen::Row row : *rows)
        entries.push_back(
            {row.string(0), row.string(1), row.integer(2), kitchen::from_millis(row.integer(3))});
    return entries;
}

Result<std::optional<std::int64_t>> LoyaltyRepository::earned(Transaction& tx,
                                                              std::string_view reference) const {
    return kitchen::first_row(tx.query(earned_, {reference}),
                              [](kitchen::Row row) { return row.integer(0); });
}

Status LoyaltyRepository::add_entry(Transaction& tx, std::int64_t user_id,
                                    const Entry& entry) const {
    auto rows = tx.query(add_entry_,
                         {user_id, entry.kind, entry.reference, entry.points, to_millis(entry.at)});
    if (!rows) return std::move(rows).error();
    return {};
}

Status LoyaltyRepository::change(Transaction& tx, std::int64_t user_id, std::int64_t points,
                                 Timestamp now) const {
    auto rows = tx.query(change_, {user_id, points, to_millis(now)});
    if (!rows) return std::move(rows).error();
    return {};
}

Result<std::optional<std::int64_t>> LoyaltyRepository::take(Transaction& tx, std::int64_t user_id,
                                                            std::int64_t points,
                                                            Timestamp now) const {
    auto rows = tx.query(take_, {user_id, points, to_millis(now)});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return std::optional<std::int64_t>();
    return std::optional(rows->front().integer(0));
}

}  // namespace loyalty
