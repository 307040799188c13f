#include "text.h"

#include <gtest/gtest.h>

namespace kitchen::auth {
namespace {

TEST(Text, LowersAsciiOnly) {
    EXPECT_EQ(ascii_lower("Ada.OBI@Example.COM"), "ada.obi@example.com");
    EXPECT_EQ(ascii_lower("\xc3\x80\x5b"), "\xc3\x80\x5b");  // "À["
}

TEST(Text, CountsCodePoints) {
    EXPECT_EQ(utf8_length(""), 0u);
    EXPECT_EQ(utf8_length("abc"), 3u);
    EXPECT_EQ(utf8_length("\xe1\xba\xb9\xcc\x80k\xe1\xbb\x8d\xcc\x81"), 5u);  // "ẹ̀kọ́"
    EXPECT_EQ(utf8_length("\xf0\x9f\x8d\xb2"), 1u);
    EXPECT_EQ(utf8_length(std::string_view("\0", 1)), 1u);
}

TEST(Text, RefusesWhatIsNotUtf8) {
    for (const char* bad :
         {"\x80", "\xff", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "abc\xe1\xba"})
        EXPECT_FALSE(utf8_length(bad)) << bad;
}

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
