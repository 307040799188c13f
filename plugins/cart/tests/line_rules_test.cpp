#include "line_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::cart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Food food(std::int64_t id, std::optional<std::int64_t> left = std::nullopt) {
    Food f;
    f.id = id;
    f.name = "Dish " + std::to_string(id);
    f.price = 100;
    f.available_quantity = left;
    return f;
}

CartLine line_of(Food dish, std::int64_t quantity = 1) {
    CartLine line;
    line.food = std::move(dish);
    line.quantity = quantity;
    return line;
}

/// "pointer code" of each problem of the first line.
std::vector<std::string> problems(const std::vector<CartLine>& lines, std::size_t index = 0) {
    std::vector<std::string> found;
    for (const Fault& fault : problems_of(lines[index], demand_of(lines)))
        found.push_back(fault.pointer + " " + fault.code);
    return found;
}

}  // namespace

TEST(LineRules, WhatIsOnTheMenuCanBeHad) {
    EXPECT_THAT(problems({line_of(food(1), 50)}), IsEmpty());
    EXPECT_THAT(problems({line_of(food(1, 50), 50)}), IsEmpty());
}

TEST(LineRules, NamesWhatIsGone) {
    CartLine line = line_of(food(1));
    line.food.deleted = true;
    EXPECT_THAT(problems({line}), ElementsAre("/food deleted"));
    line = line_of(food(1));
    line.food.is_available = false;
    EXPECT_THAT(problems({line}), ElementsAre("/food unavailable"));
    EXPECT_THAT(problems({line_of(food(1, 0))}), ElementsAre("/food short"));
    EXPECT_THAT(problems({line_of(food(1, 2), 3)}), ElementsAre("/food short"));
}

TEST(LineRules, LooksAtSidesLikeAtDishes) {
    CartLine line = line_of(food(1), 3);
    line.side_proteins = {food(2, 3)};
    EXPECT_THAT(problems({line}), IsEmpty());
    line.side_proteins = {food(2, 2)};
    EXPECT_THAT(problems({line}), ElementsAre("/side_proteins/0 short"));
    line.side_proteins = {};
    line.extra_sides = {food(3)};
    line.extra_sides[0].deleted = true;
    EXPECT_THAT(problems({line}), ElementsAre("/extra_sides/0 deleted"));
}

TEST(LineRules, SumsWhatTheWholeCartNeeds) {
    CartLine dish = line_of(food(1, 5), 3), other = line_of(food(2), 3),
             unrelated = line_of(food(3), 3);
    other.extra_sides = {food(1, 5)};
    const std::vector<CartLine> lines = {dish, other, unrelated};
    EXPECT_THAT(problems(lines, 0), ElementsAre("/food short"));
    EXPECT_THAT(problems(lines, 1), ElementsAre("/extra_sides/0 short"));
    EXPECT_THAT(problems(lines, 2), IsEmpty());
}

TEST(LineRules, AFoodThatIsDishAndSideOfOneLineCountsTwice) {
    CartLine line = line_of(food(1, 3), 2);
    line.side_proteins = {food(1, 3)};
    EXPECT_THAT(problems({line}), ElementsAre("/food short", "/side_proteins/0 short"));
}

TEST(LineRules, FollowsTheRulesOfTheDish) {
    CartLine line = line_of(food(1));
    line.side_proteins = {food(2), food(3)};
    EXPECT_THAT(problems({line}),
                ElementsAre("/side_proteins side_not_allowed"));  // at most one by default
    line.food.side_protein.max = 2;
    EXPECT_THAT(problems({line}), IsEmpty());
    line.food.side_protein.allowed = std::vector<std::int64_t>{2};
    EXPECT_THAT(problems({line}), ElementsAre("/side_proteins/1 side_not_allowed"));
    line.food.side_protein.allowed = std::vector<std::int64_t>{};
    EXPECT_THAT(problems({line}), ElementsAre("/side_proteins/0 side_not_allowed",
                                              "/side_proteins/1 side_not_allowed"));
    line.food.side_protein = {0, 0, std::nullopt};
    EXPECT_THAT(problems({line}), ElementsAre("/side_proteins side_not_allowed"));
    line.side_proteins = {};
    line.food.extra_side.min = 1;
    EXPECT_THAT(problems({line}), ElementsAre("/extra_sides side_not_allowed"));
    line.extra_sides = {food(9)};
    EXPECT_THAT(problems({line}), IsEmpty());
}

TEST(LineRules, SaysWhatAPersonCanActOn) {
    CartLine line = line_of(food(7, 1), 4);
    const auto found = problems_of(line, demand_of({line}));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].detail, "Only 1 portion of 'Dish 7' left, and the cart needs 4.");
}

}  // namespace kitchen::cart
