#include "text.h"

#include <gtest/gtest.h>

namespace kitchen::auth {
namespace {

TEST(Text, ReadsPositiveIds) {
    EXPECT_EQ(parse_id("1"), 1);
    EXPECT_EQ(parse_id("0042"), 42);
    EXPECT_EQ(parse_id("9223372036854775807"), INT64_MAX);
    for (const char* bad : {"", "0", "-1", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808",
                            "99999999999999999999999", "one"})
        EXPECT_FALSE(parse_id(bad)) << bad;
}

}  // namespace
}  // namespace kitchen::auth
