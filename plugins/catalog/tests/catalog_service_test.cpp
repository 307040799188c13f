#include "catalog_service.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CatalogServiceTest : public CatalogTest {};

TEST_F(CatalogServiceTest, TakesPortionsSummedPerFood) {
    const Food eba = add_counted("Eba", 10), soup = add_counted("Soup", 3), rice = add("Rice");
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(
        take({{soup.id, 1}, {eba.id, 2}, {rice.id, 99}, {soup.id, 2}}, "order 12").has_value());
    EXPECT_EQ(stored(eba.id).available_quantity, 8);
    EXPECT_EQ(stored(soup.id).available_quantity, 0);
    EXPECT_EQ(etag_of(stored(soup.id)), "\"1-1\"");
    EXPECT_EQ(stored(soup.id).updated_at, soup.updated_at + 1000);
    EXPECT_EQ(stored(rice.id).version, 1);

    const StockRows journal = service->journal(soup.id, 10, 0).value();
    ASSERT_EQ(journal.total_count, 2);
    const StockLine line(journal.rows[0]);
    EXPECT_EQ(line.delta, -3);
    EXPECT_EQ(line.quantity_after, 0);
    EXPECT_EQ(line.reference, "order 12");
    EXPECT_EQ(line.by_user, 7);
    EXPECT_EQ(service->journal(rice.id, 10, 0).value().total_count, 0);
}

TEST_F(CatalogServiceTest, NamesEveryFoodThatCannotBeHadAndTakesNone) {
    const Food enough = add_counted("Enough", 10), last = add_counted("Last", 1),
               sold_out = add_counted("Sold out", 0);
    FoodDraft made = draft("Switched off");
    made.is_available = false;
    made.available_quantity = 5;
    const Food off = add(made), gone = add("Gone");
    ASSERT_TRUE(service->remove(gone.id, any_version).has_value());

    const Status refused = take({{enough.id, 2},
                                 {last.id, 1},
                                 {last.id, 1},
                                 {sold_out.id, 1},
                                 {off.id, 1},
                                 {gone.id, 1},
                                 {999, 1}});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "insufficient_stock");
    const auto at = [](std::int64_t id) { return "/foods/" + std::to_string(id); };
    EXPECT_THAT(
        faults_of(refused.error()),
        ElementsAre("short " + at(last.id), "short " + at(sold_out.id), "unavailable " + at(off.id),
                    "deleted " + at(gone.id), "deleted " + at(999)));
    EXPECT_THAT(refused.error().faults[0].detail, HasSubstr("Only 1 of 'Last' is left, and 2"));
    EXPECT_EQ(stored(enough.id).available_quantity, 10);
    EXPECT_EQ(stored(enough.id).version, 1);
    EXPECT_EQ(journal_sum(enough.id), 10);
}

TEST_F(CatalogServiceTest, GivesBackToCountedFoodsAlsoWhenDeleted) {
    const Food eba = add_counted("Eba", 4), rice = add("Rice");
    ASSERT_TRUE(take({{eba.id, 4}, {rice.id, 1}}).has_value());
    ASSERT_TRUE(service->remove(eba.id, any_version).has_value());
    ASSERT_TRUE(give_back({{eba.id, 1}, {rice.id, 1}, {eba.id, 3}, {999, 1}}).has_value());
    EXPECT_EQ(stored(eba.id).available_quantity, 4);
    EXPECT_EQ(journal_sum(eba.id), 4);
    EXPECT_FALSE(stored(rice.id).available_quantity);
    EXPECT_EQ(service->journal(rice.id, 10, 0).value().total_count, 0);
}

TEST_F(CatalogServiceTest, WhatWasNotTakenIsNotGivenBack) {
    const auto count = [&](const Food& food, std::optional<std::int64_t> quantity) {
        (void)service
            ->change(
                food.id, [=](FoodDraft& made) { made.available_quantity = quantity; }, any_version,
                1)
            .value();
    };
    const auto left = [&](const Food& food) { return stored(food.id).available_quantity; };
    // Not counted when it was sold.
    const Food late = add("Late");
    ASSERT_TRUE(take({{late.id, 3}}).has_value());
    count(late, 5);
    ASSERT_TRUE(give_back({{late.id, 3}}).has_value());
    EXPECT_EQ(left(late), 5);
    EXPECT_EQ(journal_sum(late.id), 5);
    // Set meanwhile; twice; more than was taken; another order.
    const Food set = add_counted("Set", 10);
    ASSERT_TRUE(take({{set.id, 4}}).has_value());
    count(set, 20);
    ASSERT_TRUE(give_back({{set.id, 1}}, "order 2").has_value());
    EXPECT_EQ(left(set), 20);
    ASSERT_TRUE(give_back({{set.id, 9}}).has_value());
    ASSERT_TRUE(give_back({{set.id, 4}}).has_value());
    EXPECT_EQ(left(set), 24);
    // No longer counted, and then counted anew.
    const Food anew = add_counted("Anew", 10);
    ASSERT_TRUE(take({{anew.id, 2}}, "order 1").has_value());
    ASSERT_TRUE(take({{anew.id, 4}}, "order 2").has_value());
    count(anew, std::nullopt);
    ASSERT_TRUE(give_back({{anew.id, 2}}, "order 1").has_value());
    EXPECT_FALSE(left(anew));
    count(anew, 3);
    ASSERT_TRUE(give_back({{anew.id, 4}}, "order 2").has_value());
    EXPECT_EQ(left(anew), 3);
    ASSERT_TRUE(take({{anew.id, 1}}, "order 3").has_value());
    ASSERT_TRUE(give_back({{anew.id, 1}}, "order 3").has_value());
    EXPECT_EQ(left(anew), 3);
}

TEST_F(CatalogServiceTest, APortionOfNothingIsABug) {
    const Food eba = add_counted("Eba", 4);
    EXPECT_EQ(take({{eba.id, 0}}).error().kind, Errc::internal);
    EXPECT_EQ(give_back({{eba.id, -1}}).error().kind, Errc::internal);
    EXPECT_EQ(stored(eba.id).available_quantity, 4);
}

TEST_F(CatalogServiceTest, TakingNothingSucceeds) { EXPECT_TRUE(take({}).has_value()); }

TEST_F(CatalogServiceTest, WritesAFoodAsTheMenuDoesAlsoAgainAndWhenItHasChanged) {
    FoodDraft made = draft("Eba");
    made.tags = {"vegan"};
    made.available_quantity = 4;
    Food food = add(made);
    const auto written = [&] {
        std::string text;
        JsonWriter out(text);
        catalog->write(out, food);
        return text;
    };
    const Rows rows = service->read(food.id).value();
    const std::string shown = http::body_json(service->view(rows.front()));
    EXPECT_EQ(written(), shown);
    EXPECT_EQ(written(), shown);
    // No version tells of these.
    food.available_quantity = 3;
    EXPECT_THAT(written(), HasSubstr("\"available_quantity\":3"));
    food.price += 1;
    EXPECT_EQ(written(), http::body_json(food));
    food.currency = "XOF";
    EXPECT_EQ(written(), http::body_json(food));
    EXPECT_EQ(catalog->currency(), "NGN");
}

}  // namespace
}  // namespace kitchen::catalog
