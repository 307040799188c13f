// What of all that happens to a food is told to others, and forgets the cached pages.
#include "menu_changes.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"
#include "kitchen/json.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MenuChangesTest : public CatalogTest {
protected:
    /// What has been told since the last call, each as "food 1 sold_out, version 3".
    std::vector<std::string> told() {
        std::vector<std::string> list;
        const std::vector<std::string> all = events.emitted();
        for (; seen_ < all.size(); ++seen_) {
            const std::string& event = all[seen_];
            EXPECT_TRUE(event.starts_with("food.changed/1 ")) << event;
            const Json data = parse_json(event.substr(event.find(' '))).value();
            EXPECT_EQ(data["at"], Json(format_rfc3339(clock.now())));
            list.push_back("food " + std::to_string(data["food_id"].as_integer()) + ' ' +
                           data["what"].as_string() + ", version " +
                           std::to_string(data["version"].as_integer()));
        }
        return list;
    }
    /// How often the cache was forgotten since the last call.
    int forgets() { return forgotten.exchange(0); }
    void edit(const Food& food, const Edit& change) {
        service->change(food.id, change, any_version, 1).value();
    }
    static Edit count(std::optional<std::int64_t> quantity) {
        return [quantity](FoodDraft& draft) { draft.available_quantity = quantity; };
    }

private:
    std::size_t seen_ = 0;
};

TEST_F(MenuChangesTest, WhatTheStaffDoIsAChange) {
    const Food food = add_counted("Eba", 5);
    EXPECT_THAT(told(), ElementsAre("food 1 created, version 1"));
    EXPECT_EQ(forgets(), 1);
    clock.advance(std::chrono::seconds(1));
    edit(food, [](FoodDraft& draft) { draft.price += 1; });
    EXPECT_THAT(told(), ElementsAre("food 1 changed, version 2"));
    edit(food, [](FoodDraft& draft) { draft.is_available = false; });
    EXPECT_THAT(told(), ElementsAre("food 1 changed, version 3"));
    EXPECT_EQ(forgets(), 2);
    edit(food, [](FoodDraft&) {});
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(forgets(), 0);
    ASSERT_TRUE(service->remove(food.id, any_version).has_value());
    EXPECT_THAT(told(), ElementsAre("food 1 deleted, version 4"));
    EXPECT_EQ(forgets(), 1);
    EXPECT_EQ(stored(food.id).version, 4);
}

TEST_F(MenuChangesTest, AFoodRunsLowOnceUntilThereIsMore) {
    const MenuChanges low(nullptr, {}, 5);
    const auto told_of = [&](std::optional<std::int64_t> before,
                             std::optional<std::int64_t> after) {
        std::string list;
        for (const FoodChanged& change : low.of_count(1, before, after, 1, 0))
            list += change.what + ' ' + (change.left ? std::to_string(*change.left) : "") + ';';
        return list;
    };
    EXPECT_EQ(told_of(7, 6), "");
    EXPECT_EQ(told_of(6, 5), "low 5;");
    EXPECT_EQ(told_of(5, 4), "");
    EXPECT_EQ(told_of(4, 0), "sold_out 0;");
    EXPECT_EQ(told_of(9, 0), "low 0;sold_out 0;");
    EXPECT_EQ(told_of(0, 5), "restocked 5;");
    EXPECT_EQ(told_of(5, 6), "");
    EXPECT_EQ(told_of(std::nullopt, 3), "low 3;");
    EXPECT_EQ(told_of(3, std::nullopt), "");
}

TEST_F(MenuChangesTest, ACountIsOneWhenTheLastPortionGoesOrComesBack) {
    const Food eba = add_counted("Eba", 3), rice = add("Rice");
    (void)told();
    (void)forgets();
    ASSERT_TRUE(take({{eba.id, 1}, {rice.id, 5}}).has_value());
    ASSERT_TRUE(give_back({{eba.id, 1}, {rice.id, 5}}).has_value());
    (void)service->adjust_stock(eba.id, 1, "Found", any_count, 1).value();
    edit(eba, count(2));
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(forgets(), 0);

    ASSERT_TRUE(take({{eba.id, 1}, {eba.id, 1}}).has_value());
    EXPECT_THAT(told(), ElementsAre("food 1 sold_out, version 2"));
    EXPECT_EQ(stored(eba.id).version, 2);
    ASSERT_FALSE(take({{eba.id, 1}}).has_value());
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(forgets(), 1);
    ASSERT_TRUE(give_back({{eba.id, 1}}).has_value());
    EXPECT_THAT(told(), ElementsAre("food 1 restocked, version 2"));
    (void)service->adjust_stock(eba.id, -1, "Dropped", any_count, 1).value();
    EXPECT_THAT(told(), ElementsAre("food 1 sold_out, version 2"));
    (void)service->adjust_stock(eba.id, 4, "Delivered", any_count, 1).value();
    EXPECT_THAT(told(), ElementsAre("food 1 restocked, version 2"));
    EXPECT_EQ(forgets(), 3);
}

TEST_F(MenuChangesTest, ToCountOrNoLongerIsOne) {
    const Food food = add("Rice");
    (void)told();
    edit(food, count(5));
    edit(food, count(std::nullopt));
    edit(food, count(0));
    edit(food, [](FoodDraft& draft) {
        draft.price += 1;
        draft.available_quantity = 1;
    });
    EXPECT_THAT(told(), ElementsAre("food 1 changed, version 2", "food 1 changed, version 3",
                                    "food 1 changed, version 4", "food 1 sold_out, version 4",
                                    "food 1 changed, version 5", "food 1 restocked, version 5"));
}

TEST_F(MenuChangesTest, OneTransactionForgetsOnce) {
    const Food eba = add_counted("Eba", 1), soup = add_counted("Soup", 1);
    (void)told();
    (void)forgets();
    ASSERT_TRUE(take({{eba.id, 1}, {soup.id, 1}}).has_value());
    EXPECT_THAT(told(), ElementsAre("food 1 sold_out, version 1", "food 2 sold_out, version 1"));
    EXPECT_EQ(forgets(), 1);
}

TEST_F(MenuChangesTest, ADeletedFoodComesBackToNoMenu) {
    const Food eba = add_counted("Eba", 1);
    ASSERT_TRUE(take({{eba.id, 1}}).has_value());
    ASSERT_TRUE(service->remove(eba.id, any_version).has_value());
    (void)told();
    (void)forgets();
    ASSERT_TRUE(give_back({{eba.id, 1}}).has_value());
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(forgets(), 0);
}

TEST_F(MenuChangesTest, NeedsNoSubscribers) {
    int forgets = 0;
    const MenuChanges alone(nullptr, [&] { ++forgets; });
    FoodService menu(*store, clock, *foods, *stock, alone);
    (void)menu.create(draft("Eba"), 1).value();
    EXPECT_EQ(forgets, 1);
    EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace kitchen::catalog
