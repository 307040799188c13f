#include "promotion_service.h"

#include <utility>

namespace kitchen::promotions {

Result<PromotionPage> PromotionService::list(std::int64_t limit, std::int64_t offset) {
    return store_.read<PromotionPage>([&](Transaction& tx) -> Result<PromotionPage> {
        const Result<std::int64_t> total = promotions_.count(tx);
        if (!total) return total.error();
        Result<std::vector<Promotion>> page = promotions_.page(tx, limit, offset);
        if (!page) return std::move(page).error();
        Result<std::vector<CountedPromotion>> all = counted(tx, *std::move(page));
        if (!all) return std::move(all).error();
        return PromotionPage{*std::move(all), *total};
    });
}

Result<CountedPromotion> PromotionService::read(std::int64_t id) {
    return store_.read<CountedPromotion>(
        [&](Transaction& tx) { return counted(tx, find(tx, id)); });
}

Result<CountedPromotion> PromotionService::add(NewPromotion promotion) {
    std::optional<std::string> code = normalised_code(promotion.code);
    if (!code)
        return invalid_field("/code", "format",
                             "Must have letters from A to Z, digits, '-' and '_' only.");
    promotion.code = *std::move(code);
    if (Status good = check(promotion); !good) return std::move(good).error();
    const Timestamp now = clock_.now();
    return store_.transact<CountedPromotion>(
        [&](Transaction& tx) { return counted(tx, promotions_.insert(tx, promotion, now)); });
}

Result<CountedPromotion> PromotionService::change(std::int64_t id, const Edit& edit,
                                                  const VersionCheck& check_version) {
    const Timestamp now = clock_.now();
    return store_.transact<CountedPromotion>([&](Transaction& tx) -> Result<CountedPromotion> {
        Result<Promotion> before = find(tx, id);
        if (!before) return std::move(before).error();
        if (Status known = check_version(before->version); !known) return std::move(known).error();
        Promotion after = *before;
        edit(after);
        if (Status good = check(after); !good) return std::move(good).error();
        if (static_cast<const Terms&>(after) == *before) return counted(tx, std::move(before));
        return counted(tx, promotions_.update(tx, after, now));
    });
}

Status PromotionService::archive(std::int64_t id, const VersionCheck& check_version) {
    const Timestamp now = clock_.now();
    return store_.transact([&](Transaction& tx) -> Status {
        Result<Promotion> promotion = find(tx, id);
        if (!promotion) return std::move(promotion).error();
        if (Status known = check_version(promotion->version); !known) return known;
        return promotions_.archive(tx, id, now);
    });
}

Result<Promotion> PromotionService::find(Transaction& tx, std::int64_t id) const {
    Result<std::optional<Promotion>> found = promotions_.find(tx, id);
    if (!found) return std::move(found).error();
    if (!*found)
        return Error(Errc::not_found, "promotion_not_found", "There is no such promotion.");
    return **std::move(found);
}

Result<std::vector<CountedPromotion>> PromotionService::counted(
    Transaction& tx, std::vector<Promotion> promotions) const {
    std::vector<std::string> names;
    names.reserve(promotions.size());
    for (const Promotion& promotion : promotions) names.push_back(claim_name(promotion.id));
    Result<std::vector<std::int64_t>> taken = claims_.taken(tx, names);
    if (!taken) return std::move(taken).error();
    std::vector<CountedPromotion> all;
    all.reserve(promotions.size());
    for (std::size_t i = 0; i < promotions.size(); ++i)
        all.push_back({std::move(promotions[i]), (*taken)[i]});
    return all;
}

Result<CountedPromotion> PromotionService::counted(Transaction& tx,
                                                   Result<Promotion> promotion) const {
    if (!promotion) return std::move(promotion).error();
    Result<std::vector<CountedPromotion>> one = counted(tx, std::vector{*std::move(promotion)});
    if (!one) return std::move(one).error();
    return std::move(one->front());
}

}  // namespace kitchen::promotions
