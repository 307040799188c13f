// The demo menu: what a new installation has on sale until its own menu is entered. The dishes are
// in demo_menu_data.cpp.
//
// Thread-safety: load_demo_menu() from any thread, of any number of processes, at once.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "food_repository.h"
#include "kitchen/clock.h"
#include "kitchen/store.h"
#include "menu_changes.h"
#include "stock_repository.h"

namespace kitchen::catalog {

/// Decides which sides go with a dish: see demo_sides().
enum class DemoCourse : std::uint8_t { rice, soup, swallow, beans, snack, alone };

struct DemoFood {
    std::string_view name;
    std::string_view description;
    std::int64_t naira;
    std::string_view category;
    std::string_view tags;  ///< separated by spaces
    DemoCourse course;
    std::int64_t portions = -1;  ///< below 0: not counted
};

/// At most so many of one kind of side, out of these dishes (by name).
struct DemoSides {
    std::int64_t max = 0;
    std::span<const std::string_view> allowed = {};
};

std::span<const DemoFood> demo_foods() noexcept;
DemoSides demo_side_proteins(DemoCourse course) noexcept;
DemoSides demo_extra_sides(DemoCourse course) noexcept;

/// Puts the demo menu into a catalogue that has never had a food, in one transaction and at most
/// once in the life of the database. Gives the number of foods added: 0 when it was done before or
/// there are foods already.
Result<std::int64_t> load_demo_menu(Store& store, const Clock& clock, const FoodRepository& foods,
                                    const StockRepository& stock, const MenuChanges& changes);

}  // namespace kitchen::catalog
