#include "food_rules.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FoodRules : public testing::Test {
protected:
    FoodRules() {
        food.name = "Egusi Soup";
        food.category = "Soups";
        food.price = 350'000;
    }
    std::vector<std::string> faults() {
        const Status done = normalise(food);
        if (done) return {};
        EXPECT_EQ(done.error().kind, Errc::unprocessable);
        return faults_of(done.error());
    }
    FoodDraft food;
};

std::string repeated(const std::string& what, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += what;
    return out;
}

TEST_F(FoodRules, TrimsTexts) {
    food.name = "  Egusi Soup\n";
    food.description = " thick ";
    food.category = "\tSoups ";
    food.tags = {" hot "};
    EXPECT_THAT(faults(), IsEmpty());
    EXPECT_EQ(food.name, "Egusi Soup");
    EXPECT_EQ(food.description, "thick");
    EXPECT_EQ(food.category, "Soups");
    EXPECT_THAT(food.tags, ElementsAre("hot"));
}

TEST_F(FoodRules, AreNotHeldAgainstWhatStaysAsItWas) {
    FoodDraft before = food;
    before.tags = {"hot", "HOT"};  // equal only since case is folded
    before.description = repeated("x", 3000);
    food = before;
    food.price = 1;
    EXPECT_TRUE(normalise(food, before));
    food.tags.push_back("red");
    food.description += "x";
    EXPECT_THAT(faults_of(normalise(food, before).error()),
                ElementsAre("too_long /description", "not_unique /tags/1"));
}

TEST_F(FoodRules, CountsLengthsInCharacters) {
    food.name = repeated("ọ", 120);
    food.description = repeated("ọ", 2000);
    food.category = repeated("ọ", 60);
    food.tags = {repeated("ọ", 40)};
    EXPECT_THAT(faults(), IsEmpty());
    food.name += "x";
    food.description += "x";
    food.category += "x";
    food.tags[0] += "x";
    EXPECT_THAT(faults(), ElementsAre("too_long /name", "too_long /description",
                                      "too_long /category", "too_long /tags/0"));
}

TEST_F(FoodRules, RefusesBlankTextsAndControlCharacters) {
    food.name = " \t";
    food.category = "";
    food.description = "two\nlines are fine";
    food.tags = {" "};
    EXPECT_THAT(faults(),
                ElementsAre("too_short /name", "too_short /category", "too_short /tags/0"));
    food.name = std::string("a\0b", 3);
    food.category = "a\nb";
    food.description = "a\x1f";
    food.tags = {"a\x7f"};
    EXPECT_THAT(faults(), ElementsAre("format /name", "format /description", "format /category",
                                      "format /tags/0"));
}

TEST_F(FoodRules, BoundsNumbers) {
    food.price = 0;
    food.available_quantity = 0;
    EXPECT_THAT(faults(), IsEmpty());
    food.price = 1'000'000'000;
    food.available_quantity = 1'000'000;
    EXPECT_THAT(faults(), IsEmpty());
    food.price += 1;
    *food.available_quantity += 1;
    EXPECT_THAT(faults(), ElementsAre("too_large /price", "too_large /available_quantity"));
    food.price = food.available_quantity.emplace(-1);
    EXPECT_THAT(faults(), ElementsAre("too_small /price", "too_small /available_quantity"));
}

TEST_F(FoodRules, WantsWebAddressesForImages) {
    for (const char* good : {"http://a", "HTTPS://a.example", "https://cdn.example/x.jpg?y=1#z"}) {
        food.image_url = good;
        EXPECT_THAT(faults(), IsEmpty()) << good;
    }
    for (const char* bad : {"", "javascript:alert(1)", "ftp://a/b", "https://", "http:///x",
                            "https://a b", "//a/b"}) {
        food.image_url = bad;
        EXPECT_THAT(faults(), ElementsAre("format /image_url")) << bad;
    }
}

TEST_F(FoodRules, WantsDifferentTags) {
    food.tags = {"hot", "Mild", "HOT"};
    EXPECT_THAT(faults(), ElementsAre("not_unique /tags/2"));
    food.tags.clear();
    for (int i = 0; i < 20; ++i) food.tags.push_back("t" + std::to_string(i));
    EXPECT_THAT(faults(), IsEmpty());
    food.tags.push_back("one more");
    EXPECT_THAT(faults(), ElementsAre("too_many /tags"));
}

TEST_F(FoodRules, WantsSideRulesThatCanBeMet) {
    food.side_protein = {0, 10, std::vector<std::int64_t>{1, 2}};
    food.extra_side = {0, 0, std::nullopt};
    EXPECT_THAT(faults(), IsEmpty());
    food.side_protein = {2, 1, std::nullopt};
    food.extra_side = {-1, 11, std::vector<std::int64_t>{4, 5, 4}};
    EXPECT_THAT(faults(), ElementsAre("above_max /side_rules/side_protein/min",
                                      "too_small /side_rules/extra_side/min",
                                      "too_large /side_rules/extra_side/max",
                                      "not_unique /side_rules/extra_side/allowed/2"));
}

TEST_F(FoodRules, ChecksAdjustments) {
    std::string reason = " delivery ";
    EXPECT_TRUE(normalise_adjustment(-1, reason).has_value());
    EXPECT_EQ(reason, "delivery");
    reason = " ";
    EXPECT_THAT(faults_of(normalise_adjustment(0, reason).error()),
                ElementsAre("zero /delta", "too_short /reason"));
    reason = "x";
    EXPECT_THAT(faults_of(normalise_adjustment(1'000'001, reason).error()),
                ElementsAre("too_large /delta"));
}

TEST_F(FoodRules, ChecksQueries) {
    FoodQuery query;
    query.min_price = 5;
    query.max_price = 5;
    EXPECT_TRUE(check(query).has_value());
    query.max_price = 4;
    query.search = std::string("a\0", 2);
    EXPECT_THAT(faults_of(check(query).error()),
                ElementsAre("above_max_price ?min_price", "format ?search"));
}

}  // namespace
}  // namespace kitchen::catalog
