#include "promotion_step.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "no_transaction.h"
#include "promotion_service.h"
#include "sqlite_store.h"

namespace kitchen::promotions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t buyer = 12;

struct FakeClaims final : Claims {
    std::map<std::string, std::int64_t> totals;

    Result<std::vector<std::int64_t>> taken(Transaction&,
                                            std::span<const std::string> names) override {
        std::vector<std::int64_t> found;
        for (const std::string& name : names) found.push_back(totals[name]);
        return found;
    }
    Status take(Transaction&, std::string_view, std::span<const Claim>) override { return {}; }
    Result<std::vector<HeldClaim>> held(Transaction&, std::string_view) override {
        return std::vector<HeldClaim>();
    }
    Status give_back(Transaction&, std::string_view) override { return {}; }
};

class PromotionStepTest : public testing::Test {
protected:
    PromotionStepTest() {
        testkit::apply_migrations(*store, "promotions", kitchen_migrations);
        store->verify().value();
    }

    static NewPromotion share(std::int64_t basis_points) {
        NewPromotion promotion;
        promotion.code = "Spring";
        promotion.basis_points = basis_points;
        return promotion;
    }
    CountedPromotion add(const NewPromotion& promotion) { return service.add(promotion).value(); }
    CheckoutDraft draft_of(const std::string& code, std::int64_t subtotal) {
        CheckoutDraft draft;
        draft.user_id = buyer;
        draft.promo_code = code;
        draft.cart.subtotal = subtotal;
        draft.cart.currency = "NGN";
        draft.now = clock.now();
        draft.is_first_order = [this](Transaction&) -> Result<bool> { return is_first; };
        return draft;
    }
    CheckoutDraft consider(CheckoutDraft draft) {
        // In a read: a step writes nothing.
        store->read([&](Transaction& tx) { return step.consider(tx, draft); }).value();
        return draft;
    }
    /// The code of the only problem, and then there are neither amounts nor claims; "" for none.
    std::string refusal(const CheckoutDraft& asked) {
        const CheckoutDraft draft = consider(asked);
        EXPECT_TRUE(draft.promo_code_known());
        if (draft.problems().empty()) return "";
        EXPECT_EQ(draft.problems().size(), 1u);
        EXPECT_TRUE(draft.amounts().empty());
        EXPECT_TRUE(draft.claims().empty());
        EXPECT_EQ(draft.problems()[0].pointer, "/promo_code");
        return draft.problems()[0].code;
    }
    std::string refusal(std::int64_t subtotal = 1'000) {
        return refusal(draft_of("SPRING", subtotal));
    }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    const PromotionRepository promotions{*store};
    FakeClaims claims;
    testkit::ManualClock clock;
    PromotionStep step{promotions, claims};
    PromotionService service{*store, claims, clock, promotions};
    bool is_first = true;
};

}  // namespace

TEST_F(PromotionStepTest, ReadsNothingWithoutACodeThatCouldBeOne) {
    tests::NoTransaction tx;
    for (const std::string& code :
         {std::string(), std::string("two words"), std::string(64, 'A')}) {
        CheckoutDraft draft = draft_of(code, 1'000);
        EXPECT_TRUE(step.consider(tx, draft));
        EXPECT_FALSE(draft.promo_code_known());
    }
}

TEST_F(PromotionStepTest, LeavesWhatItDoesNotKnowToOthers) {
    NewPromotion off = share(1'000);
    off.active = false;
    add(off);
    NewPromotion gone = share(1'000);
    gone.code = "GONE";
    service.archive(add(gone).id, any_version).value();
    for (const char* code : {"OTHER", "SPRING", "GONE"}) {
        const CheckoutDraft draft = consider(draft_of(code, 1'000));
        EXPECT_FALSE(draft.promo_code_known()) << code;
        EXPECT_TRUE(draft.amounts().empty());
        EXPECT_TRUE(draft.problems().empty());
        EXPECT_TRUE(draft.claims().empty());
    }
}

TEST_F(PromotionStepTest, TakesOffAndClaimsAUse) {
    NewPromotion limited = share(1'000);
    limited.max_uses = 10;
    limited.max_uses_per_user = 2;
    const std::string name = "promotions/" + std::to_string(add(limited).id);
    const CheckoutDraft draft = consider(draft_of("sPrInG", 99'995));
    EXPECT_TRUE(draft.promo_code_known());
    ASSERT_EQ(draft.amounts().size(), 1u);
    EXPECT_EQ(draft.amounts()[0].part, PricePart::discount);
    EXPECT_EQ(draft.amounts()[0].name, "SPRING");
    EXPECT_EQ(draft.amounts()[0].amount, 10'000);
    ASSERT_EQ(draft.claims().size(), 2u);
    EXPECT_EQ(draft.claims()[0].name, name);
    EXPECT_EQ(draft.claims()[0].limit, 10);
    EXPECT_EQ(draft.claims()[1].name, name + "/user/12");
    EXPECT_EQ(draft.claims()[1].limit, 2);
}

TEST_F(PromotionStepTest, TakesNoMoreThanTheFoodsStillCost) {
    NewPromotion fixed;
    fixed.code = "SPRING";
    fixed.amount = 700;
    add(fixed);
    CheckoutDraft draft = draft_of("SPRING", 1'000);
    draft.add(PricePart::discount, "Sunday", 400);
    draft = consider(draft);
    EXPECT_EQ(draft.foods(), 0);
    EXPECT_EQ(draft.amounts().back().amount, 600);

    // Nothing is left to take off: nothing is used up.
    CheckoutDraft free = draft_of("SPRING", 400);
    free.add(PricePart::discount, "Sunday", 400);
    free = consider(free);
    EXPECT_TRUE(free.promo_code_known());
    EXPECT_TRUE(free.claims().empty());
    EXPECT_TRUE(free.problems().empty());
}

TEST_F(PromotionStepTest, ItsWindowBeginsWithItsStartAndEndsBeforeItsEnd) {
    NewPromotion promotion = share(1'000);
    promotion.starts_at = clock.now() + std::chrono::hours(1);
    promotion.ends_at = clock.now() + std::chrono::hours(2);
    add(promotion);
    CheckoutDraft draft = draft_of("SPRING", 1'000);
    draft.now = *promotion.starts_at - std::chrono::milliseconds(1);
    EXPECT_EQ(refusal(draft), "promo_not_started");
    draft.now = *promotion.starts_at;
    EXPECT_EQ(refusal(draft), "");
    draft.now = *promotion.ends_at - std::chrono::milliseconds(1);
    EXPECT_EQ(refusal(draft), "");
    draft.now = *promotion.ends_at;
    EXPECT_EQ(refusal(draft), "promo_expired");
    // When it is ordered counts, not when it is eaten.
    draft.now = *promotion.starts_at;
    draft.scheduled_for = *promotion.ends_at + std::chrono::hours(1);
    EXPECT_EQ(refusal(draft), "");
}

TEST_F(PromotionStepTest, SaysHowMuchIsMissing) {
    NewPromotion promotion = share(1'000);
    promotion.min_foods = 500'000;
    add(promotion);
    EXPECT_EQ(refusal(500'000), "");
    EXPECT_EQ(refusal(350'001), "promo_minimum");
    EXPECT_THAT(consider(draft_of("SPRING", 350'001)).problems()[0].detail,
                HasSubstr("NGN 1,499.99"));
    // Of what the foods still cost.
    CheckoutDraft draft = draft_of("SPRING", 500'000);
    draft.add(PricePart::discount, "Sunday", 1);
    draft = consider(draft);
    ASSERT_EQ(draft.problems().size(), 1u);
    EXPECT_EQ(draft.problems()[0].code, "promo_minimum");
}

TEST_F(PromotionStepTest, RefusesWhatIsUsedUp) {
    NewPromotion promotion = share(1'000);
    promotion.max_uses = 3;
    promotion.max_uses_per_user = 2;
    const std::int64_t id = add(promotion).id;
    claims.totals = {{claim_name(id), 2}, {claim_name(id, buyer), 1}};
    EXPECT_EQ(refusal(), "");
    claims.totals[claim_name(id)] = 3;
    EXPECT_EQ(refusal(), "promo_used_up");
    claims.totals[claim_name(id, buyer)] = 2;
    EXPECT_EQ(refusal(), "promo_already_used");
    claims.totals[claim_name(id)] = 2;
    EXPECT_EQ(refusal(), "promo_already_used");
    claims.totals[claim_name(id, buyer)] = 0;
    claims.totals[claim_name(id, buyer + 1)] = 2;
    EXPECT_EQ(refusal(), "");
}

TEST_F(PromotionStepTest, KnowsAFirstOrder) {
    NewPromotion promotion = share(1'000);
    promotion.first_order_only = true;
    add(promotion);
    EXPECT_EQ(refusal(), "");
    is_first = false;
    EXPECT_EQ(refusal(), "promo_not_first_order");
}

TEST_F(PromotionStepTest, AddingFoodsIsAskedForOnlyWhereItHelps) {
    NewPromotion promotion = share(1'000);
    promotion.min_foods = 5'000;
    promotion.first_order_only = true;
    promotion.ends_at = clock.now() + std::chrono::hours(1);
    const CountedPromotion added = add(promotion);
    EXPECT_EQ(refusal(), "promo_minimum");
    is_first = false;
    EXPECT_EQ(refusal(), "promo_not_first_order");
    clock.advance(std::chrono::hours(1));
    EXPECT_EQ(refusal(), "promo_expired");
}

TEST_F(PromotionStepTest, AChangeIsMadeOnTheVersionThatWasSeen) {
    const std::int64_t id = add(share(1'000)).id;
    const auto halve = [](Terms& terms) { terms.basis_points = 500; };
    const CountedPromotion changed = service.change(id, halve, any_version).value();
    EXPECT_EQ(changed.version, 2);
    EXPECT_EQ(changed.basis_points, 500);
    // Nothing differs.
    EXPECT_EQ(service.change(id, halve, any_version).value().version, 2);
    const VersionCheck never = [](std::int64_t version) -> Status {
        return Error(Errc::precondition_failed, "seen", std::to_string(version));
    };
    EXPECT_EQ(service.change(id, halve, never).error().detail, "2");
    EXPECT_EQ(service.archive(id, never).error().detail, "2");
    const auto both = [](Terms& terms) { terms.amount = 5; };
    EXPECT_EQ(service.change(id, both, any_version).error().code, "validation_failed");
    EXPECT_EQ(service.read(id).value().basis_points, 500);
}

TEST_F(PromotionStepTest, AnArchivedCodeIsFreeAndItsUsesAreNotThoseOfTheNext) {
    const std::int64_t id = add(share(1'000)).id;
    EXPECT_EQ(service.add(share(500)).error().code, "promotion_exists");
    claims.totals[claim_name(id)] = 7;
    EXPECT_EQ(service.read(id).value().uses, 7);
    service.archive(id, any_version).value();
    EXPECT_EQ(service.read(id).error().code, "promotion_not_found");
    EXPECT_EQ(service.archive(id, any_version).error().code, "promotion_not_found");
    const CountedPromotion next = add(share(500));
    EXPECT_GT(next.id, id);
    EXPECT_EQ(next.uses, 0);
    EXPECT_EQ(consider(draft_of("SPRING", 1'000)).sum(PricePart::discount), 50);
    const PromotionPage page = service.list(10, 0).value();
    EXPECT_EQ(page.total_count, 1);
    ASSERT_EQ(page.promotions.size(), 1u);
    EXPECT_EQ(page.promotions[0].id, next.id);
}

}  // namespace kitchen::promotions
