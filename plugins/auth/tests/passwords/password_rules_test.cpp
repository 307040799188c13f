#include "passwords/password_rules.h"

#include <gtest/gtest.h>

namespace kitchen::auth {
namespace {

class PasswordRulesTest : public testing::Test {
protected:
    std::string verdict(std::string_view password) {
        const Status status = rules.check(password, "Ada@Example.com", "+2348031234567");
        if (status) return "good";
        EXPECT_EQ(status.error().kind, Errc::unprocessable);
        EXPECT_EQ(status.error().faults.at(0).pointer, "/password");
        EXPECT_EQ(status.error().faults.at(0).code, status.error().code);
        return status.error().code;
    }
    PhoneNumbers phones;
    PasswordRules rules{phones};
};

TEST_F(PasswordRulesTest, LengthCountsCharacters) {
    EXPECT_EQ(verdict("s3ven!!"), "password_too_short");
    EXPECT_EQ(verdict("8 chars!"), "good");
    EXPECT_EQ(
        verdict(
            "\xe1\xbb\x8d\xe1\xbb\x8d\xe1\xbb\x8d\xe1\xbb\x8d\xe1\xbb\x8d\xe1\xbb\x8d\xe1\xbb\x8d"),
        "password_too_short");  // 7 × ọ
    std::string eight;
    for (const char* c :
         {"\xe1\xbb\x8d", "\xe1\xba\xb9", "x", "\xf0\x9f\x8d\xb2", "a", "b", "c", "d"})
        eight += c;
    EXPECT_EQ(verdict(eight), "good");
    EXPECT_EQ(verdict(std::string(128, 'k')), "good");
    EXPECT_EQ(verdict(std::string(129, 'k')), "password_too_long");
    EXPECT_EQ(verdict("abcdefgh\xff"), "password_malformed");
}

TEST_F(PasswordRulesTest, RefusesCommonOnesInAnyCase) {
    for (const char* common : {"password", "PassWord", "12345678", "qwertyuiop", "iloveyou",
                               "Nigeria1", "zzzzzzzz", "!@#$%^&*", "123!@#qwe"})
        EXPECT_EQ(verdict(common), "password_too_common") << common;
    EXPECT_EQ(verdict("password of mine"), "good");
    EXPECT_EQ(verdict("# Passwords of 8 characters"), "good") << "a comment of the list";
}

TEST_F(PasswordRulesTest, RefusesTheAccountsOwnNames) {
    EXPECT_EQ(verdict("ada@example.COM"), "password_too_common");
    EXPECT_EQ(verdict("08031234567"), "password_too_common");
    EXPECT_EQ(verdict("+234 803 123 4567"), "password_too_common");
    EXPECT_EQ(verdict("08031234568"), "good");
    EXPECT_TRUE(rules.check("ada@example.com", "", ""));
}

}  // namespace
}  // namespace kitchen::auth
