#include "food_counts.h"

#include <algorithm>
#include <random>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

class FoodCountsTest : public CatalogTest {
protected:
    void sql(const char* text) {
        const Statement statement = store->prepare(text);
        store->transact([&](Transaction& tx) { return tx.execute(statement); }).value();
    }
    std::int64_t mend() { return foods->counts().mend(*store).value(); }

    std::size_t random(std::size_t below) { return random_() % below; }
    /// Often with what others have too.
    FoodDraft random_draft(const std::string& name) {
        static const char* categories[] = {"Rice", "RICE", "Soups", "Drinks"};
        FoodDraft made = draft(name, prices_[random(prices_.size())], categories[random(4)]);
        if (random(2) == 0) made.tags.emplace_back("Hot");
        if (random(20) == 0) made.tags.emplace_back("Rare");
        made.is_available = random(10) != 0;
        if (random(2) == 0) made.available_quantity = random(3);
        if (random(3) == 0) made.description = "with dodo";
        return made;
    }

private:
    // Around the borders of the ranges in which prices are counted.
    const std::vector<std::int64_t> prices_ = {0,     1,      255,        256,        300,
                                               65535, 65536,  70'000,     16'777'215, 16'777'216,
                                               99999, 999999, 20'000'000, max_price};
    std::mt19937 random_{7};
};

bool matches(const FoodQuery& query, const Food& food) {
    const auto lower = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), ::tolower);
        return text;
    };
    const auto has = [&](const std::string& text) {
        return lower(food.name).find(text) != std::string::npos ||
               lower(food.description).find(text) != std::string::npos;
    };
    return !food.deleted && (!query.category || lower(food.category) == *query.category) &&
           (!query.search || has(*query.search)) &&
           (!query.tag || std::any_of(food.tags.begin(), food.tags.end(),
                                      [&](auto& tag) { return lower(tag) == *query.tag; })) &&
           food.price >= query.min_price.value_or(0) &&
           food.price <= query.max_price.value_or(max_price) &&
           (!query.available || food.orderable() == *query.available);
}

/// Every combination of filters.
std::vector<FoodQuery> queries() {
    using Text = std::optional<std::string>;
    std::vector<FoodQuery> all;
    for (const Text& category : {Text(), Text("rice"), Text("drinks")})
        for (const Text& tag : {Text(), Text("hot"), Text("rare")})
            for (const Text& search : {Text(), Text("dodo"), Text("food 1")})
                for (const auto& available : {std::optional<bool>(), {true}, {false}})
                    for (const auto& [min, max] :
                         {std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>(),
                          {256, 65536},
                          {1, {}},
                          {{}, 16'777'215},
                          {0, INT64_MAX}})
                        all.push_back({category, search, tag, min, max, available});
    return all;
}

// Once with few foods, which are found by their filters, and once with so many that pages are found
// by their order.
TEST_F(FoodCountsTest, EveryPageAndEveryTotalIsRight) {
    std::vector<Food> menu;
    for (const std::size_t size : {200u, 3'500u}) {
        while (menu.size() < size)
            menu.push_back(add(random_draft("Food " + std::to_string(menu.size() + 1))));
        for (std::size_t i = 0; i < 100; ++i) {
            const Food& food = menu[random(menu.size())];
            const FoodDraft change = random_draft(food.name);
            (void)service->change(
                food.id, [&](FoodDraft& one) { one = change; }, any_version, 1);
            (void)take({{menu[random(menu.size())].id, 1}});
            (void)give_back({{menu[random(menu.size())].id, 1}});
            if (i % 5 == 0) (void)service->remove(menu[random(menu.size())].id, any_version);
        }
        for (Food& food : menu) food = stored(food.id);
        EXPECT_EQ(mend(), 0);

        for (FoodQuery query : queries()) {
            std::vector<const Food*> expected;
            for (const Food& food : menu)
                if (matches(query, food)) expected.push_back(&food);
            const auto orders = {FoodOrder::id, FoodOrder::price, FoodOrder::name};
            query.order = std::data(orders)[random(orders.size())];
            query.descending = random(2) == 0;
            std::sort(expected.begin(), expected.end(), [&](const Food* a, const Food* b) {
                const Food *first = query.descending ? b : a, *second = query.descending ? a : b;
                switch (query.order) {
                    case FoodOrder::id: return first->id < second->id;
                    case FoodOrder::name: return first->name < second->name;
                    default:
                        return a->price != b->price ? first->price < second->price : a->id < b->id;
                }
            });
            const std::size_t offset = random(expected.size() + 2);
            const FoodRows page =
                service->list(query, 7, static_cast<std::int64_t>(offset)).value();
            EXPECT_EQ(page.total_count, std::ssize(expected));
            std::vector<std::string> names, expected_names;
            for (const Row row : page.rows) names.emplace_back(service->view(row).name);
            for (std::size_t i = offset; i < std::min(offset + 7, expected.size()); ++i)
                expected_names.push_back(expected[i]->name);
            EXPECT_EQ(names, expected_names);
        }
    }
}

TEST_F(FoodCountsTest, MendsWhatOthersHaveWritten) {
    for (int i = 0; i < 10; ++i) add("food " + std::to_string(i), i);
    add_counted("counted", 5);
    EXPECT_EQ(mend(), 0);
    sql("UPDATE foods SET price = price + 300, category = 'Bread', category_key = 'bread' "
        "WHERE id < 4");
    sql("UPDATE foods SET deleted_at = 1 WHERE id = 5");
    sql("UPDATE foods SET available_quantity = 0 WHERE name = 'counted'");
    EXPECT_GT(mend(), 0);
    EXPECT_EQ(mend(), 0);

    FoodQuery query;
    query.category = "bread";
    query.max_price = 301;
    EXPECT_EQ(total(query, 10, 0), 2);
    EXPECT_EQ(total({}, 10, 0), 10);
    query = {};
    query.available = false;
    EXPECT_EQ(names(query), std::vector<std::string>{"counted"});
}

}  // namespace
}  // namespace kitchen::catalog
