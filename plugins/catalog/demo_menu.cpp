#include "demo_menu.h"

#include <algorithm>

#include "food_rules.h"
#include "kitchen/money.h"

namespace kitchen::catalog {
namespace {

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

FoodDraft draft_of(const DemoFood& food, int decimals) {
    FoodDraft draft;
    draft.name = food.name;
    draft.description = food.description;
    draft.price = food.naira;
    for (int i = 0; i < decimals; ++i) draft.price *= 10;
    draft.category = food.category;
    draft.tags = words(food.tags);
    if (food.portions >= 0) draft.available_quantity = food.portions;
    return draft;
}

SideRule rule_of(const DemoSides& sides, const std::vector<Food>& menu) {
    SideRule rule;
    rule.max = sides.max;
    rule.allowed.emplace();
    for (const Food& food : menu)
        if (std::find(sides.allowed.begin(), sides.allowed.end(), food.name) != sides.allowed.end())
            rule.allowed->push_back(food.id);
    return rule;
}

Status open_stock(Transaction& tx, const StockRepository& stock, const Food& food) {
    if (!food.available_quantity) return {};
    StockEntry line;
    line.food_id = food.id;
    line.delta = *food.available_quantity;
    line.quantity_after = food.available_quantity;
    line.reason = "Demo menu";
    line.at = food.created_at;
    return stock.record(tx, line);
}

}  // namespace

Result<std::int64_t> load_demo_menu(Store& store, const Clock& clock, const FoodRepository& foods,
                                    const StockRepository& stock, const MenuChanges& changes) {
    return store.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        const std::int64_t now = to_millis(clock.now());
        // Replicas that start together meet at this row: one of them adds it, the others wait and
        // then find it.
        const Result<bool> first = foods.reach_milestone(tx, "demo_menu", now);
        if (!first) return first.error();
        if (!*first) return std::int64_t{0};
        const Result<bool> has_food = foods.any(tx);
        if (!has_food) return has_food.error();
        if (*has_food) return std::int64_t{0};

        std::vector<Food> menu;
        for (const DemoFood& dish : demo_foods()) {
            FoodDraft draft = draft_of(dish, currency_decimals(foods.currency()).value_or(2));
            if (Status valid = normalise(draft); !valid) return std::move(valid).error();
            Result<Food> food = foods.insert(tx, draft, now);
            if (!food) return std::move(food).error();
            if (Status written = open_stock(tx, stock, *food); !written)
                return std::move(written).error();
            menu.push_back(*std::move(food));
        }
        // The sides of a dish are known by their ids only now.
        for (std::size_t i = 0; i < menu.size(); ++i) {
            const FoodDraft before = menu[i];
            menu[i].side_protein = rule_of(demo_side_proteins(demo_foods()[i].course), menu);
            menu[i].extra_side = rule_of(demo_extra_sides(demo_foods()[i].course), menu);
            if (Status written = foods.update(tx, before, menu[i]); !written)
                return std::move(written).error();
        }
        std::vector<FoodChanged> created;
        created.reserve(menu.size());
        for (const Food& food : menu) created.push_back(creation_of(food));
        if (Status told = changes.tell(tx, created); !told) return std::move(told).error();
        return std::ssize(menu);
    });
}

}  // namespace kitchen::catalog
