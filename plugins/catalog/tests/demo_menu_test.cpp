#include "demo_menu.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

class DemoMenuTest : public CatalogTest {
protected:
    std::int64_t load() { return load_demo_menu(*store, clock, *foods, *stock, changes).value(); }
    Food named(std::string_view name) {
        FoodQuery query;
        query.search = name;
        const FoodRows found = service->list(query, 100, 0).value();
        for (const Row row : found.rows)
            if (service->view(row).name == name) return stored(service->view(row).id);
        throw std::runtime_error(std::string(name) + " is not on the menu");
    }
};

TEST_F(DemoMenuTest, FillsAnEmptyCatalogueOnce) {
    EXPECT_EQ(load(), std::ssize(demo_foods()));
    EXPECT_GE(std::ssize(demo_foods()), 40);
    EXPECT_EQ(total({}, 10, 0), std::ssize(demo_foods()));
    EXPECT_EQ(load(), 0);
    EXPECT_EQ(total({}, 10, 0), std::ssize(demo_foods()));
}

TEST_F(DemoMenuTest, StaysAwayWhenThereHasEverBeenAFood) {
    ASSERT_TRUE(service->remove(add("Eba").id, any_version).has_value());
    EXPECT_EQ(load(), 0);
    EXPECT_EQ(total({}, 10, 0), 0);
}

TEST_F(DemoMenuTest, DoesNotComeBackWhenItHasBeenDeleted) {
    load();
    for (std::int64_t id = 1; id <= std::ssize(demo_foods()); ++id)
        ASSERT_TRUE(service->remove(id, any_version).has_value());
    EXPECT_EQ(load(), 0);
    EXPECT_EQ(total({}, 10, 0), 0);
}

TEST_F(DemoMenuTest, IsLoadedOnceByManyAtATime) {
    std::vector<std::int64_t> added(8);
    std::vector<std::thread> replicas;
    for (std::int64_t& result : added) replicas.emplace_back([&] { result = load(); });
    for (std::thread& replica : replicas) replica.join();
    std::int64_t sum = 0;
    for (std::int64_t count : added) sum += count;
    EXPECT_EQ(sum, std::ssize(demo_foods()));
    EXPECT_EQ(total({}, 10, 0), std::ssize(demo_foods()));
}

TEST_F(DemoMenuTest, EveryDishIsWholeAndItsSidesExist) {
    load();
    std::set<std::string> categories;
    for (std::size_t i = 0; i < demo_foods().size(); ++i) {
        const DemoFood& dish = demo_foods()[i];
        const Food food = named(dish.name);
        SCOPED_TRACE(food.name);
        categories.insert(food.category);
        EXPECT_GE(food.description.size(), 15u);
        EXPECT_TRUE(food.description.ends_with('.'));
        EXPECT_EQ(food.price % 100, 0);
        EXPECT_GE(food.price, 30'000);
        EXPECT_LE(food.price, 1'500'000);
        EXPECT_FALSE(food.tags.empty());
        EXPECT_EQ(food.version, 1);
        EXPECT_TRUE(food.orderable());
        EXPECT_EQ(journal_sum(food.id), food.available_quantity.value_or(0));
        for (const auto& [rule, sides] :
             {std::pair(&food.side_protein, demo_side_proteins(dish.course)),
              std::pair(&food.extra_side, demo_extra_sides(dish.course))}) {
            ASSERT_TRUE(rule->allowed);
            EXPECT_EQ(rule->max, sides.max);
            EXPECT_EQ(rule->allowed->size(), sides.allowed.size()) << "a side is misspelt";
            EXPECT_EQ(rule->max == 0, rule->allowed->empty());
            for (std::int64_t id : *rule->allowed) EXPECT_NE(id, food.id);
        }
    }
    EXPECT_THAT(categories, testing::IsSupersetOf({"Rice", "Soups", "Swallow", "Grills", "Proteins",
                                                   "Sides", "Drinks"}));
}

TEST_F(DemoMenuTest, SidesMakeSense) {
    load();
    const Food jollof = named("Smoky Party Jollof Rice"), egusi = named("Egusi Soup"),
               zobo = named("Zobo");
    EXPECT_THAT(*jollof.side_protein.allowed, testing::Contains(named("Fried Chicken").id));
    EXPECT_THAT(*jollof.extra_side.allowed, testing::Contains(named("Dodo").id));
    EXPECT_THAT(*egusi.extra_side.allowed, testing::Contains(named("Pounded Yam").id));
    EXPECT_EQ(zobo.side_protein.max, 0);
    EXPECT_EQ(zobo.extra_side.max, 0);
}

}  // namespace
}  // namespace kitchen::catalog
