#include "stock_repository.h"

namespace kitchen::catalog {
namespace {

constexpr std::string_view returning = "RETURNING available_quantity, version, deleted_at";

Result<std::optional<Stock>> stock_of(const Result<Rows>& rows) {
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Stock>();
    const Row row = rows->front();
    return std::optional(Stock{row.integer(0), row.integer(1), !row.is_null(2)});
}

}  // namespace

StockLine::StockLine(const Row& row)
    : StockEntry{row.integer(1),
                 row.integer(2),
                 row.maybe_integer(3),
                 row.text(4),
                 row.is_null(5) ? std::nullopt : std::optional(row.text(5)),
                 row.maybe_integer(6),
                 row.integer(7)},
      id(row.integer(0)) {}

StockRepository::StockRepository(Store& store) {
    take_ = store.prepare(
        "UPDATE foods SET available_quantity = available_quantity - $2, is_orderable = CASE WHEN "
        "available_quantity > $2 THEN 1 ELSE 0 END, stock_moves = stock_moves + 1, updated_at = $3 "
        "WHERE id = $1 AND deleted_at IS NULL AND is_available = 1 AND available_quantity >= $2 " +
        std::string(returning));
    add_ = store.prepare(
        "UPDATE foods SET available_quantity = available_quantity + $2, is_orderable = CASE WHEN "
        "is_available = 1 AND available_quantity + $2 > 0 THEN 1 ELSE 0 END, stock_moves = "
        "stock_moves "
        "+ 1, updated_at = $3 "
        "WHERE id = $1 AND available_quantity IS NOT NULL " +
        std::string(returning));
    held_ = store.prepare(
        "SELECT CAST(COALESCE(SUM(delta), 0) AS BIGINT) FROM food_stock_journal WHERE reference = "
        "$2 AND food_id = "
        "$1 AND id > COALESCE((SELECT MAX(id) FROM food_stock_journal WHERE food_id = $1 AND "
        "quantity_after IS NULL), 0)");
    record_ = store.prepare(
        "INSERT INTO food_stock_journal (food_id, delta, quantity_after, reason, reference, "
        "by_user, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)");
    journal_ = store.prepare(
        "SELECT id, food_id, delta, quantity_after, reason, reference, by_user, created_at "
        "FROM food_stock_journal WHERE food_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3");
    journal_count_ = store.prepare("SELECT COUNT(*) FROM food_stock_journal WHERE food_id = $1");
}

Result<std::optional<Stock>> StockRepository::take(Transaction& tx, std::int64_t food_id,
                                                   std::int64_t quantity, std::int64_t now) const {
    return stock_of(tx.query(take_, {food_id, quantity, now}));
}

Result<std::optional<Stock>> StockRepository::add(Transaction& tx, std::int64_t food_id,
                                                  std::int64_t quantity, std::int64_t now) const {
    return stock_of(tx.query(add_, {food_id, quantity, now}));
}

Result<std::int64_t> StockRepository::held(Transaction& tx, std::int64_t food_id,
                                           std::string_view reference) const {
    const Result<Rows> rows = tx.query(held_, {food_id, reference});
    if (!rows) return rows.error();
    return -rows->front().integer(0);
}

Status StockRepository::record(Transaction& tx, const StockEntry& entry) const {
    Rows none;
    const Param params[] = {entry.food_id, entry.delta,     entry.quantity_after,
                            entry.reason,  entry.reference, entry.by_user,
                            entry.at};
    return tx.run(record_, params, none);
}

Result<StockRows> StockRepository::journal(Transaction& tx, std::int64_t food_id,
                                           std::int64_t limit, std::int64_t offset) const {
    Result<Rows> rows = tx.query(journal_, {food_id, limit, offset});
    if (!rows) return std::move(rows).error();
    const Result<Rows> count = tx.query(journal_count_, {food_id});
    if (!count) return count.error();
    return StockRows{*std::move(rows), count->front().integer(0)};
}

void add_stock_rules(Setup& setup, Store& store) {
    setup.add_data_rule(
        "the stock of a food is what its journal says",
        store.prepare("SELECT CAST(f.id AS TEXT) FROM foods f JOIN food_stock_journal j ON "
                      "j.id = (SELECT MAX(id) FROM food_stock_journal WHERE food_id = f.id) "
                      "WHERE f.available_quantity <> j.quantity_after"));
    setup.add_data_rule(
        "each entry of a food's journal goes on from the one before",
        store.prepare("SELECT CAST(food_id AS TEXT) FROM (SELECT food_id, delta, "
                      "quantity_after, LAG(quantity_after) OVER (PARTITION BY food_id ORDER BY "
                      "id) AS quantity_before FROM food_stock_journal) AS entries "
                      "WHERE quantity_before + delta <> quantity_after"));
}

}  // namespace kitchen::catalog
