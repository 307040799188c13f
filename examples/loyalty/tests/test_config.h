// A kernel with this plugin, which lies in its own build, and with others from where they are
// installed.
#pragma once

#include <gtest/gtest.h>

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
    return "plugins: [{id: store-memory}, {id: cache-memory}, {id: mail-log, config: {directory: "
           "'" +
           testing::TempDir() +
           "loyalty-mail'}}, {id: auth, config: {cookie_secure: false, bootstrap_admin: {email: "
           "chef@kitchen.example, phone: '08030000000', password: !env PASSWORD}}}, "
           "{id: loyalty, path: " LOYALTY_LIBRARY ", config: {kobo_per_point: 10000}}" +
           more + "]";
}

}  // namespace loyalty
