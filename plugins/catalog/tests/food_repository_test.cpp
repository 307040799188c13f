#include "food_repository.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class FoodRepositoryTest : public CatalogTest {
protected:
    /// What a rating plugin will keep in the columns meant for it.
    void rate(std::int64_t id, std::int64_t count, std::int64_t total) {
        const Statement statement =
            store->prepare("UPDATE foods SET rating_count = $2, rating_total = $3 WHERE id = $1");
        store
            ->transact([&](Transaction& tx) -> Status {
                const Result<Rows> done = tx.query(statement, {id, count, total});
                if (!done) return done.error();
                return {};
            })
            .value();
    }
    static FoodQuery sorted(FoodOrder order, bool descending = false) {
        FoodQuery query;
        query.order = order;
        query.descending = descending;
        return query;
    }
};

TEST_F(FoodRepositoryTest, KeepsEveryMember) {
    const Food side = add("Dodo");
    FoodDraft made = draft("Ọ̀fadà Rice", 450'000);
    made.description = "Robert'); DROP TABLE foods;--";
    made.image_url = "https://cdn.example/a.jpg";
    made.available_quantity = 30;
    made.is_available = false;
    made.tags = {"Spicy", "local"};
    made.side_protein = {0, 0, std::vector<std::int64_t>{}};
    made.extra_side = {1, 2, std::vector<std::int64_t>{side.id}};
    const Food created = add(made);
    const Food read = stored(created.id);
    for (const Food& food : {created, read}) {
        EXPECT_TRUE(static_cast<const FoodDraft&>(food) == made);
        EXPECT_EQ(food.currency, "NGN");
        EXPECT_EQ(food.version, 1);
        EXPECT_EQ(food.created_at, to_millis(clock.now()));
        EXPECT_EQ(food.updated_at, food.created_at);
        EXPECT_EQ(food.rating_count, 0);
        EXPECT_FALSE(food.deleted);
    }
}

TEST_F(FoodRepositoryTest, FiltersByCategoryInAnyCase) {
    add("Egusi Soup", 1, "Soups");
    add("Zobo", 1, "Drinks");
    add("Oha Soup", 1, "SOUPS");
    FoodQuery query;
    query.category = " soups ";
    EXPECT_THAT(names(query), ElementsAre("Egusi Soup", "Oha Soup"));
    query.category = "soup";
    EXPECT_THAT(names(query), IsEmpty());
}

TEST_F(FoodRepositoryTest, FiltersByTagInAnyCase) {
    FoodDraft made = draft("Suya");
    made.tags = {"Spicy", "northern"};
    add(made);
    made.name = "Masa";
    made.tags = {"northern", "not spicy"};
    add(made);
    FoodQuery query;
    query.tag = "SPICY";
    EXPECT_THAT(names(query), ElementsAre("Suya"));
    query.tag = "Northern";
    EXPECT_THAT(names(query), ElementsAre("Suya", "Masa"));
}

TEST_F(FoodRepositoryTest, SearchesNameAndDescriptionInAnyCase) {
    FoodDraft made = draft("Coconut Rice");
    made.description = "Simmered in coconut milk";
    add(made);
    made = draft("Ọ̀FADÀ");
    made.description = "Unpolished RICE";
    add(made);
    add("Eba");
    FoodQuery query;
    query.search = "rIcE";
    EXPECT_THAT(names(query), ElementsAre("Coconut Rice", "Ọ̀FADÀ"));
    query.search = "ọ̀fadà";
    EXPECT_THAT(names(query), ElementsAre("Ọ̀FADÀ"));
    query.search = "riceSimmered";
    EXPECT_THAT(names(query), IsEmpty());
}

TEST_F(FoodRepositoryTest, WildcardsInASearchStandForThemselves) {
    add("100% Zobo");
    add("1000 Zobo");
    add("a_b!");
    add("aXb");
    FoodQuery query;
    query.search = "100%";
    EXPECT_THAT(names(query), ElementsAre("100% Zobo"));
    query.search = "a_b";
    EXPECT_THAT(names(query), ElementsAre("a_b!"));
    query.search = "B!";
    EXPECT_THAT(names(query), ElementsAre("a_b!"));
    query.search = "%";
    EXPECT_THAT(names(query), ElementsAre("100% Zobo"));
    query.search = "' OR 1=1 --";
    EXPECT_THAT(names(query), IsEmpty());
}

TEST_F(FoodRepositoryTest, FiltersByPriceBothEndsIncluded) {
    for (std::int64_t price : {100, 200, 300, 400}) add(std::to_string(price), price);
    FoodQuery query;
    query.min_price = 200;
    EXPECT_THAT(names(query), ElementsAre("200", "300", "400"));
    query.max_price = 300;
    EXPECT_THAT(names(query), ElementsAre("200", "300"));
    query.min_price.reset();
    EXPECT_THAT(names(query), ElementsAre("100", "200", "300"));
}

TEST_F(FoodRepositoryTest, FiltersByWhatCanBeOrdered) {
    add("uncounted");
    add_counted("some", 3);
    add_counted("sold out", 0);
    FoodDraft made = draft("switched off");
    made.is_available = false;
    add(made);
    FoodQuery query;
    query.available = true;
    EXPECT_THAT(names(query), ElementsAre("uncounted", "some"));
    query.available = false;
    EXPECT_THAT(names(query), ElementsAre("sold out", "switched off"));
}

TEST_F(FoodRepositoryTest, FiltersTogether) {
    FoodDraft made = draft("Hot Rice", 200);
    made.tags = {"spicy"};
    add(made);
    made = draft("Hot Soup", 200, "Soups");
    made.tags = {"spicy"};
    add(made);
    made = draft("Dear Hot Rice", 900);
    made.tags = {"spicy"};
    add(made);
    add("Mild Rice", 200);
    FoodQuery query;
    query.category = "rice";
    query.tag = "spicy";
    query.search = "hot";
    query.min_price = 100;
    query.max_price = 500;
    query.available = true;
    EXPECT_THAT(names(query), ElementsAre("Hot Rice"));
    EXPECT_EQ(total(query, 10, 0), 1);
}

TEST_F(FoodRepositoryTest, SortsEachWayAndBreaksTiesByRisingId) {
    const Food b = add("b", 300);
    clock.advance(std::chrono::seconds(1));
    const Food a = add("A", 100);
    const Food c = add("C", 300);
    const Food d = add("d", 200);
    rate(a.id, 2, 7);   // 3.5
    rate(b.id, 4, 18);  // 4.5
    rate(c.id, 1, 4);   // 4
    EXPECT_THAT(names({}), ElementsAre("b", "A", "C", "d"));
    EXPECT_THAT(names(sorted(FoodOrder::name)), ElementsAre("A", "b", "C", "d"));
    EXPECT_THAT(names(sorted(FoodOrder::name, true)), ElementsAre("d", "C", "b", "A"));
    EXPECT_THAT(names(sorted(FoodOrder::price)), ElementsAre("A", "d", "b", "C"));
    EXPECT_THAT(names(sorted(FoodOrder::price, true)), ElementsAre("b", "C", "d", "A"));
    EXPECT_THAT(names(sorted(FoodOrder::created_at)), ElementsAre("b", "A", "C", "d"));
    EXPECT_THAT(names(sorted(FoodOrder::created_at, true)), ElementsAre("A", "C", "d", "b"));
    EXPECT_THAT(names(sorted(FoodOrder::rating)), ElementsAre("d", "A", "C", "b"));
    EXPECT_THAT(names(sorted(FoodOrder::rating, true)), ElementsAre("b", "C", "A", "d"));
    EXPECT_DOUBLE_EQ(stored(a.id).rating_average, 3.5);
}

TEST_F(FoodRepositoryTest, PagesCoverEverythingOnceWithTheSameTotal) {
    for (int i = 0; i < 23; ++i)
        add("food " + std::to_string(i), i % 3, i % 2 == 0 ? "even" : "odd");
    FoodQuery filtered = sorted(FoodOrder::price, true);
    filtered.category = "even";
    for (const auto& [query, expected] :
         {std::pair(sorted(FoodOrder::price), 23), std::pair(filtered, 12)}) {
        std::vector<std::string> seen;
        for (std::int64_t offset = 0; offset < expected; offset += 5) {
            EXPECT_EQ(total(query, 5, offset), expected);
            for (std::string& name : names(query, 5, offset)) seen.push_back(std::move(name));
        }
        EXPECT_EQ(seen, names(query));
        std::sort(seen.begin(), seen.end());
        EXPECT_EQ(std::unique(seen.begin(), seen.end()) - seen.begin(), expected);
    }
}

TEST_F(FoodRepositoryTest, PastTheEndIsEmptyWithTheRightTotal) {
    for (const char* name : {"a", "b", "c"}) add(name);
    add("z", 100, "Drinks");
    FoodQuery query;
    EXPECT_THAT(names(query, 10, 400), IsEmpty());
    EXPECT_EQ(total(query, 10, 400), 4);
    EXPECT_EQ(total(query, 10, INT64_MAX), 4);
    query.category = "rice";
    EXPECT_EQ(total(query, 10, 3), 3);
    query.category = "nothing";
    EXPECT_EQ(total(query, 10, 3), 0);
    EXPECT_EQ(total(query, 10, 0), 0);
}

TEST_F(FoodRepositoryTest, FindsManyByIdOnceEach) {
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 40; ++i) ids.push_back(add("food " + std::to_string(i)).id);
    ASSERT_TRUE(service->remove(ids[3], any_version).has_value());
    std::vector<std::int64_t> wanted = ids;
    wanted.push_back(ids[0]);
    wanted.push_back(999);
    const std::vector<Food> found =
        store->read<std::vector<Food>>([&](Transaction& tx) { return catalog->foods(tx, wanted); })
            .value();
    std::vector<std::int64_t> got;
    for (const Food& food : found) {
        got.push_back(food.id);
        EXPECT_EQ(food.deleted, food.id == ids[3]);
    }
    EXPECT_THAT(got, testing::UnorderedElementsAreArray(ids));
    EXPECT_THAT(
        store->read<std::vector<Food>>([&](Transaction& tx) { return catalog->foods(tx, {}); })
            .value(),
        IsEmpty());
}

TEST_F(FoodRepositoryTest, CountsLivingFoodsByCategory) {
    add("a", 1, "Rice");
    add("b", 1, "rice");
    add("c", 1, "Drinks");
    service->remove(add("d", 1, "Soups").id, any_version).value();
    const Rows rows = service->categories().value();
    std::vector<std::string> list;
    for (const Row row : rows) list.push_back(row.string(0) + " " + std::to_string(row.integer(1)));
    EXPECT_THAT(list, ElementsAre("Drinks 1", "Rice 2"));
}

TEST_F(FoodRepositoryTest, ADamagedRowIsAnErrorAndNotAGuess) {
    const Food food = add("a");
    const Statement damage = store->prepare("UPDATE foods SET tags = '[1' WHERE id = $1");
    ASSERT_TRUE(store->transact<Rows>([&](Transaction& tx) { return tx.query(damage, {food.id}); })
                    .has_value());
    const auto found =
        store->read<std::optional<Food>>([&](Transaction& tx) { return foods->find(tx, food.id); });
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().kind, Errc::corrupt);
}

}  // namespace
}  // namespace kitchen::catalog
