#include "promotion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::promotions {
namespace {

using testing::ElementsAre;

std::vector<std::string> faults(const Terms& terms) {
    const Status checked = check(terms);
    std::vector<std::string> found;
    if (checked) return found;
    EXPECT_EQ(checked.error().code, "validation_failed");
    for (const Fault& fault : checked.error().faults)
        found.push_back(fault.pointer + " " + fault.code);
    return found;
}

Terms share(std::int64_t basis_points) {
    Terms terms;
    terms.basis_points = basis_points;
    return terms;
}

}  // namespace

TEST(PromotionCode, IsStoredInCapitals) {
    EXPECT_EQ(normalised_code("welcome-10_b"), "WELCOME-10_B");
    EXPECT_EQ(normalised_code("abc"), "ABC");
    EXPECT_EQ(normalised_code(std::string(40, 'z')), std::string(40, 'Z'));
}

TEST(PromotionCode, TakesOnlyAsciiOfSomeLength) {
    for (const char* text : {"", "ab", "two words", "é10", "A.B.C", "ABC\n", "ſale"})
        EXPECT_EQ(normalised_code(text), std::nullopt) << text;
    EXPECT_EQ(normalised_code(std::string(41, 'A')), std::nullopt);
    EXPECT_EQ(normalised_code(std::string(10'000, 'A')), std::nullopt);
    EXPECT_EQ(normalised_code(std::string_view("AB\0C", 4)), std::nullopt);
}

TEST(PromotionTerms, NameEachContradiction) {
    EXPECT_THAT(faults(share(1'000)), ElementsAre());
    EXPECT_THAT(faults(Terms()), ElementsAre("/basis_points required"));
    Terms terms = share(1'000);
    terms.amount = 5;
    EXPECT_THAT(faults(terms), ElementsAre("/amount conflict"));
    terms.basis_points.reset();
    EXPECT_THAT(faults(terms), ElementsAre());
    terms.max_discount = 5;
    terms.starts_at = terms.ends_at = from_millis(7);
    EXPECT_THAT(faults(terms), ElementsAre("/max_discount conflict", "/ends_at not_after_start"));
}

TEST(PromotionDiscount, OfAPercentageIsRoundedHalfUpAndCapped) {
    EXPECT_EQ(discount_of(share(1'000), 99'995), 10'000);  // 9,999.5
    EXPECT_EQ(discount_of(share(1'000), 99'994), 9'999);   // 9,999.4
    EXPECT_EQ(discount_of(share(10'000), 99'995), 99'995);
    EXPECT_EQ(discount_of(share(1), 1), 0);
    Terms capped = share(5'000);
    capped.max_discount = 300;
    EXPECT_EQ(discount_of(capped, 1'000), 300);
    EXPECT_EQ(discount_of(capped, 500), 250);
}

TEST(PromotionDiscount, IsNeverMoreThanTheFoods) {
    Terms terms;
    terms.amount = 500;
    EXPECT_EQ(discount_of(terms, 501), 500);
    EXPECT_EQ(discount_of(terms, 499), 499);
    EXPECT_EQ(discount_of(terms, 0), 0);
}

}  // namespace kitchen::promotions
