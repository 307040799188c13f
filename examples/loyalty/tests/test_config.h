// A kernel with this plugin, which lies in its own build, and with others from where they are
// installed.
#pragma once

#include <string>

#include "kitchen/testkit/test_kernel.h"

namespace loyalty {

inline kitchen::testkit::TestKernelOptions options() {
    kitchen::testkit::TestKernelOptions options;
    options.plugin_dir = KITCHEN_PLUGINS;
    options.environment = {{"PASSWORD", "moin-moin-and-akara"}};
    return options;
}

/// `more`: further entries of `plugins:`, each beginning with a comma.
inline std::string config(const std::string& more = "") {
    return "plugins: [{id: store-memory}, {id: loyalty, path: " LOYALTY_LIBRARY
           ", config: {kobo_per_point: 10000}}" +
           more + "]";
}

}  // namespace loyalty
