// CORS, the origin check and the security fields, through the dispatcher.
#include "http/shield/request_shield.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/tests/support.h"

namespace kitchen::http {
namespace {

using test::code_of;
using test::constant;
using test::count_fields;
using test::field;
using test::Harness;
using test::wire;
using testing::HasSubstr;
using testing::Not;

constexpr const char* app = "https://app.example";

Route session_route(Route route) {
    route.uses_cookie("session");
    return constant(std::move(route));
}

Harness server(ServerOptions options = {}) {
    ServerTable table;
    table.routes.push_back(constant(Route::get("/foods/")));
    table.routes.push_back(
        constant(Route::post("/foods/").response_header("Idempotent-Replayed", "")));
    table.routes.push_back(session_route(Route::post("/verify/")));
    table.routes.push_back(session_route(Route::get("/session/")));
    return Harness(std::move(table), std::move(options));
}

ServerOptions with_cors() {
    ServerOptions options;
    options.cors.origins = {app, "http://localhost:5173"};
    options.cors.headers = {"Authorization", "Content-Type"};
    return options;
}

TEST(Cors, AllowsListedOriginsExactly) {
    Harness s = server(with_cors());
    const Response allowed = s.get("/foods/", {{"origin", app}});
    EXPECT_EQ(allowed.status, 200);
    EXPECT_EQ(field(allowed, "Access-Control-Allow-Origin"), app);
    EXPECT_EQ(field(allowed, "Access-Control-Allow-Credentials"), "true");
    EXPECT_THAT(field(allowed, "Access-Control-Expose-Headers"),
                HasSubstr("Allow, ETag, Idempotent-Replayed, Location, Retry-After"));
    EXPECT_EQ(field(allowed, "Vary"), "Origin");
    for (const char* origin :
         {"https://app.example.evil.example", "https://evil.example", "http://app.example",
          "https://app.example:8443", "null", "*", "https://app.example/", "HTTPS://app.example",
          "https://sub.app.example", ""}) {
        const Response refused = s.get("/foods/", {{"origin", origin}});
        EXPECT_EQ(refused.status, 200) << origin;
        EXPECT_EQ(count_fields(refused, "Access-Control-Allow-Origin"), 0u) << origin;
        EXPECT_EQ(count_fields(refused, "Access-Control-Allow-Credentials"), 0u) << origin;
        EXPECT_EQ(field(refused, "Vary"), "Origin") << origin;
    }
    const Response twice = s.get("/foods/", {{"origin", app}, {"origin", "https://evil.example"}});
    EXPECT_EQ(count_fields(twice, "Access-Control-Allow-Origin"), 0u);
    EXPECT_EQ(field(s.get("/foods/"), "Vary"), "Origin");
}

TEST(Cors, ProblemsAreReadableToo) {
    Harness s = server(with_cors());
    EXPECT_EQ(field(s.get("/nowhere/", {{"origin", app}}), "Access-Control-Allow-Origin"), app);
    EXPECT_EQ(
        field(s.send(wire("DELETE", "/foods/", {{"origin", app}})), "Access-Control-Allow-Origin"),
        app);
}

TEST(Cors, PreflightOfAListedOriginNamesMethodsAndHeaders) {
    Harness s = server(with_cors());
    s.add_pool(1, 4);
    const Fields asked = {{"origin", app},
                          {"access-control-request-method", "POST"},
                          {"access-control-request-headers", "authorization"}};
    const Response response = s.send(wire("OPTIONS", "/foods/", asked));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(field(response, "Access-Control-Allow-Origin"), app);
    EXPECT_EQ(field(response, "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(field(response, "Access-Control-Allow-Headers"), "Authorization, Content-Type");
    EXPECT_EQ(field(response, "Access-Control-Max-Age"), "600");
    EXPECT_EQ(field(response, "Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST(Cors, OtherOptionsGetAllowAndNothingElse) {
    Harness s = server(with_cors());
    s.add_pool(1, 4);
    for (const Fields& asked : {Fields{}, Fields{{"origin", "https://evil.example"},
                                                 {"access-control-request-method", "POST"}}}) {
        const Response response = s.send(wire("OPTIONS", "/foods/", asked));
        EXPECT_EQ(response.status, 204);
        EXPECT_EQ(field(response, "Allow"), "GET, HEAD, POST, OPTIONS");
        for (const auto& [name, value] : response.headers)
            EXPECT_THAT(name, Not(HasSubstr("Access-Control")));
    }
    const Response nowhere = s.send(
        wire("OPTIONS", "/nowhere/", {{"origin", app}, {"access-control-request-method", "GET"}}));
    EXPECT_EQ(nowhere.status, 404);
    EXPECT_EQ(count_fields(nowhere, "Access-Control-Allow-Methods"), 0u);
}

TEST(Cors, IsOffWithoutOriginsAndCanGoWithoutCredentials) {
    Harness off = server();
    const Response plain = off.get("/foods/", {{"origin", app}});
    EXPECT_EQ(count_fields(plain, "Vary") + count_fields(plain, "Access-Control-Allow-Origin"), 0u);
    ServerOptions options = with_cors();
    options.cors.credentials = false;
    Harness bare = server(options);
    EXPECT_EQ(
        count_fields(bare.get("/foods/", {{"origin", app}}), "Access-Control-Allow-Credentials"),
        0u);
}

TEST(OriginCheck, RefusesPagesOfOtherSitesWhereACookieCounts) {
    Harness s = server(with_cors());
    struct Case {
        Fields fields;
        int status;
    };
    const Case cases[] = {
        {{}, 200},
        {{{"cookie", "session=1"}}, 200},
        {{{"origin", "http://kitchen.test:8080"}}, 200},
        {{{"origin", "https://kitchen.test:8080"}},
         200},  // TLS may have ended at a proxy that is not declared
        {{{"origin", "http://KITCHEN.test:8080"}}, 200},
        {{{"origin", app}}, 200},
        {{{"origin", app}, {"sec-fetch-site", "cross-site"}}, 200},
        {{{"sec-fetch-site", "same-origin"}}, 200},
        {{{"sec-fetch-site", "none"}}, 200},
        {{{"origin", "https://evil.example"}}, 403},
        {{{"origin", "http://kitchen.test"}}, 403},
        {{{"origin", "http://kitchen.test:8080.evil.example"}}, 403},
        {{{"origin", "null"}}, 403},
        {{{"origin", ""}}, 403},
        {{{"origin", "http://kitchen.test:8080"}, {"origin", "https://evil.example"}}, 403},
        {{{"sec-fetch-site", "cross-site"}}, 403},
        {{{"sec-fetch-site", "Cross-Site"}}, 403},
        {{{"origin", "https://evil.example"},
          {"x-forwarded-host", "evil.example"},
          {"x-forwarded-proto", "https"}},
         403},
    };
    for (const Case& c : cases) {
        const Response response = s.send(wire("POST", "/verify/", c.fields));
        EXPECT_EQ(response.status, c.status) << testing::PrintToString(c.fields);
        EXPECT_EQ(code_of(response), c.status == 403 ? "cross_origin" : "");
    }
    EXPECT_EQ(s.send(wire("POST", "/foods/", {{"origin", "https://evil.example"}})).status, 200)
        << "no cookie counts there";
    for (const char* scheme : {"Basic", "basic", "BASIC"}) {
        const std::string typed_once = std::string(scheme) + " YWRhOnNlY3JldA==";
        EXPECT_EQ(s.send(wire("POST", "/foods/",
                              {{"origin", "https://evil.example"}, {"authorization", typed_once}}))
                      .status,
                  403)
            << "a browser adds it by itself";
        EXPECT_EQ(s.send(wire("POST", "/foods/",
                              {{"sec-fetch-site", "cross-site"}, {"authorization", typed_once}}))
                      .status,
                  403);
        EXPECT_EQ(s.send(wire("POST", "/foods/", {{"authorization", typed_once}})).status, 200)
            << "no browser";
        EXPECT_EQ(s.send(wire("POST", "/foods/", {{"origin", app}, {"authorization", typed_once}}))
                      .status,
                  200);
    }
    EXPECT_EQ(s.send(wire("POST", "/foods/",
                          {{"origin", "https://evil.example"}, {"authorization", "Bearer abc"}}))
                  .status,
              200)
        << "only a script of ours has it";
    EXPECT_EQ(s.get("/session/", {{"sec-fetch-site", "cross-site"}}).status, 200)
        << "a link from elsewhere changes nothing";
}

TEST(OriginCheck, ThePublicUrlSaysWhatIsOurs) {
    ServerOptions options;
    options.public_url = "https://kitchen.example";
    Harness s = server(options);
    EXPECT_EQ(s.send(wire("POST", "/verify/", {{"origin", "https://kitchen.example"}})).status,
              200);
    EXPECT_EQ(s.send(wire("POST", "/verify/", {{"origin", "http://kitchen.example"}})).status, 403);
    EXPECT_EQ(s.send(wire("POST", "/verify/", {{"origin", "http://kitchen.test:8080"}})).status,
              403);
}

TEST(OriginCheck, ATrustedProxySaysWhatIsOurs) {
    ServerOptions options;
    options.trusted_proxies = {*IpNetwork::parse("192.0.2.7")};  // the peer of these requests
    Harness s = server(options);
    const auto post = [&](const char* origin) {
        return s
            .send(wire("POST", "/verify/",
                       {{"origin", origin},
                        {"x-forwarded-host", "kitchen.example"},
                        {"x-forwarded-proto", "https"}}))
            .status;
    };
    EXPECT_EQ(post("https://kitchen.example"), 200);
    EXPECT_EQ(post("http://kitchen.example"), 403);
    EXPECT_EQ(post("http://kitchen.test:8080"), 403);
}

TEST(Cookies, AreGivenToRoutesThatNameThem) {
    Request request;
    request.headers = {{"cookie", "session=1; other=2"}};
    EXPECT_EQ(request.cookie("session"), "1");
    Route route = Route::post("/verify/");
    request.route = &route;
    EXPECT_EQ(request.cookie("session"), std::nullopt);
    route.uses_cookie("session");
    EXPECT_EQ(request.cookie("session"), "1");
    EXPECT_EQ(request.cookie("other"), std::nullopt);
}

TEST(SecurityFields, AskForTlsOnlyWhenThereIsSome) {
    const auto names = [](std::string_view url) {
        std::string out;
        for (const auto& [name, value] : security_fields(url)) out += name + " ";
        return out;
    };
    EXPECT_THAT(names("https://kitchen.example"), HasSubstr("Strict-Transport-Security"));
    EXPECT_THAT(names("http://kitchen.example"), Not(HasSubstr("Strict-Transport-Security")));
    EXPECT_THAT(names(""), Not(HasSubstr("Strict-Transport-Security")));
    EXPECT_THAT(names(""), HasSubstr("Content-Security-Policy"));
}

}  // namespace
}  // namespace kitchen::http
