// A client of types that the npm package openapi-typescript makes of the document (typescript/).
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "laid_table.h"

namespace kitchen::tests {

TEST(TypescriptClient, CompilesAndOrders) {
    LaidTable table;
    table.restaurant.food("Jollof", 250'000, 50);
    const auto ada = table.restaurant.sign_up();
    testkit::ChildProcess client({testkit::source_dir() + "/tests/openapi/typescript/run",
                                  "http://127.0.0.1:" + std::to_string(table.restaurant.port()),
                                  testkit::built_plugin_dir() + "/../tests/typescript", ada.email,
                                  testkit::Restaurant::password},
                                 {});
    EXPECT_EQ(client.wait(std::chrono::minutes(5)), 0) << client.output();
}

}  // namespace kitchen::tests
