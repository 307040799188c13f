#include "case_fold.h"

#include <gtest/gtest.h>

namespace kitchen::catalog {
namespace {

TEST(CaseFold, FoldsAsciiAndLeavesTheRest) {
    EXPECT_EQ(folded("Jollof RICE @[`{ 123"), "jollof rice @[`{ 123");
    EXPECT_EQ(folded(""), "");
    EXPECT_EQ(folded(std::string_view("A\0B", 3)), std::string_view("a\0b", 3));
}

TEST(CaseFold, FoldsNigerianLanguages) {
    EXPECT_EQ(folded("Ọ̀FADÀ"), folded("ọ̀fadà"));
    EXPECT_EQ(folded("ẸFỌ́ ṢỌKỌ"), folded("ẹfọ́ ṣọkọ"));
    EXPECT_EQ(folded("ƊANWAKE ƁULA ƘOSAI"), "ɗanwake ɓula ƙosai");
    EXPECT_EQ(folded("ỊKỌKỌRE ÑAMA"), "ịkọkọre ñama");
}

TEST(CaseFold, AccentsMayBeCharactersOfTheirOwn) {
    EXPECT_EQ(folded("n\xCC\x83"), "\xC3\xB1");                              // n, tilde: ñ
    EXPECT_EQ(folded("O\xCC\x80\xCC\xA3"), folded("\xE1\xBB\x8D\xCC\x80"));  // Ọ̀
}

TEST(CaseFold, ComparesWhatLooksAlike) {
    for (const char* eba : {"eba full",
                            "\xEF\xBC\xA5"
                            "ba full",  // full-width E
                            " Eba   full ",
                            "Eba\xC2\xA0"
                            "full",  // no-break space
                            "E\xC2\xAD"
                            "ba\tfull",
                            "Eb\xE2\x80\x8D"
                            "a full"})  // soft hyphen; joiner
        EXPECT_EQ(folded(eba), "eba full") << eba;
    EXPECT_NE(folded("Ẹ̀bà"), folded("Eba"));
}

TEST(CaseFold, SearchesKnowNoMarks) {
    for (const char* eba : {"Ẹ̀bà",
                            "E\xCC\xA3\xCC\x80"
                            "ba\xCC\x80",
                            "EBA"})
        EXPECT_EQ(without_marks(eba), "eba") << eba;
    EXPECT_EQ(without_marks("Moin\xE2\x80\x93Moin"), "moin-moin");
    EXPECT_EQ(without_marks("Crème\xE2\x80\x91"
                            "Brûlée"),
              "creme-brulee");
    EXPECT_EQ(without_marks("ñ Ä ß"), "n a ss");
}

TEST(CaseFold, FoldsWhatHasNoSingleLowerCaseCharacter) {
    EXPECT_EQ(folded("WEIßWURST"), "weisswurst");
    EXPECT_EQ(folded("ΣΟΥΒΛΆΚΙ Σ"), folded("σουβλάκι ς"));
}

TEST(CaseFold, KeepsCharactersOutsideTheBasicPlane) {
    EXPECT_EQ(folded("A\xF0\x9F\x8D\x9B"
                     "B"),
              "a\xF0\x9F\x8D\x9B"
              "b");
}

TEST(CaseFold, KeepsWhatIsNotUtf8) {
    EXPECT_EQ(folded("A\xFF\xC3"), "A\xFF\xC3");
    EXPECT_EQ(folded("\xE2\x82"), "\xE2\x82");
}

TEST(ContainsPattern, EscapesWildcards) {
    EXPECT_EQ(contains_pattern("rice"), "%rice%");
    EXPECT_EQ(contains_pattern("100%_!"), "%100!%!_!!%");
}

}  // namespace
}  // namespace kitchen::catalog
