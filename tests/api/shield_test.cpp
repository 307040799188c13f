// What surrounds every route: security fields, proxies, the origin check, body limits.
#include "api.h"

namespace kitchen::tests {

TEST_P(Api, EveryResponseCarriesTheSecurityFields) {
    HttpClient client = server.client();
    const HttpResponse responses[] = {client.get("/foods/"),
                                      client.get("/nowhere/"),
                                      client.get("/cart/"),
                                      client.del("/foods/"),
                                      client.get("/docs/"),
                                      client.get("/foods/?limit=0"),
                                      client.send("OPTIONS", "/foods/"),
                                      client.get("/%zz"),
                                      client.get("/foods/", {{"Host", "two words"}})};
    for (const HttpResponse& response : responses) {
        EXPECT_EQ(response.header("x-content-type-options"), "nosniff") << response.status;
        EXPECT_EQ(response.header("x-frame-options"), "DENY") << response.status;
        EXPECT_EQ(response.header("referrer-policy"), "no-referrer") << response.status;
        EXPECT_NE(response.header("content-security-policy").find("frame-ancestors 'none'"),
                  std::string::npos)
            << response.status;
        EXPECT_EQ(response.header("strict-transport-security"),
                  is_behind_nginx() ? "max-age=31536000" : "")
            << response.status;
    }
    EXPECT_NE(responses[4].header("content-security-policy").find("style-src 'self'"),
              std::string::npos)
        << "the page's own goes before";
}

TEST_P(Api, ACookieIsNotSpentByAnotherSitesPage) {
    HttpClient client = server.client();
    for (const char* path : {"/verify/", "/signup/resend/"}) {
        const Json body =
            std::string(path) == "/verify/" ? Json::object({{"otp", "123456"}}) : Json::object();
        const HttpResponse refused = client.post(path, body, {{"Origin", "https://evil.example"}});
        EXPECT_EQ(refused.status, 403) << path;
        EXPECT_EQ(refused.problem_code(), "cross_origin") << path;
        EXPECT_EQ(client.post(path, body, {{"Sec-Fetch-Site", "cross-site"}}).status, 403) << path;
        EXPECT_EQ(client.post(path, body).status, 404)
            << path << ": curl passes, and has no session";
    }
}

TEST_P(Api, ABodyPastTheLimitIsRefusedBeforeItIsRead) {
    HttpClient client = server.client();
    const HttpResponse refused = client.send("POST", "/login/", std::string(64 * 1024 + 1, ' '),
                                             {{"Content-Type", "application/json"}});
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.header("x-content-type-options"), "nosniff");
}

// Guessing is slowed down for one client and one account: everybody else, and the same client
// elsewhere, may still come in. Behind a proxy the client is who the proxy says, and only the proxy
// is believed.
TEST(ShieldBehindAProxy, FailedSignInsCountForTheClientAndNotForTheProxy) {
    Restaurant server({.server = "trusted_proxies: [127.0.0.1]"});
    const auto sign_in = [&](const std::string& client, const char* password) {
        return server.client().post(
            "/login/", Json::object({{"email", "chef@kitchen.example"}, {"password", password}}),
            {{"X-Forwarded-For", client}});
    };
    HttpResponse refused = sign_in("203.0.113.7", "wrong-password");
    for (int tries = 1; refused.status == 401 && tries < 100; ++tries)
        refused = sign_in("203.0.113.7", "wrong-password");
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_EQ(sign_in("203.0.113.7", Restaurant::password).status, 429)
        << "the right password does not tell itself apart";
    EXPECT_EQ(sign_in("198.51.100.9, 203.0.113.7", Restaurant::password).status, 429)
        << "what a client claims of itself does not count";
    EXPECT_EQ(sign_in("203.0.113.8", Restaurant::password).status, 200)
        << "no other client is locked out";
}

TEST(ShieldBehindAProxy, NoProxyIsBelievedWithoutBeingTrusted) {
    Restaurant server;
    HttpResponse refused;
    for (int tries = 0; refused.status != 429 && tries < 100; ++tries)
        refused = server.client().post(
            "/login/",
            Json::object({{"email", "chef@kitchen.example"}, {"password", "wrong-password"}}),
            {{"X-Forwarded-For", "203.0.113." + std::to_string(tries)}});
    EXPECT_EQ(refused.status, 429) << "a new address in the field is not a new client";
}

}  // namespace kitchen::tests
