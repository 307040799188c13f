#include "provider/id_token.h"

#include <gtest/gtest.h>

#include "json_web_key.h"

namespace kitchen::oidc_login {
namespace {

const std::string issuer = "https://accounts.example", client = "kitchen", nonce = "n-1",
                  access = "token";
constexpr std::int64_t now = 1'800'000'000;

Json claims() {
    return Json::object({{"iss", issuer},
                         {"aud", client},
                         {"sub", "person"},
                         {"nonce", nonce},
                         {"iat", now},
                         {"exp", now + 300}});
}

std::string judged(const Json& token) {
    const Status good =
        check_id_token(token, {issuer, client, nonce, access, from_millis(now * 1000)});
    return good ? "" : good.error().code;
}

// forged_sign_in_test.cpp has what is refused.
TEST(IdToken, IsTakenInEveryFormThatIsRight) {
    EXPECT_EQ(judged(claims()), "");
    EXPECT_EQ(judged(claims().set("aud", Json::array({client}))), "");
    EXPECT_EQ(judged(claims().set("aud", Json::array({"other", client})).set("azp", client)), "");
    EXPECT_EQ(judged(claims().set("azp", client)), "");
    EXPECT_EQ(judged(claims().set("at_hash", sha256_base64url(access, 16))), "");
    EXPECT_EQ(judged(claims().set("nbf", now)), "");
    EXPECT_EQ(judged(claims().set("exp", 1'800'000'299.5)), "");
    EXPECT_EQ(judged(claims().set("sub", std::string(255, 's'))), "");
}

TEST(IdToken, AllowsAMinuteBetweenClocks) {
    EXPECT_EQ(judged(claims().set("exp", now - 59)), "");
    EXPECT_EQ(judged(claims().set("exp", now - 60)), "oidc_expired");
    EXPECT_EQ(judged(claims().set("iat", now + 60)), "");
    EXPECT_EQ(judged(claims().set("iat", now + 61)), "oidc_wrong_time");
    EXPECT_EQ(judged(claims().set("nbf", now + 61)), "oidc_wrong_time");
}

TEST(IdToken, RefusesWhatHasAnotherType) {
    EXPECT_EQ(judged(Json()), "oidc_wrong_issuer");
    EXPECT_EQ(judged(claims().set("iss", Json::array({issuer}))), "oidc_wrong_issuer");
    EXPECT_EQ(judged(claims().set("aud", Json::object({{client, client}}))), "oidc_wrong_audience");
    EXPECT_EQ(judged(claims().set("nbf", "soon")), "oidc_wrong_time");
    EXPECT_EQ(judged(claims().set("sub", std::string(256, 's'))), "oidc_no_subject");
}

}  // namespace
}  // namespace kitchen::oidc_login
