// A restaurant with every plugin that is installed, any of which can be off.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {

/// The ids of plugins.
using Ids = std::set<std::string>;

/// Those that are off keep their entries. Of several that provide what only one is asked for (the
/// stores, the caches, the mailers), it is the one that needs no other service.
testkit::RestaurantConfig with_every_plugin(testkit::RestaurantConfig base, const Ids& off);

/// Those of with_every_plugin() without any of which the configuration is complete, alone.
std::vector<std::string> optional_plugins();
/// Whether it is complete without these.
bool is_complete_without(const Ids& off);

}  // namespace kitchen::tests
