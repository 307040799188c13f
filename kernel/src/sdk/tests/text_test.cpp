#include "kitchen/text.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

TEST(Text, IsTrimmedOfWhatCannotBeSeen) {
    EXPECT_EQ(trimmed(""), "");
    EXPECT_EQ(trimmed("Jollof Rice"), "Jollof Rice");
    EXPECT_EQ(trimmed(" \t\r\nJollof\u00a0Rice \n"), "Jollof\u00a0Rice") << "inside it stays";
    EXPECT_EQ(trimmed("\ufeff\u200b\u3000Ẹ̀bà\u2003\u200d\u2060"), "Ẹ̀bà");
    for (const char* blank : {" ", "\u00a0", "\u200b", "\u3164", "\ufe0f", "\u00ad \u2028",
                              "\U000e0020", "\u202e\u202c"})
        EXPECT_EQ(trimmed(blank), "") << blank;
}

TEST(Text, KeepsWhatBelongsToItsLastCharacter) {
    EXPECT_EQ(trimmed("Chef's choice ❤\ufe0f "), "Chef's choice ❤\ufe0f");
    EXPECT_EQ(trimmed("e\u0301"), "e\u0301") << "a combining accent";
}

TEST(Text, TakesBytesThatAreNotUtf8ForCharacters) {
    EXPECT_EQ(trimmed(" \xff "), "\xff");
    EXPECT_EQ(trimmed("\x80\x80"), "\x80\x80");
    EXPECT_EQ(trimmed("a\xe2\x80"), "a\xe2\x80") << "cut short";
    EXPECT_EQ(trimmed("a\xe2\x80\x8b\x8b"), "a\xe2\x80\x8b\x8b") << "one too many";
    EXPECT_EQ(trimmed("\xc2"), "\xc2");
}

TEST(Text, IsCountedInCodePoints) {
    EXPECT_EQ(code_points(""), 0u);
    EXPECT_EQ(code_points("Ẹ̀bà ₦1"), 7u);
    EXPECT_EQ(code_points("🍲"), 1u);
}

TEST(Text, HasControlCharactersOrNot) {
    for (const char* good : {"", "Jollof", "Ẹ̀bà ₦1 🍲", "\u00a0"})
        EXPECT_FALSE(has_control_characters(good)) << good;
    for (const std::string& bad :
         {std::string("a\0b", 3), std::string("\x1b[31m"), std::string("\x7f"),
          std::string("\u0085"), std::string("\u009f"), std::string("a\nb")})
        EXPECT_TRUE(has_control_characters(bad)) << bad;
    EXPECT_FALSE(has_control_characters("a\tb\r\nc", true));
    EXPECT_TRUE(has_control_characters("a\vb", true));
}

TEST(Text, LosesBlanksOfProtocolsAtBothEnds) {
    EXPECT_EQ(without_blanks(" \ta b\t "), "a b");
    EXPECT_EQ(without_blanks(" \t "), "");
    EXPECT_EQ(without_blanks(""), "");
    EXPECT_EQ(without_blanks("\n a \r"), "\n a \r");
    EXPECT_EQ(without_blanks("\n a \r", " \r\n"), "a");
}

TEST(Text, IsLoweredInAsciiAlone) {
    EXPECT_EQ(ascii_lower(std::string_view("Az@[`{ÀỌ")), "az@[`{ÀỌ");
    EXPECT_TRUE(is_ascii_alphanumeric('Z') && is_ascii_alphanumeric('a') &&
                is_ascii_alphanumeric('0'));
    for (const char c : std::string_view("@[`{/:\xc3\0", 8)) EXPECT_FALSE(is_ascii_alphanumeric(c));
}

TEST(Text, NumbersAreReadWhole) {
    EXPECT_EQ(parse_number("1"), 1);
    EXPECT_EQ(parse_number("0042"), 42);
    EXPECT_EQ(parse_number("-1"), -1);
    EXPECT_EQ(parse_number("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(parse_number<std::uint32_t>("fF", 16), 255u);
    for (const char* bad : {"", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808",
                            "99999999999999999999999", "one", "--1"})
        EXPECT_FALSE(parse_number(bad)) << bad;
    EXPECT_FALSE(parse_number<std::uint32_t>("-1"));
    EXPECT_FALSE(parse_number<std::uint32_t>("4294967296"));
}

}  // namespace
}  // namespace kitchen
