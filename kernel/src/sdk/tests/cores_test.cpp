#include "kitchen/cores.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

TEST(UsableCores, AreThoseOfTheMachineAndOfTheContainer) {
    EXPECT_GE(usable_cores(), 1u);
    EXPECT_EQ(usable_cores(64, "200000 100000"), 2u);
    EXPECT_EQ(usable_cores(64, "150000 100000"), 2u) << "rounded up";
    EXPECT_EQ(usable_cores(64, "10000 100000"), 1u);
    EXPECT_EQ(usable_cores(2, "400000 100000"), 2u) << "no more than there are";
    for (const char* none : {"", "max 100000", "100000", "100000 0", "-1 100000", "x y"})
        EXPECT_EQ(usable_cores(8, none), 8u) << none;
    EXPECT_EQ(usable_cores(0, ""), 1u) << "not known";
}

}  // namespace
}  // namespace kitchen
