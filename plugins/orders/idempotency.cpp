#include "idempotency.h"

namespace kitchen::orders {
IdempotencyRepository::IdempotencyRepository(Store& store)
    // The update takes over a record that has expired.
    : claim_(store.prepare(
          "INSERT INTO order_idempotency "
          "(user_id, route, idempotency_key, request, order_id, created_at) "
          "VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (user_id, route, idempotency_key) DO UPDATE "
          "SET request = excluded.request, order_id = 0, created_at = excluded.created_at "
          "WHERE order_idempotency.created_at <= $6 RETURNING user_id")),
      find_(store.prepare("SELECT request, order_id FROM order_idempotency "
                          "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3")),
      keep_(store.prepare("UPDATE order_idempotency SET order_id = $4 "
                          "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3")),
      sweep_(store.prepare("DELETE FROM order_idempotency WHERE created_at <= $1")) {}

Result<std::optional<std::int64_t>> IdempotencyRepository::claim(Transaction& tx,
                                                                 const IdempotentRequest& request,
                                                                 Timestamp now,
                                                                 Timestamp expired) const {
    Result<Rows> rows = tx.query(claim_, {request.user_id, request.route, request.key,
                                          request.request, to_millis(now), to_millis(expired)});
    if (!rows) return std::move(rows).error();
    if (!rows->empty()) return std::optional<std::int64_t>();
    rows = tx.query(find_, {request.user_id, request.route, request.key});
    if (!rows) return std::move(rows).error();
    // The other request has ended between the two statements without success, or its record is not
    // visible yet.
    if (rows->empty() || rows->front().integer(1) == 0)
        return Error(Errc::conflict, "idempotency_key_in_use",
                     "A request with this Idempotency-Key is still running. Try again.")
            .retry_in(std::chrono::seconds(1));
    if (rows->front().text(0) != request.request)
        return Error(
            Errc::unprocessable, "idempotency_key_reused",
            "This Idempotency-Key was used with another request. Use a new key for a new order.");
    return std::optional<std::int64_t>(rows->front().integer(1));
}

Status IdempotencyRepository::keep(Transaction& tx, const IdempotentRequest& request,
                                   std::int64_t order_id) const {
    Result<Rows> rows = tx.query(keep_, {request.user_id, request.route, request.key, order_id});
    if (!rows) return std::move(rows).error();
    return {};
}

Result<std::int64_t> IdempotencyRepository::sweep(Transaction& tx, Timestamp expired) const {
    Result<Rows> rows = tx.query(sweep_, {to_millis(expired)});
    if (!rows) return std::move(rows).error();
    return rows->changed();
}

}  // namespace kitchen::orders
