#include "json_web_token.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "base64url.h"

namespace kitchen {
namespace {

constexpr std::array both{JwtAlgorithm::es256, JwtAlgorithm::rs256};

JwtError error_of(std::string_view text, const std::vector<JsonWebKey>& keys,
                  std::span<const JwtAlgorithm> algorithms = both) {
    const auto verified = verify_jwt(text, keys, algorithms);
    EXPECT_TRUE(std::holds_alternative<JwtError>(verified)) << text;
    return std::get<JwtError>(verified);
}

JsonWebKey key_in(const char* jwk) { return JsonWebKey::from_jwk(parse_json(jwk).value()).value(); }

std::string header_of(std::string_view json, std::string_view of) {
    return base64url(json) + std::string(of.substr(of.find('.')));
}

// RFC 7515, appendix A.2.
const char* const rfc_rsa = R"({"kty":"RSA",
 "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
 "e":"AQAB"})";
const char* const rfc_rs256 =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4B"
    "h-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xB"
    "ArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1"
    "phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
// Appendix A.3.
const char* const rfc_ec = R"({"kty":"EC","crv":"P-256",
 "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
const char* const rfc_es256 =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKT"
    "UJqPP3-Kg6NU1Q";
// Appendix A.1 (HMAC) and A.5 (none).
const char* const rfc_hs256 =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0d"
    "HA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const char* const rfc_none =
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ.";

TEST(JsonWebToken, VerifiesTheExamplesOfTheRfc) {
    const std::vector keys{key_in(rfc_rsa), key_in(rfc_ec)};
    for (const char* text : {rfc_rs256, rfc_es256}) {
        const auto verified = verify_jwt(text, keys, both);
        ASSERT_TRUE(std::holds_alternative<Json>(verified)) << text;
        EXPECT_EQ(std::get<Json>(verified)["iss"], Json("joe"));
    }
    EXPECT_EQ(error_of(rfc_hs256, keys), JwtError::algorithm);
    EXPECT_EQ(error_of(rfc_none, keys), JwtError::algorithm);
    EXPECT_EQ(error_of(rfc_rs256, keys, std::span(both).first(1)), JwtError::algorithm);
    EXPECT_EQ(error_of(rfc_rs256, {key_in(rfc_ec)}), JwtError::unknown_key);
}

TEST(JsonWebKey, HasTheThumbprintOfTheRfc) {  // 7638, section 3.1
    const JsonWebKey key = key_in(R"({"kty":"RSA",
 "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
 "e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
    EXPECT_EQ(key.id(), "2011-04-29");
    EXPECT_EQ(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    EXPECT_EQ(key.algorithm(), JwtAlgorithm::rs256);
}

TEST(JsonWebKey, RefusesWhatCannotVerifySignatures) {
    for (
        const char* jwk :
        {// RFC 7517, appendix A.1: meant for encryption.
         R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"})",
         // Not on the curve.
         R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"})",
         R"({"kty":"EC","crv":"P-384","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})",
         R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4=","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})",
         R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
         R"({"kty":"RSA","n":"oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw","e":"AQAB","alg":"RS512"})",
         R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", R"({"kty":"RSA","n":1,"e":[]})", R"([])"})
        EXPECT_FALSE(JsonWebKey::from_jwk(parse_json(jwk).value())) << jwk;
}

TEST(JsonWebToken, IsVerifiedWithTheKeyThatSignedIt) {
    for (const JwtAlgorithm algorithm : both) {
        const JsonWebKey key = JsonWebKey::generate(algorithm);
        const JsonWebKey other = JsonWebKey::generate(algorithm);
        const std::vector known =
            keys_of(Json::object({{"keys", Json::array({other.public_jwk(), key.public_jwk()})}}));
        const std::string text = sign_jwt(Json::object({{"sub", "7"}}), key);
        EXPECT_EQ(std::get<Json>(verify_jwt(text, known, both))["sub"], Json("7"));
        EXPECT_EQ(error_of(text, {known[0]}), JwtError::unknown_key);
        EXPECT_EQ(error_of(text, {known[1], known[1]}), JwtError::unknown_key);

        std::string forged = text;
        forged[forged.find('.') + 3] ^= 1;
        EXPECT_NE(error_of(forged, known), JwtError::algorithm);
        const auto name = std::string(name_of(algorithm));
        // Without a kid there must be no choice; with a foreign one there is no key.
        EXPECT_EQ(error_of(header_of(R"({"alg":")" + name + R"("})", text), known),
                  JwtError::unknown_key);
        EXPECT_EQ(error_of(header_of(R"({"alg":")" + name + R"("})", text), {known[1]}),
                  JwtError::signature);
        EXPECT_EQ(
            error_of(header_of(R"({"kid":")" + other.id() + R"(","alg":")" + name + R"("})", text),
                     known),
            JwtError::signature);
        for (const std::string& header : {R"({"alg":")" + name + R"(","alg":"none"})",
                                          R"({"alg":")" + name + R"(","crit":["exp"]})",
                                          std::string(R"({"alg":7})"), std::string("[]")})
            EXPECT_EQ(error_of(header_of(header, text), known), JwtError::malformed) << header;
        EXPECT_EQ(error_of(text + "=", known), JwtError::malformed);
        EXPECT_EQ(error_of(text + ".", known), JwtError::malformed);
        EXPECT_EQ(error_of(text + std::string(max_jwt_size, 'A'), known), JwtError::malformed);
    }
    EXPECT_EQ(error_of("", {}), JwtError::malformed);
    EXPECT_EQ(error_of("..", {}), JwtError::malformed);
}

TEST(JsonWebKey, IsKeptAsPemUnderAPassphrase) {
    for (const JwtAlgorithm algorithm : both) {
        const JsonWebKey key = JsonWebKey::generate(algorithm);
        const std::string pem = key.private_pem("a passphrase");
        EXPECT_NE(pem.find("BEGIN ENCRYPTED PRIVATE KEY"), std::string::npos);
        EXPECT_EQ(JsonWebKey::from_pem(pem, "a passphrase").value().id(), key.id());
        EXPECT_FALSE(JsonWebKey::from_pem(pem, "another"));
        EXPECT_FALSE(JsonWebKey::from_pem(pem, ""));
        EXPECT_EQ(JsonWebKey::from_pem(key.private_pem(""), "").value().id(), key.id());
        const auto verifier = JsonWebKey::from_jwk(key.public_jwk()).value();
        EXPECT_TRUE(verifier.verify("text", key.sign("text")));
        EXPECT_FALSE(verifier.verify("texT", key.sign("text")));
        EXPECT_THROW(verifier.sign("text"), std::logic_error);
        EXPECT_THROW(verifier.private_pem(""), std::logic_error);
    }
    EXPECT_FALSE(JsonWebKey::from_pem("no pem", ""));
}

TEST(Base64Url, IsStrict) {
    for (const std::string bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe"})
        EXPECT_EQ(from_base64url(base64url(bytes)).value(), bytes);
    EXPECT_EQ(base64url("\xff\xfe\xfb"), "__77");
    for (const char* text : {"A", "AB", "Zg==", "Z g", "+/+/", "AAAAA"})
        EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Sha256, IsThatOfPkce) {  // RFC 7636, appendix B
    EXPECT_EQ(sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace kitchen
