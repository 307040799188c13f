#include "sign_in/authorization.h"

#include <cctype>
#include <string>

#include <gtest/gtest.h>

namespace kitchen::auth {
namespace {

TEST(Authorization, SplitsSchemeAndCredentials) {
    const auto basic = parse_authorization("BASIC   abc=  ");
    ASSERT_TRUE(basic);
    EXPECT_EQ(basic->scheme, "basic");
    EXPECT_EQ(basic->credentials, "abc=");
    EXPECT_EQ(parse_authorization("Bearer")->credentials, "");
    EXPECT_FALSE(parse_authorization(""));
    EXPECT_FALSE(parse_authorization("   "));
}

TEST(Authorization, DecodesBasic) {
    const auto plain = decode_basic("NDI6cGFzc3dvcmQ=");  // 42:password
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->user, "42");
    EXPECT_EQ(plain->password, "password");
    const auto colons = decode_basic("YUBiLmM6eDp5Og==");  // a@b.c:x:y:
    ASSERT_TRUE(colons);
    EXPECT_EQ(colons->user, "a@b.c");
    EXPECT_EQ(colons->password, "x:y:");
    const auto utf8 = decode_basic("NDI64bq5zIBr4buNzIE=");  // 42:ẹ̀kọ́
    ASSERT_TRUE(utf8);
    EXPECT_EQ(utf8->password, "\xe1\xba\xb9\xcc\x80k\xe1\xbb\x8d\xcc\x81");
    EXPECT_EQ(decode_basic("Og==")->user, "");
}

TEST(Authorization, RefusesWhatIsNotStrictBase64) {
    for (const char* bad : {"", "=", "NDI6cGFzc3dvcmQ",
                            "NDI6cGFzc3dvcmQ==", "NDI6 cGFzc3dvcmQ=", "NDI6cGFzc3dvcmQ=\n",
                            "NDI6cGFzc3dvcmR=", "NDI6cGFzc3dvcm_=", "NDI6cGF!c3dvcmQ=", "NDI=6cGF",
                            "\xc3\xa9\xc3\xa9", "NDI6c", "A==="})
        EXPECT_FALSE(decode_basic(bad)) << bad;
}

TEST(Authorization, RefusesEveryByteOutsideBase64) {
    // Found by fuzzing: libsodium alone takes every byte past 0x7f for a letter.
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool is_letter = byte < 128 && (std::isalnum(byte) || c == '+' || c == '/');
        EXPECT_EQ(decode_basic(std::string("NDI6cGF") + c + "c3dvcmQ=").has_value(), is_letter)
            << byte;
    }
}

TEST(Authorization, RefusesTextWithoutColonOrUtf8) {
    EXPECT_FALSE(decode_basic("NDJwYXNzd29yZA=="));  // 42password
    EXPECT_FALSE(decode_basic("NDI6//4="));          // 42:\xff\xfe
    EXPECT_FALSE(decode_basic("NDIAOnB3"));          // 42\0:pw
    EXPECT_FALSE(decode_basic("NDI6cAB3"));          // 42:p\0w
}

}  // namespace
}  // namespace kitchen::auth
