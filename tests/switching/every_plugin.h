// A restaurant with every plugin that is installed, any of which can be off.
#pragma once

#include <set>
#include <string>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {

/// The ids of plugins.
using Ids = std::set<std::string>;

/// Those that are off keep their entries. Of several that provide what only one is asked for (the
/// stores, the caches, the mailers, what sends text messages), it is the one that needs no other
/// service.
testkit::RestaurantConfig with_every_plugin(testkit::RestaurantConfig base, const Ids& off);

/// Every optional plugin, with those that cannot be without it.
std::set<Ids> alone();
/// Every two of them, unless alone() has both.
std::set<Ids> pairs();

}  // namespace kitchen::tests
