#include "statement_texts.h"

#include <gtest/gtest.h>

namespace kitchen {

TEST(StatementTexts, TheSameTextIsTheSameHandle) {
    StatementTexts texts;
    const Statement first = texts.intern("SELECT 1");
    EXPECT_NE(texts.intern("SELECT 2").index, first.index);
    EXPECT_EQ(texts.intern(std::string("SELECT ") + "1").index, first.index);
    EXPECT_EQ(*texts.find(first), "SELECT 1");
    EXPECT_EQ(texts.find(Statement{}), nullptr);
    EXPECT_EQ(texts.size(), 2u);
}

}  // namespace kitchen
