// What the modules of the OpenID Foundation's plan oidcc-basic-certification-test-plan look at, one
// by one and by their names. Written from the specifications; the suite itself is not run here.
#include "provider_fixture.h"

namespace kitchen::oidc_provider {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class BasicOpPlan : public ProviderTest {
protected:
    void expect_code(const HttpResponse& back) {
        EXPECT_EQ(back.status, 303) << back.body;
        EXPECT_THAT(back.header("location"), StartsWith(callback));
        EXPECT_NE(parameter(back, "code"), "") << back.header("location");
        EXPECT_EQ(parameter(back, "state"), "the state & more");
        EXPECT_EQ(parameter(back, "iss"), issuer());  // RFC 9207
    }
    void expect_error(const HttpResponse& back, const std::string& error) {
        EXPECT_EQ(back.status, 303) << back.body;
        EXPECT_THAT(back.header("location"), StartsWith(callback));
        EXPECT_EQ(parameter(back, "error"), error) << back.header("location");
        EXPECT_EQ(parameter(back, "code"), "");
        EXPECT_EQ(parameter(back, "state"), "the state & more");
        EXPECT_EQ(parameter(back, "iss"), issuer());
    }
    Json claims_of(const Values& more) {
        return user_info(tokens(more)["access_token"].as_string()).json;
    }
    void accepts(const Values& more) { expect_code(go_through(authorize(more))); }
    void add_address() {
        HttpClient ada = restaurant.client();
        ada.bearer(customer.token);
        const HttpResponse added =
            ada.post("/me/addresses/", Json::object({{"label", "Home"},
                                                     {"recipient_name", "Ada Obi"},
                                                     {"line1", "12 Allen Avenue"},
                                                     {"city", "Ikeja"},
                                                     {"state", "Lagos"}}));
        EXPECT_EQ(added.status, 201) << added.body;
    }
};

TEST_F(BasicOpPlan, oidcc_server) {
    const Json tokens = this->tokens();
    EXPECT_EQ(tokens["token_type"], Json("Bearer"));
    EXPECT_GT(tokens["expires_in"].as_integer(), 0);
    const Json claims = verified(tokens["id_token"].as_string());
    EXPECT_EQ(claims["iss"], Json(issuer()));
    EXPECT_EQ(claims["sub"], Json(std::to_string(customer.id)));
    EXPECT_EQ(claims["aud"], Json("app"));
    EXPECT_EQ(claims["nonce"], Json("n-0S6_WzA2Mj"));
    EXPECT_GT(claims["exp"].as_integer(), claims["iat"].as_integer());
    EXPECT_LE(claims["auth_time"].as_integer(), claims["iat"].as_integer());
    EXPECT_EQ(claims["at_hash"], Json(sha256_base64url(tokens["access_token"].as_string(), 16)));
    const Json metadata = restaurant.client().get("/.well-known/openid-configuration").json;
    EXPECT_EQ(metadata["issuer"], Json(issuer()));
    EXPECT_EQ(metadata, restaurant.client().get("/.well-known/oauth-authorization-server").json);
    for (const char* member :
         {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
          "revocation_endpoint", "introspection_endpoint", "end_session_endpoint"})
        EXPECT_THAT(metadata[member].as_string(), StartsWith(issuer() + "/oauth/")) << member;
}

TEST_F(BasicOpPlan, oidcc_response_type_missing) {
    expect_error(authorize({{"response_type", ""}}), "invalid_request");
    for (const char* other : {"token", "id_token", "code id_token", "none"})
        expect_error(authorize({{"response_type", other}}), "unsupported_response_type");
}

TEST_F(BasicOpPlan, oidcc_idtoken_signature) {
    const auto header_of = [](const std::string& token) {
        return parse_json(from_base64url(token.substr(0, token.find('.'))).value()).value();
    };
    const std::string token = tokens()["id_token"].as_string();
    EXPECT_EQ(header_of(token)["alg"], Json("RS256"));
    EXPECT_FALSE(header_of(token)["kid"].as_string().empty());
    EXPECT_TRUE(verified(token).is_object());
    const HttpResponse back = go_through(authorize({{"client_id", "curves"}}));
    const Json curves = exchange(parameter(back, "code"), {{"client_id", "curves"}}).json;
    EXPECT_EQ(header_of(curves["id_token"].as_string())["alg"], Json("ES256"));
    EXPECT_EQ(verified(curves["id_token"].as_string())["aud"], Json("curves"));
    for (const Json& key : restaurant.client().get("/oauth/jwks").json["keys"].as_array())
        for (const char* secret_member : {"d", "p", "q", "dp", "dq", "qi"})
            EXPECT_FALSE(key.find(secret_member));
}

TEST_F(BasicOpPlan, oidcc_idtoken_unsigned) {  // not offered
    const Json metadata = restaurant.client().get("/.well-known/openid-configuration").json;
    EXPECT_EQ(metadata["id_token_signing_alg_values_supported"], Json::array({"RS256", "ES256"}));
}

TEST_F(BasicOpPlan, oidcc_userinfo_get) {
    const std::string token = tokens()["access_token"].as_string();
    EXPECT_EQ(user_info(token).json, Json::object({{"sub", std::to_string(customer.id)}}));
    const HttpResponse refused = user_info("ck_at_" + std::string(64, '0'));
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(refused.header("www-authenticate"), HasSubstr("invalid_token"));
}

TEST_F(BasicOpPlan, oidcc_userinfo_post_header) {
    HttpClient client = restaurant.client();
    client.bearer(tokens()["access_token"].as_string());
    EXPECT_EQ(client.send("POST", "/oauth/userinfo").json["sub"],
              Json(std::to_string(customer.id)));
}

TEST_F(BasicOpPlan, oidcc_userinfo_post_body) {
    HttpClient client = restaurant.client();
    const Json given = tokens();
    const auto post = [&](const char* name) {
        return post_fields(client, "/oauth/userinfo", {{"access_token", given[name].as_string()}});
    };
    EXPECT_EQ(post("access_token").json["sub"], Json(std::to_string(customer.id)));
    EXPECT_EQ(post("refresh_token").status, 401);
    EXPECT_EQ(post_fields(client, "/oauth/userinfo", {}).status, 401);
}

TEST_F(BasicOpPlan, oidcc_ensure_request_without_nonce_succeeds_for_code_flow) {
    const Json claims = verified(tokens({{"nonce", ""}})["id_token"].as_string());
    EXPECT_FALSE(claims.find("nonce"));
}

TEST_F(BasicOpPlan, oidcc_scope_profile) {
    add_address();
    EXPECT_EQ(claims_of({{"scope", "openid profile"}})["name"], Json("Ada Obi"));
}

TEST_F(BasicOpPlan, oidcc_scope_email) {
    const Json claims = claims_of({{"scope", "openid email"}});
    EXPECT_EQ(claims["email"], Json(customer.email));
    EXPECT_EQ(claims["email_verified"], Json(true));
}

TEST_F(BasicOpPlan, oidcc_scope_address) {
    add_address();
    const Json address = claims_of({{"scope", "openid address"}})["address"];
    EXPECT_EQ(address["street_address"], Json("12 Allen Avenue"));
    EXPECT_EQ(address["country"], Json("NG"));
}

TEST_F(BasicOpPlan, oidcc_scope_phone) {
    const Json claims = claims_of({{"scope", "openid phone"}});
    EXPECT_THAT(claims["phone_number"].as_string(), StartsWith("+234"));
    EXPECT_EQ(claims["phone_number_verified"], Json(false)) << "the code was mailed";
}

TEST_F(BasicOpPlan, oidcc_scope_all) {
    add_address();
    const Json claims = claims_of({{"scope", "openid profile email address phone"}});
    for (const char* name : {"sub", "name", "email", "address", "phone_number"})
        EXPECT_TRUE(claims.has(name)) << name;
}

TEST_F(BasicOpPlan, oidcc_ensure_other_scope_order_succeeds) {
    EXPECT_TRUE(claims_of({{"scope", "email openid"}}).has("email"));
}

TEST_F(BasicOpPlan, oidcc_display_page) { accepts({{"display", "page"}}); }
TEST_F(BasicOpPlan, oidcc_display_popup) { accepts({{"display", "popup"}}); }

TEST_F(BasicOpPlan, oidcc_prompt_login) {
    accepts({});
    EXPECT_FALSE(is_sign_in_page(authorize()));
    const HttpResponse page = authorize({{"prompt", "login"}});
    EXPECT_TRUE(is_sign_in_page(page));
    expect_code(go_through(page));
    EXPECT_TRUE(is_sign_in_page(authorize({{"prompt", "select_account"}})));
    EXPECT_TRUE(is_consent_page(authorize({{"prompt", "consent"}})));
}

TEST_F(BasicOpPlan, oidcc_prompt_none_not_logged_in) {
    expect_error(authorize({{"prompt", "none"}}), "login_required");
}

TEST_F(BasicOpPlan, oidcc_prompt_none_logged_in) {
    const Json first = verified(tokens()["id_token"].as_string());
    const HttpResponse back = authorize({{"prompt", "none"}});
    expect_code(back);
    const Json second = verified(exchange(parameter(back, "code")).json["id_token"].as_string());
    EXPECT_EQ(second["sub"], first["sub"]);
    EXPECT_EQ(second["auth_time"], first["auth_time"]);
    expect_error(authorize({{"prompt", "none"}, {"scope", "openid email"}}), "consent_required");
    expect_error(authorize({{"prompt", "none login"}}), "invalid_request");
}

TEST_F(BasicOpPlan, oidcc_max_age_1) {
    accepts({});
    restaurant.kernel().clock().advance(std::chrono::seconds(2));
    const HttpResponse page = authorize({{"max_age", "1"}});
    EXPECT_TRUE(is_sign_in_page(page));
    restaurant.kernel().clock().advance(std::chrono::seconds(5));  // the user takes their time
    expect_code(go_through(page));
    expect_error(authorize({{"max_age", "soon"}}), "invalid_request");
}

TEST_F(BasicOpPlan, oidcc_max_age_10000) {
    accepts({});
    expect_code(authorize({{"max_age", "10000"}}));
}

TEST_F(BasicOpPlan, oidcc_ensure_request_with_unknown_parameter_succeeds) {
    accepts({{"extra", "foobar"}});
}

TEST_F(BasicOpPlan, oidcc_id_token_hint) {
    const std::string hint = tokens()["id_token"].as_string();
    expect_code(authorize({{"prompt", "none"}, {"id_token_hint", hint}}));
    browser.clear_cookies();
    expect_error(authorize({{"prompt", "none"}, {"id_token_hint", hint}}), "login_required");
    std::string forged = hint;
    forged[forged.size() - 5] ^= 1;
    accepts({});
    expect_error(authorize({{"id_token_hint", forged}}), "invalid_request");
    // Someone else is signed in.
    const Restaurant::Customer other = restaurant.sign_up();
    browser.clear_cookies();
    const HttpResponse page = authorize();
    allow(post_fields(
        browser, "/oauth/sign-in",
        {{"ticket", ticket_in(page)}, {"user", other.email}, {"password", Restaurant::password}}));
    expect_error(authorize({{"prompt", "none"}, {"id_token_hint", hint}}), "login_required");
    EXPECT_TRUE(is_sign_in_page(authorize({{"id_token_hint", hint}})));
}

TEST_F(BasicOpPlan, oidcc_login_hint) {
    EXPECT_THAT(authorize({{"login_hint", "<b>@mail.example"}}).body,
                HasSubstr("value=\"&lt;b&gt;@mail.example\""));
}

TEST_F(BasicOpPlan, oidcc_ui_locales) { accepts({{"ui_locales", "se"}}); }
TEST_F(BasicOpPlan, oidcc_claims_locales) { accepts({{"claims_locales", "se"}}); }
TEST_F(BasicOpPlan, oidcc_ensure_request_with_acr_values_succeeds) {
    accepts({{"acr_values", "1 2"}});
}

TEST_F(BasicOpPlan, oidcc_codereuse) {
    const std::string code = parameter(go_through(authorize()), "code");
    EXPECT_EQ(exchange(code).status, 200);
    const HttpResponse again = exchange(code);
    EXPECT_EQ(again.status, 400);
    EXPECT_EQ(again.json["error"], Json("invalid_grant"));
}

TEST_F(BasicOpPlan, oidcc_codereuse_30seconds) {
    const std::string code = parameter(go_through(authorize()), "code");
    const Json given = exchange(code).json;
    restaurant.kernel().clock().advance(std::chrono::seconds(31));
    EXPECT_EQ(user_info(given["access_token"].as_string()).status, 200);
    EXPECT_EQ(exchange(code).json["error"], Json("invalid_grant"));
    EXPECT_EQ(user_info(given["access_token"].as_string()).status, 401);
    EXPECT_EQ(exchange("", {{"grant_type", "refresh_token"},
                            {"refresh_token", given["refresh_token"].as_string()}})
                  .json["error"],
              Json("invalid_grant"));
    const std::string late = parameter(authorize(), "code");
    restaurant.kernel().clock().advance(std::chrono::seconds(61));
    EXPECT_EQ(exchange(late).json["error"], Json("invalid_grant"));
}

TEST_F(BasicOpPlan, oidcc_ensure_registered_redirect_uri) {
    for (const char* uri : {"https://app.example/callback/", "https://app.example/callback?x=1",
                            "https://app.example/", "https://evil.example/callback",
                            "https://app.example/callback#x", "http://app.example/callback", ""}) {
        const HttpResponse page = authorize({{"redirect_uri", uri}});
        EXPECT_EQ(page.status, 400) << uri;
        EXPECT_EQ(page.header("location"), "") << uri;
    }
    EXPECT_EQ(authorize({{"client_id", "nobody"}}).status, 400);
}

TEST_F(BasicOpPlan, oidcc_ensure_post_request_succeeds) {
    const HttpResponse response =
        post_fields(browser, "/oauth/authorize", request(),
                    {{"Origin", "https://app.example"}, {"Sec-Fetch-Site", "cross-site"}});
    ASSERT_EQ(response.status, 303) << response.body;
    std::string location = response.header("location");
    ASSERT_THAT(location, StartsWith(issuer() + "/oauth/authorize/?"));
    expect_code(go_through(browser.get(location.substr(issuer().size()))));
}

TEST_F(BasicOpPlan, oidcc_server_client_secret_post) {
    const std::string code = parameter(go_through(authorize()), "code");
    HttpClient basic = restaurant.client();  // the default is tried besides
    basic.basic("app", encoded({{"x", secret}}).substr(2));
    EXPECT_EQ(
        post_fields(
            basic, "/oauth/token",
            {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", callback}})
            .status,
        200);
    basic.basic("app", "another");
    EXPECT_THAT(post_fields(basic, "/oauth/token", {{"grant_type", "refresh_token"}})
                    .header("www-authenticate"),
                StartsWith("Basic"));
    const std::string second = parameter(go_through(authorize()), "code");
    EXPECT_EQ(exchange(second, {{"client_secret", "another"}}).status, 401);
    EXPECT_EQ(exchange(second, {{"client_secret", ""}}).json["error"], Json("invalid_client"));
    EXPECT_EQ(exchange(second).status, 200);
}

TEST_F(BasicOpPlan, oidcc_request_uri_unsigned) {
    expect_error(authorize({{"request_uri", "https://app.example/request.jwt"}}),
                 "request_uri_not_supported");
}

TEST_F(BasicOpPlan, oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported) {
    expect_error(authorize({{"request", "eyJhbGciOiJub25lIn0.e30."}}), "request_not_supported");
}

TEST_F(BasicOpPlan, oidcc_claims_essential) {  // said to be unsupported, and passed over
    accepts({{"claims", R"({"userinfo":{"name":{"essential":true}}})"}});
    const Json metadata = restaurant.client().get("/.well-known/openid-configuration").json;
    EXPECT_EQ(metadata["claims_parameter_supported"], Json(false));
}

TEST_F(BasicOpPlan, oidcc_ensure_request_object_with_redirect_uri) {
    // The redirect URI of the query counts, as the object is not read.
    expect_error(authorize({{"request",
                             "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aW"
                             "wuZXhhbXBsZS8ifQ."}}),
                 "request_not_supported");
}

TEST_F(BasicOpPlan, oidcc_refresh_token) {
    const Json first = tokens();
    const auto refresh = [&](const Json& given, const Values& more = {}) {
        return exchange("", with({{"grant_type", "refresh_token"},
                                  {"refresh_token", given["refresh_token"].as_string()}},
                                 more));
    };
    EXPECT_EQ(refresh(first, {{"client_id", "curves"}}).json["error"], Json("invalid_grant"));
    const Json second = refresh(first).json;
    EXPECT_EQ(second["scope"], Json("openid"));
    EXPECT_EQ(user_info(second["access_token"].as_string()).status, 200);
    EXPECT_EQ(user_info(first["access_token"].as_string()).status, 401);
    const Json third = refresh(second).json;
    EXPECT_EQ(refresh(first).json["error"], Json("invalid_grant"));  // stolen: the family ends
    EXPECT_EQ(user_info(third["access_token"].as_string()).status, 401);
}

TEST_F(BasicOpPlan, oidcc_ensure_request_with_valid_pkce_succeeds) {
    const Values pkce{{"code_challenge", challenge}, {"code_challenge_method", "S256"}};
    const std::string code = parameter(go_through(authorize(pkce)), "code");
    EXPECT_EQ(exchange(code).json["error"], Json("invalid_grant"));
    EXPECT_EQ(exchange(code, {{"code_verifier", std::string(43, 'x')}}).json["error"],
              Json("invalid_grant"));
    EXPECT_EQ(exchange(code, {{"code_verifier", verifier}}).status, 200);
    expect_error(authorize(with(pkce, {{"code_challenge_method", "plain"}})), "invalid_request");
    expect_error(authorize(with(pkce, {{"code_challenge_method", ""}})), "invalid_request");
    expect_error(authorize(with(pkce, {{"code_challenge", "short"}})), "invalid_request");
    const std::string without = parameter(go_through(authorize()), "code");
    EXPECT_EQ(exchange(without, {{"code_verifier", verifier}}).json["error"],
              Json("invalid_grant"));
}

}  // namespace
}  // namespace kitchen::oidc_provider
