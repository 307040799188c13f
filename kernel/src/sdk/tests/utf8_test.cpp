#include "kitchen/utf8.h"

#include <gtest/gtest.h>

namespace kitchen::utf8 {
namespace {

TEST(Utf8, KnowsValidSequences) {
    for (const char* good : {"", "a", "\u0080", "\u07ff", "\u0800", "\ue000", "\uffff",
                             "\U00010000", "\U0010ffff", "Ẹ̀bà 🍲"})
        EXPECT_TRUE(is_valid(good)) << good;
}

TEST(Utf8, FindsWhereATextIsNotValid) {
    EXPECT_EQ(find_invalid("ab\xff"), 2u);
    for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                            "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x8d", "\xc3("})
        EXPECT_EQ(find_invalid(bad), 0u) << bad;
}

TEST(Utf8, DecodesEachLength) {
    EXPECT_EQ(decode("a"), U'a');
    EXPECT_EQ(decode("\u00e9"), U'\u00e9');
    EXPECT_EQ(decode("\u20a6"), U'\u20a6');
    EXPECT_EQ(decode("\U0001f372"), U'\U0001f372');
}

TEST(Utf8, CutsNoCharacterInTwo) {
    EXPECT_EQ(prefix("a\u20a6b", 5), "a\u20a6b");
    EXPECT_EQ(prefix("a\u20a6b", 4), "a\u20a6");
    EXPECT_EQ(prefix("a\u20a6b", 3), "a");
    EXPECT_EQ(count("a\u20a6b"), 3u);
}

}  // namespace
}  // namespace kitchen::utf8
