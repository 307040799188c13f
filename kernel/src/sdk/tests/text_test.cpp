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

TEST(Text, TakesOctetsThatAreNotUtf8ForCharacters) {
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

}  // namespace
}  // namespace kitchen
