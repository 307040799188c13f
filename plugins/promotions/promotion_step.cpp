#include "promotion_step.h"

#include <limits>
#include <utility>

namespace kitchen::promotions {
namespace {

constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

std::optional<Fault> because(const char* code, std::string detail) {
    return Fault{"/promo_code", code, std::move(detail)};
}

}  // namespace

Status PromotionStep::consider(Transaction& tx, CheckoutDraft& draft) {
    const std::optional<std::string> code = normalised_code(draft.promo_code);
    if (!code) return {};
    Result<std::optional<Promotion>> found = promotions_.find_active(tx, *code);
    if (!found) return std::move(found).error();
    if (!*found) return {};
    const Promotion& promotion = **found;
    draft.recognise_promo_code();

    Result<std::optional<Fault>> refused = refusal(tx, promotion, draft);
    if (!refused) return std::move(refused).error();
    if (*refused) {
        draft.refuse((*refused)->pointer, (*refused)->code, (*refused)->detail);
        return {};
    }
    const std::int64_t discount = discount_of(promotion, draft.foods());
    if (discount == 0) return {};  // nothing is taken off, so nothing is used up
    draft.add(PricePart::discount, promotion.code, discount);
    // Also where there is no limit: the uses are shown, and count when a limit is set later.
    draft.claim({claim_name(promotion.id), 1, promotion.max_uses.value_or(unlimited)});
    draft.claim({claim_name(promotion.id, draft.user_id), 1,
                 promotion.max_uses_per_user.value_or(unlimited)});
    return {};
}

Result<std::optional<Fault>> PromotionStep::refusal(Transaction& tx, const Promotion& promotion,
                                                    const CheckoutDraft& draft) const {
    if (promotion.starts_at && draft.now < *promotion.starts_at)
        return because("promo_not_started", "This code is not valid yet. It can be used from " +
                                                format_rfc3339(*promotion.starts_at) + " on.");
    if (promotion.ends_at && draft.now >= *promotion.ends_at)
        return because("promo_expired",
                       "This code has expired. Order without it, or use another one.");
    if (promotion.max_uses || promotion.max_uses_per_user) {
        const std::vector<std::string> names{claim_name(promotion.id),
                                             claim_name(promotion.id, draft.user_id)};
        Result<std::vector<std::int64_t>> taken = claims_.taken(tx, names);
        if (!taken) return std::move(taken).error();
        if ((*taken)[1] >= promotion.max_uses_per_user.value_or(unlimited))
            return because("promo_already_used",
                           "You have used this code as often as you may. Order without it.");
        if ((*taken)[0] >= promotion.max_uses.value_or(unlimited))
            return because("promo_used_up", "This code has been used up. Order without it.");
    }
    if (promotion.first_order_only) {
        Result<bool> is_first = draft.is_first_order(tx);
        if (!is_first) return std::move(is_first).error();
        if (!*is_first)
            return because("promo_not_first_order",
                           "This code is for a first order only. Order without it.");
    }
    if (draft.foods() < promotion.min_foods)
        return because("promo_minimum",
                       "Add foods for another " +
                           money_text(promotion.min_foods - draft.foods(), draft.cart.currency) +
                           " to use this code.");
    return std::optional<Fault>();
}

}  // namespace kitchen::promotions
