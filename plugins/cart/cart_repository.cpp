#include "cart_repository.h"

#include <algorithm>

namespace kitchen::cart {
namespace {

/// Columns of every statement that gives lines, in the order of line_of().
constexpr std::string_view line_columns = "id, food_id, sides_key, quantity, special_instructions";

LineRow line_of(Row row) {
    return {row.integer(0), row.integer(1), row.string(2), row.integer(3), row.string(4)};
}

std::vector<LineRow> lines_of(const Rows& rows) {
    std::vector<LineRow> lines;
    lines.reserve(rows.size());
    for (const Row row : rows) lines.push_back(line_of(row));
    return lines;
}

}  // namespace

CartRepository::CartRepository(Store& store)
    : cart_(store.prepare("SELECT version, fingerprint FROM carts WHERE user_id = $1")),
      raise_version_(
          store.prepare("INSERT INTO carts (user_id, version, fingerprint, created_at, updated_at) "
                        "VALUES ($1, 1, $2, $3, $3) ON CONFLICT (user_id) DO UPDATE "
                        "SET version = carts.version + 1, fingerprint = excluded.fingerprint, "
                        "updated_at = excluded.updated_at RETURNING version")),
      set_fingerprint_(store.prepare("UPDATE carts SET fingerprint = $2 WHERE user_id = $1")),
      lines_(store.prepare("SELECT " + std::string(line_columns) +
                           " FROM cart_lines WHERE user_id = $1 ORDER BY id")),
      line_(store.prepare("SELECT " + std::string(line_columns) +
                          " FROM cart_lines WHERE user_id = $1 AND id = $2")),
      add_(store.prepare(
          "INSERT INTO cart_lines (user_id, food_id, sides_key, quantity, special_instructions, "
          "created_at, updated_at) "
          "VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (user_id, food_id, sides_key) DO UPDATE "
          "SET quantity = cart_lines.quantity + excluded.quantity, "
          "special_instructions = COALESCE(excluded.special_instructions, "
          "cart_lines.special_instructions), "
          "updated_at = excluded.updated_at RETURNING id, quantity")),
      change_(store.prepare(
          "UPDATE cart_lines SET quantity = COALESCE($3, quantity), "
          "special_instructions = COALESCE($4, special_instructions), updated_at = $5 "
          "WHERE user_id = $1 AND id = $2")),
      remove_(store.prepare("DELETE FROM cart_lines WHERE user_id = $1 AND id = $2")),
      take_lines_(store.prepare("DELETE FROM cart_lines WHERE user_id = $1 RETURNING " +
                                std::string(line_columns))) {}

Result<CartRow> CartRepository::cart(Transaction& tx, std::int64_t user_id) const {
    Result<Rows> rows = tx.query(cart_, {user_id});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return CartRow();
    return CartRow{rows->front().integer(0), rows->front().integer(1)};
}

Result<std::int64_t> CartRepository::raise_version(Transaction& tx, std::int64_t user_id,
                                                   std::int64_t fingerprint, Timestamp now) const {
    Result<Rows> rows = tx.query(raise_version_, {user_id, fingerprint, to_millis(now)});
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Status CartRepository::set_fingerprint(Transaction& tx, std::int64_t user_id,
                                       std::int64_t fingerprint) const {
    return tx.execute(set_fingerprint_, {user_id, fingerprint});
}

Result<std::vector<LineRow>> CartRepository::lines(Transaction& tx, std::int64_t user_id) const {
    Result<Rows> rows = tx.query(lines_, {user_id});
    if (!rows) return std::move(rows).error();
    return lines_of(*rows);
}

Result<std::optional<LineRow>> CartRepository::line(Transaction& tx, std::int64_t user_id,
                                                    std::int64_t line_id) const {
    return first_row(tx.query(line_, {user_id, line_id}), line_of);
}

Result<CartRepository::Added> CartRepository::add(Transaction& tx, std::int64_t user_id,
                                                  std::int64_t food_id, std::string_view sides_key,
                                                  std::int64_t quantity,
                                                  const std::optional<std::string>& instructions,
                                                  Timestamp now) const {
    Result<Rows> rows =
        tx.query(add_, {user_id, food_id, sides_key, quantity, instructions, to_millis(now)});
    if (!rows) return std::move(rows).error();
    return Added{rows->front().integer(0), rows->front().integer(1)};
}

Status CartRepository::change(Transaction& tx, std::int64_t user_id, std::int64_t line_id,
                              std::optional<std::int64_t> quantity,
                              const std::optional<std::string>& instructions, Timestamp now) const {
    return tx.execute(change_, {user_id, line_id, quantity, instructions, to_millis(now)});
}

Result<bool> CartRepository::remove(Transaction& tx, std::int64_t user_id,
                                    std::int64_t line_id) const {
    Result<Rows> rows = tx.query(remove_, {user_id, line_id});
    if (!rows) return std::move(rows).error();
    return rows->changed() > 0;
}

Result<std::vector<LineRow>> CartRepository::take_lines(Transaction& tx,
                                                        std::int64_t user_id) const {
    Result<Rows> rows = tx.query(take_lines_, {user_id});
    if (!rows) return std::move(rows).error();
    std::vector<LineRow> lines = lines_of(*rows);
    // RETURNING promises no order.
    std::sort(lines.begin(), lines.end(),
              [](const LineRow& a, const LineRow& b) { return a.id < b.id; });
    return lines;
}

}  // namespace kitchen::cart
