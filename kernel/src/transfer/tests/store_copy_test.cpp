// What the stores themselves cannot show: the order of tables. Copies between real stores are
// tested with the command line and with the plugins that provide store-transfer/1.
#include "transfer/store_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::transfer {
namespace {

std::vector<std::string> order(std::vector<TransferTable> tables) {
    const std::vector<TransferTable> ordered = in_reference_order(std::move(tables)).value();
    std::vector<std::string> names;
    for (const TransferTable& table : ordered) names.push_back(table.name);
    return names;
}

TEST(ReferenceOrder, PutsATableAfterThoseItRefersTo) {
    EXPECT_THAT(order({{"a_lines", {}, {"b_orders", "c_foods"}},
                       {"b_orders", {}, {"users"}},
                       {"c_foods", {}, {}},
                       {"users", {}, {}}}),
                testing::ElementsAre("c_foods", "users", "b_orders", "a_lines"));
    EXPECT_THAT(order({}), testing::IsEmpty());
}

TEST(ReferenceOrder, RefusesACircle) {
    const auto refused =
        in_reference_order({{"chicken", {}, {"egg"}}, {"egg", {}, {"chicken"}}, {"free", {}, {}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "store_tables_circular");
    EXPECT_NE(refused.error().detail.find("chicken"), std::string::npos);
}

}  // namespace
}  // namespace kitchen::transfer
