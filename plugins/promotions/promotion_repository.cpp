#include "promotion_repository.h"

#include <utility>

namespace kitchen::promotions {
namespace {

#define PROMOTION_TERMS                                                             \
    "basis_points, amount, max_discount, min_foods, starts_at, ends_at, max_uses, " \
    "max_uses_per_user, first_order_only, active"
#define PROMOTION_COLUMNS PROMOTION_TERMS ", id, code, version, created_at, updated_at"

std::optional<Timestamp> maybe_time(const Row& row, std::uint32_t column) {
    if (row.is_null(column)) return std::nullopt;
    return from_millis(row.integer(column));
}

std::optional<std::int64_t> maybe_millis(const std::optional<Timestamp>& at) {
    if (!at) return std::nullopt;
    return to_millis(*at);
}

Promotion promotion_of(const Row& row) {
    Promotion promotion;
    std::uint32_t column = 0;
    promotion.basis_points = row.maybe_integer(column++);
    promotion.amount = row.maybe_integer(column++);
    promotion.max_discount = row.maybe_integer(column++);
    promotion.min_foods = row.integer(column++);
    promotion.starts_at = maybe_time(row, column++);
    promotion.ends_at = maybe_time(row, column++);
    promotion.max_uses = row.maybe_integer(column++);
    promotion.max_uses_per_user = row.maybe_integer(column++);
    promotion.first_order_only = row.boolean(column++);
    promotion.active = row.boolean(column++);
    promotion.id = row.integer(column++);
    promotion.code = row.string(column++);
    promotion.version = row.integer(column++);
    promotion.created_at = from_millis(row.integer(column++));
    promotion.updated_at = from_millis(row.integer(column++));
    return promotion;
}

/// The terms, $1 to $10; $11 is the time; $12 what the statement needs besides.
Result<Promotion> write(Transaction& tx, Statement statement, const Terms& terms, Timestamp now,
                        Param last) {
    Result<Rows> rows =
        tx.query(statement, {terms.basis_points, terms.amount, terms.max_discount, terms.min_foods,
                             maybe_millis(terms.starts_at), maybe_millis(terms.ends_at),
                             terms.max_uses, terms.max_uses_per_user, terms.first_order_only,
                             terms.active, to_millis(now), last});
    if (!rows) return std::move(rows).error();
    return promotion_of(rows->front());
}

}  // namespace

PromotionRepository::PromotionRepository(Store& store)
    : find_active_(store.prepare("SELECT " PROMOTION_COLUMNS
                                 " FROM promotions WHERE code = $1 AND active = 1 "
                                 "AND archived_at IS NULL")),
      find_(store.prepare("SELECT " PROMOTION_COLUMNS
                          " FROM promotions WHERE id = $1 AND archived_at IS NULL")),
      count_(store.prepare("SELECT COUNT(*) FROM promotions WHERE archived_at IS NULL")),
      page_(store.prepare("SELECT " PROMOTION_COLUMNS " FROM promotions WHERE archived_at IS NULL "
                          "ORDER BY id DESC LIMIT $1 OFFSET $2")),
      insert_(store.prepare("INSERT INTO promotions (" PROMOTION_TERMS
                            ", created_at, updated_at, code) VALUES ($1, $2, $3, $4, $5, $6, $7, "
                            "$8, $9, $10, $11, $11, $12) RETURNING " PROMOTION_COLUMNS)),
      update_(store.prepare("UPDATE promotions SET basis_points = $1, amount = $2, "
                            "max_discount = $3, min_foods = $4, starts_at = $5, ends_at = $6, "
                            "max_uses = $7, max_uses_per_user = $8, first_order_only = $9, "
                            "active = $10, updated_at = $11, version = version + 1 "
                            "WHERE id = $12 RETURNING " PROMOTION_COLUMNS)),
      archive_(store.prepare("UPDATE promotions SET archived_at = $2, updated_at = $2, "
                             "version = version + 1 WHERE id = $1")) {}

#undef PROMOTION_COLUMNS
#undef PROMOTION_TERMS

Result<std::optional<Promotion>> PromotionRepository::find_active(Transaction& tx,
                                                                  const std::string& code) const {
    return first_row(tx.query(find_active_, {code}), promotion_of);
}

Result<std::optional<Promotion>> PromotionRepository::find(Transaction& tx, std::int64_t id) const {
    return first_row(tx.query(find_, {id}), promotion_of);
}

Result<std::int64_t> PromotionRepository::count(Transaction& tx) const {
    Result<Rows> rows = tx.query(count_);
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Result<std::vector<Promotion>> PromotionRepository::page(Transaction& tx, std::int64_t limit,
                                                         std::int64_t offset) const {
    Result<Rows> rows = tx.query(page_, {limit, offset});
    if (!rows) return std::move(rows).error();
    std::vector<Promotion> promotions;
    for (const Row row : *rows) promotions.push_back(promotion_of(row));
    return promotions;
}

Result<Promotion> PromotionRepository::insert(Transaction& tx, const NewPromotion& promotion,
                                              Timestamp now) const {
    Result<Promotion> inserted = write(tx, insert_, promotion, now, promotion.code);
    if (!inserted && inserted.error().is_unique("promotions_code"))
        return Error(Errc::conflict, "promotion_exists",
                     "There is already a promotion with the code '" + promotion.code +
                         "'. Change that one, or archive it first.");
    return inserted;
}

Result<Promotion> PromotionRepository::update(Transaction& tx, const Promotion& promotion,
                                              Timestamp now) const {
    return write(tx, update_, promotion, now, promotion.id);
}

Status PromotionRepository::archive(Transaction& tx, std::int64_t id, Timestamp now) const {
    return tx.execute(archive_, {id, to_millis(now)});
}

}  // namespace kitchen::promotions
