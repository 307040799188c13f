#include "line_rules.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace kitchen::cart {
namespace {

std::string portions(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " portion" : " portions");
}

/// A food that the catalogue does not know has no name.
std::string name_of(const Food& food) {
    return food.name.empty() ? "Food " + std::to_string(food.id) : "'" + food.name + "'";
}

void check_food(const Food& food, const std::string& pointer, const Demand& demand,
                std::vector<Fault>& problems) {
    if (food.deleted) {
        problems.push_back({pointer, "deleted",
                            name_of(food) + " is not on the menu. Please choose something else."});
        return;
    }
    if (!food.is_available) {
        problems.push_back(
            {pointer, "unavailable", name_of(food) + " is not available at the moment."});
        return;
    }
    if (!food.available_quantity) return;
    const std::int64_t left = *food.available_quantity;
    if (left <= 0) {
        problems.push_back({pointer, "short", name_of(food) + " is sold out."});
        return;
    }
    const auto needed = demand.find(food.id);
    if (needed != demand.end() && needed->second > left)
        problems.push_back({pointer, "short",
                            "Only " + portions(left) + " of " + name_of(food) +
                                " left, and the cart needs " + std::to_string(needed->second) +
                                "."});
}

void check_sides(const Food& dish, const SideRule& rule, const std::vector<Food>& sides,
                 std::string_view kind, const std::string& pointer, const Demand& demand,
                 std::vector<Fault>& problems) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
        const std::string at = pointer + "/" + std::to_string(i);
        check_food(sides[i], at, demand, problems);
        if (rule.allowed && std::find(rule.allowed->begin(), rule.allowed->end(), sides[i].id) ==
                                rule.allowed->end())
            problems.push_back({at, "side_not_allowed",
                                name_of(sides[i]) + " cannot be " + std::string(kind) + " of " +
                                    name_of(dish) + "."});
    }
    const auto count = static_cast<std::int64_t>(sides.size());
    if (count > rule.max)
        problems.push_back({pointer, "side_not_allowed",
                            name_of(dish) + " takes at most " + std::to_string(rule.max) + " as " +
                                std::string(kind) + ", not " + std::to_string(count) + "."});
    if (count < rule.min)
        problems.push_back({pointer, "side_not_allowed",
                            name_of(dish) + " needs at least " + std::to_string(rule.min) + " as " +
                                std::string(kind) + "."});
}

}  // namespace

Demand demand_of(const std::vector<CartLine>& lines) {
    Demand demand;
    for (const CartLine& line : lines) add_demand(demand, line, line.quantity);
    return demand;
}

void add_demand(Demand& demand, const CartLine& line, std::int64_t portions) {
    demand[line.food.id] += portions;
    for (const Food& side : line.side_proteins) demand[side.id] += portions;
    for (const Food& side : line.extra_sides) demand[side.id] += portions;
}

std::vector<Fault> problems_of(const CartLine& line, const Demand& demand) {
    std::vector<Fault> problems;
    check_food(line.food, "/food", demand, problems);
    // The rules of a dish that is gone say nothing.
    if (line.food.deleted) return problems;
    check_sides(line.food, line.food.side_protein, line.side_proteins, "a side protein",
                "/side_proteins", demand, problems);
    check_sides(line.food, line.food.extra_side, line.extra_sides, "an extra side", "/extra_sides",
                demand, problems);
    return problems;
}

}  // namespace kitchen::cart
