// What the plan of the OpenID Foundation does not ask: scopes of every route, clients, other sites'
// pages, signing out, revoking and looking at tokens.
#include "authorization_request.h"
#include "provider_fixture.h"
#include "kitchen/testkit/fakes.h"
#include "signing_keys.h"

namespace kitchen::oidc_provider {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using ProviderApi = ProviderTest;

/// Asks every route that knows who asks, as the document lists them, and that the scope is not
/// enough for. How many there are.
std::size_t refused_routes(HttpClient& app, const std::string& scope) {
    std::size_t refused = 0;
    const Json paths = app.get("/openapi.json").json["paths"];
    for (const auto& [path, item] : paths.as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            if (!operation.find("x-scopes")) continue;
            bool is_given = false;
            for (const Json& needed : operation["x-scopes"].as_array())
                is_given = is_given || has_word(scope, needed.as_string());
            if (is_given) continue;  // some are streams without an end
            std::string verb = method;
            for (char& c : verb) c = static_cast<char>(std::toupper(c));
            const HttpResponse response =
                app.send(verb, std::regex_replace(path, std::regex("\\{[^}]*\\}"), "1"));
            EXPECT_EQ(response.problem_code(), "insufficient_scope")
                << verb << ' ' << path << ": " << response.status << response.body;
            ++refused;
        }
    }
    return refused;
}

TEST_F(ProviderApi, ATokenDoesWhatItsScopeSaysOnEveryRoute) {
    HttpClient app = restaurant.client();
    const Json given = tokens({{"scope", "openid auth:read operator"}});
    EXPECT_EQ(given["scope"], Json("openid auth:read"));
    app.bearer(given["access_token"].as_string());
    EXPECT_EQ(app.get("/me/").json["email"], Json(customer.email));
    EXPECT_EQ(app.get("/me/addresses/").status, 200);
    const HttpResponse refused = app.patch("/me/", Json::object({}));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.problem_code(), "insufficient_scope");
    EXPECT_THAT(refused.header("www-authenticate"),
                HasSubstr("error=\"insufficient_scope\", scope=\"auth\""));
    EXPECT_GT(refused_routes(app, "openid auth:read"), 8u);
    // The user's own sign-in does everything.
    HttpClient own = restaurant.client();
    EXPECT_EQ(own.bearer(customer.token).patch("/me/", Json::object({})).status, 200);
}

TEST(ProviderOnAMenu, ATokenDoesWhatItsScopeSaysOnEveryRoute) {
    RestaurantConfig config;
    config.plugins = {"{id: oidc-provider, config: {clients: {till: {name: Till, secret: '" +
                      std::string(secret) +
                      "', account_id: 1, scopes: ['orders:read', cart, kitchen]}}}}"};
    Restaurant restaurant(config);
    HttpClient till = restaurant.client();
    const Json given = post_fields(till, "/oauth/token",
                                   {{"grant_type", "client_credentials"},
                                    {"client_id", "till"},
                                    {"client_secret", secret}})
                           .json;
    till.bearer(given["access_token"].as_string());
    EXPECT_EQ(till.get("/orders/").status, 200);
    EXPECT_EQ(till.get("/cart/").status, 200);
    EXPECT_EQ(till.post("/orders/1/status/", Json::object({{"status", "confirmed"}})).status, 404);
    EXPECT_EQ(till.post("/orders/", Json::object({})).status, 403);
    EXPECT_GT(refused_routes(till, given["scope"].as_string()), 20u);
}

TEST_F(ProviderApi, AScopeGivesNoMoreThanTheAccountMay) {
    HttpClient till = restaurant.client();
    const auto ask = [&](const Values& more) {
        return exchange("",
                        with({{"grant_type", "client_credentials"}, {"client_id", "till"}}, more));
    };
    const Json given = ask({}).json;
    EXPECT_EQ(given["scope"], Json("admin"));
    EXPECT_FALSE(given.find("refresh_token"));
    till.bearer(given["access_token"].as_string());
    EXPECT_EQ(till.get("/users/").status, 200);  // the account is an administrator's
    EXPECT_EQ(till.get("/me/").status, 403);
    EXPECT_EQ(ask({{"scope", "auth"}}).json["error"], Json("invalid_scope"));
    EXPECT_EQ(ask({{"client_secret", "wrong"}}).status, 401);
    EXPECT_EQ(ask({{"client_id", "app"}}).json["error"], Json("unauthorized_client"));
    EXPECT_EQ(exchange("", {{"grant_type", "password"}}).json["error"],
              Json("unsupported_grant_type"));
    EXPECT_EQ(exchange("", {{"grant_type", ""}}).json["error"], Json("invalid_request"));
    // A customer that lets a client do what only staff may has given it nothing.
    HttpClient admin = restaurant.admin();
    const HttpResponse added =
        admin.post("/oauth/clients/", Json::object({{"name", "Greedy"},
                                                    {"redirect_uris", Json::array({callback})},
                                                    {"scopes", Json::array({"admin"})}}));
    const Values greedy{{"client_id", added.json["id"].as_string()},
                        {"client_secret", added.json["secret"].as_string()},
                        {"scope", "admin"}};
    const HttpResponse back = go_through(authorize(greedy));
    till.bearer(exchange(parameter(back, "code"), greedy).json["access_token"].as_string());
    const HttpResponse refused = till.get("/users/");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.problem_code(), "forbidden");
}

TEST_F(ProviderApi, APublicClientNeedsAChallenge) {
    const Values phone{{"client_id", "phone"},
                       {"redirect_uri", "com.example.app:/callback"},
                       {"scope", "openid auth admin"}};
    const Values pkce{{"code_challenge", challenge}, {"code_challenge_method", "S256"}};
    EXPECT_EQ(parameter(authorize(phone), "error"), "invalid_request");
    const HttpResponse back = go_through(authorize(with(phone, pkce)));
    EXPECT_THAT(back.header("location"), StartsWith("com.example.app:/callback?code="));
    const Values rest{{"client_id", "phone"},
                      {"client_secret", ""},
                      {"redirect_uri", "com.example.app:/callback"},
                      {"code_verifier", verifier}};
    const HttpResponse given = exchange(parameter(back, "code"), rest);
    EXPECT_EQ(given.json["scope"], Json("openid auth")) << given.body;
    EXPECT_EQ(given.header("cache-control"), "no-store");
}

TEST_F(ProviderApi, ACodeIsBoundToItsClientAndRedirectUri) {
    const std::string code = parameter(go_through(authorize()), "code");
    EXPECT_EQ(exchange(code, {{"client_id", "curves"}}).json["error"], Json("invalid_grant"));
    EXPECT_EQ(exchange(code, {{"redirect_uri", "https://app.example/"}}).json["error"],
              Json("invalid_grant"));
    EXPECT_EQ(exchange(code, {{"redirect_uri", ""}}).json["error"], Json("invalid_grant"));
    EXPECT_EQ(exchange("made up").json["error"], Json("invalid_grant"));
    EXPECT_EQ(exchange(code).status, 200);
}

TEST_F(ProviderApi, PagesAreSafeAndSayWhatIsWrong) {
    const HttpResponse page = authorize();
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.header("content-security-policy"),
                testing::AllOf(HasSubstr("default-src 'none'"),
                               HasSubstr("form-action 'self' https://app.example"),
                               HasSubstr("frame-ancestors 'none'")));
    EXPECT_EQ(page.header("x-frame-options"), "DENY");
    EXPECT_THAT(page.body, Not(HasSubstr("<script")));
    for (const char* part : {"<html lang=\"en\">", "<label for=\"user\">", "id=\"user\"",
                             "<label for=\"password\">", "autocomplete=\"current-password\""})
        EXPECT_THAT(page.body, HasSubstr(part));

    const HttpResponse wrong = sign_in(page, "not the password");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_THAT(wrong.body,
                testing::AllOf(HasSubstr("role=\"alert\""), HasSubstr("aria-invalid=\"true\""),
                               HasSubstr("<title>Error: ")));
    EXPECT_EQ(wrong.header("set-cookie"), "");
    const HttpResponse consent = sign_in(wrong);
    EXPECT_TRUE(is_consent_page(consent));
    const std::string cookie = consent.header("set-cookie");
    EXPECT_THAT(cookie, testing::AllOf(HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax")));
    EXPECT_THAT(consent.body, HasSubstr("<strong>The App</strong>"));

    const HttpResponse denied = post_fields(browser, "/oauth/consent",
                                            {{"ticket", ticket_in(consent)}, {"decision", "deny"}});
    EXPECT_EQ(parameter(denied, "error"), "access_denied");
    browser.clear_cookies();
    const HttpResponse cancelled =
        post_fields(browser, "/oauth/sign-in", {{"ticket", ticket_in(page)}, {"decision", "deny"}});
    EXPECT_EQ(parameter(cancelled, "error"), "access_denied");
}

TEST_F(ProviderApi, PagesOfOtherSitesSendNoForms) {
    const HttpResponse page = authorize();
    const Values form{
        {"ticket", ticket_in(page)}, {"user", customer.email}, {"password", Restaurant::password}};
    for (const char* path : {"/oauth/sign-in", "/oauth/consent", "/oauth/sign-out"}) {
        EXPECT_EQ(post_fields(browser, path, form, {{"Origin", "https://evil.example"}}).status,
                  403);
        EXPECT_EQ(post_fields(browser, path, form, {{"Origin", "null"}}).status, 403);
    }
    EXPECT_EQ(post_fields(browser, "/oauth/sign-in", form, {{"Origin", issuer()}}).status, 200);
}

TEST_F(ProviderApi, ATicketIsForOneSessionAndAnHour) {
    const HttpResponse consent = sign_in(authorize());
    const std::string code = parameter(go_through(authorize()), "code");
    const std::string id_token = exchange(code).json["id_token"].as_string();
    // Of another browser, and things that are signed with the same keys.
    HttpClient other = restaurant.client();
    for (const std::string& ticket :
         {ticket_in(consent), id_token, std::string("x"), std::string()})
        EXPECT_EQ(post_fields(other, "/oauth/consent", {{"ticket", ticket}, {"decision", "allow"}})
                      .status,
                  400);
    const Restaurant::Customer guest = restaurant.sign_up();
    const HttpResponse page = other.get("/oauth/authorize?" + encoded(request()));
    post_fields(
        other, "/oauth/sign-in",
        {{"ticket", ticket_in(page)}, {"user", guest.email}, {"password", Restaurant::password}});
    EXPECT_EQ(post_fields(other, "/oauth/consent",
                          {{"ticket", ticket_in(consent)}, {"decision", "allow"}})
                  .status,
              400);
    browser.clear_cookies();
    const HttpResponse old = authorize();
    restaurant.kernel().clock().advance(std::chrono::minutes(61));
    EXPECT_EQ(sign_in(old).status, 400);
}

TEST_F(ProviderApi, ANewPasswordEndsTheSessionAndTheTokens) {
    const std::string token = tokens()["access_token"].as_string();
    EXPECT_EQ(user_info(token).status, 200);
    const HttpResponse changed =
        restaurant.admin().patch("/users/" + std::to_string(customer.id) + "/",
                                 Json::object({{"disabled", true}}), {{"If-Match", "*"}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(user_info(token).status, 401);
    EXPECT_TRUE(is_sign_in_page(authorize()));
}

TEST_F(ProviderApi, TokensAreRevokedAndLookedAt) {
    const Json given = tokens();
    const auto send = [&](const char* path, const char* name, const Values& more = {}) {
        HttpClient client = restaurant.client();
        return post_fields(client, path,
                           with({{"client_id", "curves"},
                                 {"client_secret", secret},
                                 {"token", *name ? given[name].as_string() : ""}},
                                more));
    };
    const auto refreshed = [&](const Json& old) {
        return exchange("", {{"grant_type", "refresh_token"},
                             {"refresh_token", old["refresh_token"].as_string()}})
            .json;
    };
    const Json facts = send("/oauth/introspect", "access_token").json;
    EXPECT_EQ(facts["active"], Json(true));
    EXPECT_EQ(facts["client_id"], Json("app"));
    EXPECT_EQ(facts["sub"], Json(std::to_string(customer.id)));
    EXPECT_EQ(facts["token_type"], Json("Bearer"));
    EXPECT_EQ(send("/oauth/introspect", "refresh_token").json["active"], Json(true));
    const Json inactive = Json::object({{"active", false}});
    EXPECT_EQ(send("/oauth/introspect", "access_token", {{"token", customer.token}}).json,
              inactive);  // the user's own
    EXPECT_EQ(send("/oauth/introspect", "access_token", {{"client_secret", ""}}).status, 401);
    // Another client cannot revoke it.
    EXPECT_EQ(send("/oauth/revoke", "access_token").status, 200);
    EXPECT_EQ(send("/oauth/introspect", "access_token").json["active"], Json(true));
    EXPECT_EQ(send("/oauth/revoke", "refresh_token", {{"client_id", "app"}}).status, 200);
    EXPECT_EQ(send("/oauth/introspect", "access_token").json, inactive);
    EXPECT_EQ(send("/oauth/revoke", "refresh_token", {{"client_id", "app"}}).status, 200);
    // A client whose response was lost has the used one only.
    const Json lost = tokens();
    const Values used = {{"token", lost["refresh_token"].as_string()}, {"client_id", "app"}};
    const Json next = refreshed(lost);
    EXPECT_EQ(
        send("/oauth/introspect", "", {{"token", next["access_token"].as_string()}}).json["active"],
        Json(true));
    EXPECT_EQ(send("/oauth/revoke", "", used).status, 200);
    EXPECT_EQ(send("/oauth/introspect", "", {{"token", next["access_token"].as_string()}}).json,
              inactive);
    // Nor is a client's refresh token one of the user's own.
    const Json fresh = tokens();
    EXPECT_EQ(
        restaurant.client()
            .post("/token/refresh/", Json::object({{"refresh_token", fresh["refresh_token"]}}))
            .status,
        401);
}

TEST_F(ProviderApi, AScopeThatIsTakenFromAClientEndsWhatHasIt) {
    const Json given = tokens();
    // As if the configuration had listed it when the client was given its tokens.
    Store& store = restaurant.service<Store>();
    const Statement widen =
        store.prepare("UPDATE token_families SET scope = 'openid admin' WHERE client_id = 'app'");
    ASSERT_TRUE(store.transact([&](Transaction& tx) { return tx.execute(widen); }));
    const HttpResponse refused = exchange(
        "",
        {{"grant_type", "refresh_token"}, {"refresh_token", given["refresh_token"].as_string()}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.json["error"], Json("invalid_grant"));
    EXPECT_EQ(user_info(given["access_token"].as_string()).status, 401);
}

TEST_F(ProviderApi, SigningOutIsProvenOrAsked) {
    const std::string hint = tokens()["id_token"].as_string();
    const auto sign_out = [&](const Values& values) {
        return browser.get("/oauth/logout?" + encoded(values));
    };
    EXPECT_EQ(
        sign_out({{"client_id", "app"}, {"post_logout_redirect_uri", "https://evil.example/"}})
            .status,
        400);
    EXPECT_EQ(sign_out({{"id_token_hint", hint}, {"client_id", "curves"}}).status, 400);
    // Without proof: a page, and the session stays until its button.
    const HttpResponse page =
        sign_out({{"client_id", "app"}, {"post_logout_redirect_uri", "https://app.example/"}});
    EXPECT_THAT(page.body, HasSubstr("Sign out?"));
    EXPECT_FALSE(is_sign_in_page(authorize()));
    const HttpResponse done = sign_out({{"id_token_hint", hint},
                                        {"post_logout_redirect_uri", "https://app.example/"},
                                        {"state", "bye"}});
    EXPECT_EQ(done.header("location"), "https://app.example/?state=bye");
    EXPECT_TRUE(is_sign_in_page(authorize()));
    go_through(authorize());
    const HttpResponse asked = sign_out({});
    EXPECT_EQ(post_fields(browser, "/oauth/sign-out", {{"ticket", ticket_in(asked)}}).status, 200);
    EXPECT_TRUE(is_sign_in_page(authorize()));
}

TEST_F(ProviderApi, AdministratorsAddClients) {
    HttpClient admin = restaurant.admin();
    const Json form = Json::object({{"name", "New"},
                                    {"redirect_uris", Json::array({"https://new.example/back"})},
                                    {"scopes", Json::array({"openid"})},
                                    {"asks_consent", false}});
    const HttpResponse added = admin.post("/oauth/clients/", form);
    ASSERT_EQ(added.status, 201) << added.body;
    const Values client{{"client_id", added.json["id"].as_string()},
                        {"redirect_uri", "https://new.example/back"},
                        {"client_secret", added.json["secret"].as_string()}};
    const HttpResponse back = go_through(authorize(client));
    EXPECT_EQ(exchange(parameter(back, "code"), client).status, 200);
    const Json all = admin.get("/oauth/clients/").json;
    EXPECT_EQ(all.size(), 5u);
    for (const Json& listed : all.as_array()) EXPECT_TRUE(listed["secret"].is_null());
    const std::string path = "/oauth/clients/" + added.json["id"].as_string() + "/";
    EXPECT_EQ(admin.del(path).status, 204);
    EXPECT_EQ(admin.del(path).status, 404);
    EXPECT_EQ(authorize(client).status, 400);
    for (const char* uri :
         {"http://new.example/", "javascript:alert(1)", "https://new.example/#x",
          "data:text/html,x", "new:/x", "https://", "https://new.example@evil.example/",
          "http://localhost:x@evil.example/"}) {
        Json bad = form;
        bad.set("redirect_uris", Json::array({uri}));
        EXPECT_EQ(admin.post("/oauth/clients/", bad).status, 422) << uri;
    }
    HttpClient ada = restaurant.client();
    EXPECT_EQ(ada.bearer(customer.token).get("/oauth/clients/").status, 403);
}

TEST_F(ProviderApi, KeysAreShownBeforeTheySignAndAfter) {
    testkit::ManualClock& clock = restaurant.kernel().clock();
    testkit::RecordingLogger log;
    const auto keys = std::make_unique<SigningKeys>(
        restaurant.service<Store>(), restaurant.service<KeyedHash>(), clock, log,
        SigningKeys::Times{std::chrono::hours(24 * 90), std::chrono::hours(24)});
    const auto shown = [&] {
        std::vector<std::string> kids;
        const auto all = keys->all();
        for (const JsonWebKey& key : *all) kids.push_back(key.id());
        return kids;
    };
    const auto signer = [&] { return keys->signing(JwtAlgorithm::es256).value().id(); };
    const std::string first = signer();
    EXPECT_EQ(shown().size(), 2u);  // one of each algorithm
    ASSERT_TRUE(keys->rotate());
    EXPECT_EQ(shown().size(), 2u);

    clock.advance(std::chrono::hours(24 * 90));
    ASSERT_TRUE(keys->rotate());
    EXPECT_EQ(shown().size(), 4u);
    EXPECT_EQ(signer(), first);
    clock.advance(std::chrono::hours(24));
    ASSERT_TRUE(keys->rotate());
    const std::string second = signer();
    EXPECT_NE(second, first);
    EXPECT_THAT(shown(), testing::Contains(first));
    clock.advance(std::chrono::hours(24));
    ASSERT_TRUE(keys->rotate());
    EXPECT_THAT(shown(), testing::AllOf(testing::SizeIs(2), testing::Contains(second)));

    // In the store they are encrypted.
    const auto rows = restaurant.service<Store>().read<Rows>([&](Transaction& tx) {
        return tx.query(restaurant.service<Store>().prepare("SELECT private_key FROM oauth_keys"));
    });
    for (const Row row : *rows) {
        EXPECT_THAT(row.string(0), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        EXPECT_FALSE(JsonWebKey::from_pem(row.text(0), "another secret"));
    }
}

}  // namespace
}  // namespace kitchen::oidc_provider
