// The limits over a real socket, loaded by the real loader.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::rate_limit {
namespace {

using testing::HasSubstr;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::TestKernel;

/// Responses of proxies at 127.0.0.1 name the client. `limits`: the plugin's configuration, in flow
/// style.
std::string yaml(const std::string& limits, const std::string& cache = "{id: cache-memory}") {
    return "server: {trusted_proxies: [127.0.0.1]}\nplugins: [" + cache +
           ", {id: rate-limit, config: " + limits + "}]\n";
}

testkit::TestKernelOptions still_time() {
    testkit::TestKernelOptions options;
    options.manual_clock = true;
    return options;
}

testkit::HeaderList from(const std::string& address) { return {{"X-Forwarded-For", address}}; }

TEST(RateLimitApi, RefusesWithAProblemAndSaysWhen) {
    TestKernel kernel(yaml("{per_address: {burst: 2, period: 10s}, exempt: []}"), still_time());
    HttpClient client = kernel.client();
    const HttpResponse first = client.get("/health/", from("203.0.113.9"));
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.header("ratelimit-policy"), "\"default-address\";q=2;w=20");
    EXPECT_EQ(first.header("ratelimit"), "\"default-address\";r=1;t=10");
    EXPECT_EQ(client.get("/health/", from("203.0.113.9")).status, 200);
    const HttpResponse refused = client.get("/health/", from("203.0.113.9"));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("content-type"), "application/problem+json");
    EXPECT_EQ(refused.problem_code(), "rate_limited");
    EXPECT_EQ(refused.header("retry-after"), "10");
    EXPECT_EQ(refused.header("ratelimit"), "\"default-address\";r=0;t=10");
    EXPECT_EQ(refused.json["violated-policies"], Json::array({"default-address"}));
    EXPECT_EQ(refused.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(client.get("/health/", from("203.0.113.10")).status, 200)
        << "another client behind the same proxy";
    EXPECT_EQ(client.get("/health/", from("127.0.0.1, 203.0.113.9")).status, 429)
        << "whatever it invents";
    kernel.clock().advance(std::chrono::seconds(10));
    EXPECT_EQ(client.get("/health/", from("203.0.113.9")).status, 200);
    const auto lines = kernel.log_lines();
    EXPECT_THAT(lines, testing::Contains(testing::AllOf(HasSubstr("requests refused"),
                                                        HasSubstr("default-address"),
                                                        HasSubstr("203.0.113.9"))));
}

TEST(RateLimitApi, HealthAndTheLikeAreExempt) {
    TestKernel kernel(yaml("{per_address: {burst: 1, period: 1h}}"), still_time());
    HttpClient client = kernel.client();
    for (int i = 0; i < 5; ++i)
        for (const char* path : {"/health/", "/livez", "/readyz"}) {
            const HttpResponse response = client.get(path);
            EXPECT_EQ(response.status, 200) << path;
            EXPECT_EQ(response.header("ratelimit"), "") << path;
        }
    EXPECT_EQ(client.get("/openapi.json").status, 200);
    EXPECT_EQ(client.get("/openapi.json").status, 429) << "inline routes are limited too";
}

TEST(RateLimitApi, WithoutTheCacheItStillLimitsAndHealthIsDegraded) {
    TestKernel kernel(
        yaml("{per_address: {burst: 3, period: 1h}, exempt: ['GET /health/', 'POST /cache/*']}",
             "{id: switchable-cache, path: " KITCHEN_SWITCHABLE_CACHE "}"),
        still_time());
    HttpClient client = kernel.client();
    EXPECT_EQ(client.get("/health/").json["status"], Json("ok"));
    EXPECT_EQ(client.post("/cache/away/", Json(1)).status, 422) << "the route takes no body";
    EXPECT_EQ(client.send("POST", "/cache/away/").status, 204);
    kernel.clock().advance(std::chrono::seconds(2));
    const HttpResponse health = client.get("/health/");
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.json["status"], Json("degraded"));
    EXPECT_EQ(health.json["checks"]["rate-limit"]["status"], Json("down"));
    int answered = 0;
    for (int i = 0; i < 6; ++i) answered += client.get("/readyz").status == 200;
    EXPECT_EQ(answered, 3);
    EXPECT_EQ(client.send("POST", "/cache/back/").status, 204);
    kernel.clock().advance(std::chrono::seconds(2));
    EXPECT_EQ(client.get("/health/").json["status"], Json("ok"));
    EXPECT_EQ(client.get("/readyz").status, 200) << "counted in the cache again";
}

TEST(RateLimitApi, UsersAreLimitedOnceTheyAreKnown) {
    // Its entry stands before that of auth, and its limit of users still comes after.
    const testkit::Restaurant restaurant(
        {.server = "trusted_proxies: [127.0.0.1]",
         .cache = "{id: cache-memory}\n"
                  "  - {id: rate-limit, config: {classes: {auth: {routes: [POST /login/], "
                  "per_address: {burst: 2, period: 1h}}, mine: {routes: ['* /me/*'], per_user: "
                  "{burst: 2, period: 1h}}}}}",
         .menu = false,
         .kernel = still_time()});
    HttpClient chef = restaurant.admin();
    EXPECT_EQ(chef.get("/me/", from("203.0.113.1")).status, 200);
    EXPECT_EQ(chef.get("/me/", from("203.0.113.2")).header("ratelimit"),
              "\"mine-user\";r=0;t=7200");
    const HttpResponse refused = chef.get("/me/", from("203.0.113.3"));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.json["violated-policies"], Json::array({"mine-user"}));
    HttpClient wrong = restaurant.client();
    wrong.basic("chef@kitchen.example", "wrong-password");
    EXPECT_EQ(wrong.get("/me/", from("203.0.113.4")).status, 401)
        << "another client cannot use it up";
    EXPECT_EQ(chef.get("/users/", from("203.0.113.3")).status, 200) << "another class";

    HttpClient guesser = restaurant.client();
    const Json guess =
        Json::object({{"email", "stranger@example.com"}, {"password", "guess-guess"}});
    EXPECT_EQ(guesser.post("/login/", guess, from("203.0.113.5")).status, 401);
    EXPECT_EQ(guesser.post("/login/", guess, from("203.0.113.5")).status, 401);
    EXPECT_EQ(guesser.post("/login/", guess, from("203.0.113.5")).status, 429);
    EXPECT_EQ(guesser.post("/login/", guess, from("203.0.113.6")).status, 401);
}

TEST(RateLimitApi, MistakesInTheConfigurationAreNamed) {
    const auto refusal = [](const std::string& limits) -> std::string {
        try {
            TestKernel kernel(yaml(limits));
        } catch (const std::exception& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_THAT(refusal("{classes: {auth: {routes: [POST login]}}}"),
                HasSubstr("classes.auth.routes: 'POST login' is no route"));
    EXPECT_THAT(refusal("{classes: {auth: {per_user: {burst: 3}}}}"),
                HasSubstr("classes.auth.routes: required, but not set"));
    EXPECT_THAT(refusal("{classes: {auth: {routes: [], per_adress: {burst: 3}}}}"),
                HasSubstr("did you mean 'per_address'?"));
    EXPECT_THAT(refusal("{classes: {default: {routes: []}}}"),
                HasSubstr(":85: error: rate-limit.classes.default.routes: 'default' is what"));
    EXPECT_THAT(refusal("{exempt: ['health']}"), HasSubstr("exempt: 'health' is no route"));
    EXPECT_THAT(refusal("{per_address: {burst: 1000000, period: 1d}}"),
                HasSubstr("rate-limit.per_address.burst: times period is longer than a year"));
}

}  // namespace
}  // namespace kitchen::rate_limit
