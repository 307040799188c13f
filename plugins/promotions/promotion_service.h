// What administrators do with promotions. Orders that were placed with a code keep what it took
// off, whatever becomes of it.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <functional>

#include "kitchen/claims.h"
#include "kitchen/clock.h"
#include "kitchen/version_check.h"
#include "promotion_repository.h"

namespace kitchen::promotions {

/// With the orders that use it and are not cancelled.
struct CountedPromotion : Promotion {
    std::int64_t uses = 0;
};

struct PromotionPage {
    std::vector<CountedPromotion> promotions;
    std::int64_t total_count = 0;
};

class PromotionService {
public:
    /// Writes the new values over the old ones. May be called more than once for one change.
    using Edit = std::function<void(Terms&)>;

    PromotionService(Store& store, Claims& claims, const Clock& clock,
                     const PromotionRepository& promotions)
        : store_(store), claims_(claims), clock_(clock), promotions_(promotions) {}

    /// Newest first, without the archived ones.
    Result<PromotionPage> list(std::int64_t limit, std::int64_t offset);
    /// These three: not_found "promotion_not_found", also for an archived one.
    Result<CountedPromotion> read(std::int64_t id);
    /// Nothing is written when nothing differs. Errors: unprocessable; that of `check_version`.
    Result<CountedPromotion> change(std::int64_t id, const Edit& edit,
                                    const VersionCheck& check_version);
    /// From then on its code is free. Error: that of `check_version`.
    Status archive(std::int64_t id, const VersionCheck& check_version);

    /// Errors: unprocessable "validation_failed"; conflict "promotion_exists".
    Result<CountedPromotion> add(NewPromotion promotion);

private:
    Result<Promotion> find(Transaction& tx, std::int64_t id) const;
    Result<std::vector<CountedPromotion>> counted(Transaction& tx,
                                                  std::vector<Promotion> promotions) const;
    Result<CountedPromotion> counted(Transaction& tx, Result<Promotion> promotion) const;

    Store& store_;
    Claims& claims_;
    const Clock& clock_;
    const PromotionRepository& promotions_;
};

}  // namespace kitchen::promotions
