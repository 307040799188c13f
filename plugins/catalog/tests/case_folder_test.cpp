#include "case_folder.h"

#include <gtest/gtest.h>

namespace kitchen::catalog {
namespace {

TEST(CaseFolder, FoldsAsciiAndLeavesTheRest) {
    const CaseFolder folder;
    EXPECT_EQ(folder.fold("Jollof RICE @[`{ 123"), "jollof rice @[`{ 123");
    EXPECT_EQ(folder.fold(""), "");
}

TEST(CaseFolder, FoldsTheLettersOfNigerianLanguages) {
    const CaseFolder folder;
    EXPECT_EQ(folder.fold("Ọ̀FADÀ"), "ọ̀fadà");
    EXPECT_EQ(folder.fold("ẸFỌ́ ṢỌKỌ"), "ẹfọ́ ṣọkọ");
    EXPECT_EQ(folder.fold("ƊANWAKE ƁULA ƘOSAI"), "ɗanwake ɓula ƙosai");
    EXPECT_EQ(folder.fold("ỊKỌKỌRE ÑAMA"), "ịkọkọre ñama");
}

TEST(CaseFolder, KeepsCharactersOutsideTheBasicPlaneAndBytesThatAreNotUtf8) {
    const CaseFolder folder;
    EXPECT_EQ(folder.fold("A\xF0\x9F\x8D\x9B"
                          "B"),
              "a\xF0\x9F\x8D\x9B"
              "b");
    EXPECT_EQ(folder.fold("A\xFF\xC3"), "a\xFF\xC3");
    EXPECT_EQ(folder.fold("\xC3"
                          "A\xE2\x82"),
              "\xC3"
              "a\xE2\x82");
}

TEST(ContainsPattern, EscapesWildcards) {
    EXPECT_EQ(contains_pattern("rice"), "%rice%");
    EXPECT_EQ(contains_pattern("100%_!"), "%100!%!_!!%");
}

}  // namespace
}  // namespace kitchen::catalog
