#include "sides_key.h"

#include <gtest/gtest.h>

namespace kitchen::cart {

TEST(SidesKey, IsTheSameForTheSameSetInAnyOrder) {
    EXPECT_EQ(sides_key({{5, 3}, {9}}), "p:3,5|e:9");
    EXPECT_EQ(sides_key({{3, 5}, {9}}), "p:3,5|e:9");
    EXPECT_EQ(sides_key({{3, 5, 3}, {9}}), "p:3,5|e:9");
    EXPECT_EQ(sides_key({}), "p:|e:");
}

TEST(SidesKey, TellsTheKindsApart) {
    EXPECT_NE(sides_key({{3}, {}}), sides_key({{}, {3}}));
    EXPECT_NE(sides_key({{1, 2}, {}}), sides_key({{12}, {}}));
    EXPECT_NE(sides_key({{10, 2}, {}}), sides_key({{1, 2}, {}}));
}

TEST(SidesKey, IsReadBack) {
    for (const Sides& sides :
         {Sides{}, Sides{{3, 5}, {9}}, Sides{{}, {1}}, Sides{{INT64_MAX}, {}}}) {
        const auto parsed = parse_sides_key(sides_key(sides));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(*parsed, sides);
    }
}

TEST(SidesKey, NothingElseIsAKey) {
    for (const char* text : {"", "p:", "p:|e:|", "e:|p:", "p:3,|e:", "p:,3|e:", "p:5,3|e:",
                             "p:3,3|e:", "p:0|e:", "p:-1|e:", "p:x|e:", "p:3 |e:", "p: 3|e:",
                             "p:99999999999999999999|e:", "p:3|e:9x", "p:3,+4|e:"})
        EXPECT_FALSE(parse_sides_key(text)) << text;
}

}  // namespace kitchen::cart
