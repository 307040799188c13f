// All SQL on the table `promotions`. Every call works inside the caller's transaction and sees only
// what is not archived.
//
// Thread-safety: immutable once built; all calls, from any thread. The store must outlive it.
#pragma once

#include <vector>

#include "kitchen/store.h"
#include "promotion.h"

namespace kitchen::promotions {

/// For Route::changes(): a promotion, and the newest.
inline constexpr std::string_view promotion_row =
    "SELECT id, code, basis_points, amount, max_discount, min_foods, starts_at, ends_at, max_uses, "
    "max_uses_per_user, first_order_only, active, version, created_at, updated_at, archived_at "
    "FROM promotions WHERE id = $1";
inline constexpr std::string_view newest_promotion_row =
    "SELECT id, code, basis_points, amount, max_discount, min_foods, starts_at, ends_at, max_uses, "
    "max_uses_per_user, first_order_only, active, version, created_at, updated_at, archived_at "
    "FROM promotions ORDER BY id DESC LIMIT 1";

class PromotionRepository {
public:
    explicit PromotionRepository(Store& store);

    /// `code` is normalised. Nothing when there is none, or when it is not active.
    Result<std::optional<Promotion>> find_active(Transaction& tx, const std::string& code) const;
    Result<std::optional<Promotion>> find(Transaction& tx, std::int64_t id) const;
    Result<std::int64_t> count(Transaction& tx) const;
    /// Newest first.
    Result<std::vector<Promotion>> page(Transaction& tx, std::int64_t limit,
                                        std::int64_t offset) const;

    /// Error beyond the store's: conflict "promotion_exists".
    Result<Promotion> insert(Transaction& tx, const NewPromotion& promotion, Timestamp now) const;
    /// Writes the terms of a promotion that is there.
    Result<Promotion> update(Transaction& tx, const Promotion& promotion, Timestamp now) const;
    Status archive(Transaction& tx, std::int64_t id, Timestamp now) const;

private:
    Statement find_active_, find_, count_, page_, insert_, update_, archive_;
};

}  // namespace kitchen::promotions
