// A restaurant with this plugin, which lies in its own build; the others are where they are
// installed.
#pragma once

#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace loyalty {

inline kitchen::testkit::RestaurantConfig with_loyalty() {
    return {
        .plugins = {"{id: loyalty, path: " LOYALTY_LIBRARY ", config: {kobo_per_point: 10000}}"},
        .kernel = {.plugin_dir = KITCHEN_PLUGINS}};
}

}  // namespace loyalty
