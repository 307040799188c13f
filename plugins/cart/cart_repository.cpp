#include "cart_repository.h"

#include <algorithm>

namespace kitchen::cart {

CartRepository::CartRepository(Store& store)
    : read_(store.prepare(
          "SELECT version, fingerprint, id, food_id, sides_key, quantity, special_instructions "
          "FROM carts LEFT JOIN cart_lines ON cart_lines.user_id = carts.user_id "
          "WHERE carts.user_id = $1")),
      raise_version_(
          store.prepare("INSERT INTO carts (user_id, version, fingerprint, created_at, updated_at) "
                        "VALUES ($1, 1, 0, $2, $2) ON CONFLICT (user_id) DO UPDATE "
                        "SET version = carts.version + 1, updated_at = excluded.updated_at")),
      set_fingerprint_(store.prepare("UPDATE carts SET fingerprint = $2 WHERE user_id = $1")),
      add_(store.prepare("INSERT INTO cart_lines (user_id, food_id, sides_key, quantity, "
                         "special_instructions, created_at, updated_at) "
                         "VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id")),
      change_(store.prepare("UPDATE cart_lines SET quantity = $2, special_instructions = $3, "
                            "updated_at = $4 WHERE id = $1")),
      remove_(store.prepare("DELETE FROM cart_lines WHERE id = $1")),
      remove_all_(store.prepare("DELETE FROM cart_lines WHERE user_id = $1")) {}

Result<CartRows> CartRepository::read(Transaction& tx, std::int64_t user_id) const {
    const Result<Rows> rows = tx.query(read_, {user_id});
    if (!rows) return rows.error();
    CartRows cart;
    cart.lines.reserve(rows->size());
    for (const Row row : *rows) {
        cart.version = row.integer(0);
        cart.fingerprint = row.integer(1);
        if (row.is_null(2)) break;  // no lines
        cart.lines.push_back(
            {row.integer(2), row.integer(3), row.string(4), row.integer(5), row.string(6)});
    }
    // SQLite would sort so few in a table of its own, which takes longer than to read them.
    std::sort(cart.lines.begin(), cart.lines.end(),
              [](const LineRow& a, const LineRow& b) { return a.id < b.id; });
    return cart;
}

Result<CartRows> CartRepository::lock(Transaction& tx, std::int64_t user_id, Timestamp now) const {
    // Without RETURNING, for which SQLite makes a table of its own.
    if (Status raised = tx.execute(raise_version_, {user_id, to_millis(now)}); !raised)
        return std::move(raised).error();
    return read(tx, user_id);
}

Status CartRepository::set_fingerprint(Transaction& tx, std::int64_t user_id,
                                       std::int64_t fingerprint) const {
    return tx.execute(set_fingerprint_, {user_id, fingerprint});
}

Result<std::int64_t> CartRepository::add(Transaction& tx, std::int64_t user_id, const LineRow& line,
                                         Timestamp now) const {
    const Result<Rows> rows = tx.query(add_, {user_id, line.food_id, line.sides_key, line.quantity,
                                              line.special_instructions, to_millis(now)});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Status CartRepository::change(Transaction& tx, const LineRow& line, Timestamp now) const {
    return tx.execute(change_, {line.id, line.quantity, line.special_instructions, to_millis(now)});
}

Status CartRepository::remove(Transaction& tx, std::int64_t line_id) const {
    return tx.execute(remove_, {line_id});
}

Status CartRepository::remove_all(Transaction& tx, std::int64_t user_id) const {
    return tx.execute(remove_all_, {user_id});
}

void add_personal_cart(PersonalData& personal, const Setup& setup, Store& store) {
    personal.add(setup,
                 {.kept = {{"lines", store.prepare("SELECT food_id, quantity, "
                                                   "special_instructions, created_at, updated_at "
                                                   "FROM cart_lines WHERE user_id = $1 "
                                                   "ORDER BY id")}},
                  .forget = {store.prepare("DELETE FROM cart_lines WHERE user_id = $1"),
                             store.prepare("DELETE FROM carts WHERE user_id = $1")}});
}

}  // namespace kitchen::cart
