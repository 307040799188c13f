#include "case_fold.h"

#include <gtest/gtest.h>

namespace kitchen::catalog {
namespace {

TEST(CaseFold, FoldsAsciiAndLeavesTheRest) {
    EXPECT_EQ(case_folded("Jollof RICE @[`{ 123"), "jollof rice @[`{ 123");
    EXPECT_EQ(case_folded(""), "");
    EXPECT_EQ(case_folded(std::string_view("A\0B", 3)), std::string_view("a\0b", 3));
}

TEST(CaseFold, FoldsNigerianLanguages) {
    EXPECT_EQ(case_folded("Ọ̀FADÀ"), case_folded("ọ̀fadà"));
    EXPECT_EQ(case_folded("ẸFỌ́ ṢỌKỌ"), case_folded("ẹfọ́ ṣọkọ"));
    EXPECT_EQ(case_folded("ƊANWAKE ƁULA ƘOSAI"), "ɗanwake ɓula ƙosai");
    EXPECT_EQ(case_folded("ỊKỌKỌRE ÑAMA"), "ịkọkọre ñama");
}

TEST(CaseFold, AccentsMayBeCharactersOfTheirOwn) {
    EXPECT_EQ(case_folded("n\xCC\x83"), "\xC3\xB1");  // n, tilde: ñ
    EXPECT_EQ(case_folded("O\xCC\x80\xCC\xA3"), case_folded("\xE1\xBB\x8D\xCC\x80"));  // Ọ̀
}

TEST(CaseFold, FoldsWhatHasNoSingleLowerCaseCharacter) {
    EXPECT_EQ(case_folded("WEIßWURST"), "weisswurst");
    EXPECT_EQ(case_folded("ΣΟΥΒΛΆΚΙ Σ"), case_folded("σουβλάκι ς"));
}

TEST(CaseFold, KeepsCharactersOutsideTheBasicPlane) {
    EXPECT_EQ(case_folded("A\xF0\x9F\x8D\x9B"
                          "B"),
              "a\xF0\x9F\x8D\x9B"
              "b");
}

TEST(CaseFold, KeepsWhatIsNotUtf8) {
    EXPECT_EQ(case_folded("A\xFF\xC3"), "A\xFF\xC3");
    EXPECT_EQ(case_folded("\xE2\x82"), "\xE2\x82");
}

TEST(ContainsPattern, EscapesWildcards) {
    EXPECT_EQ(contains_pattern("rice"), "%rice%");
    EXPECT_EQ(contains_pattern("100%_!"), "%100!%!_!!%");
}

}  // namespace
}  // namespace kitchen::catalog
