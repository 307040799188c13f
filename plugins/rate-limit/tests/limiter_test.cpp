#include "limiter.h"

#include <gtest/gtest.h>

#include "failing_cache.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::rate_limit {
namespace {

using http::Request;
using http::Response;
using http::Route;
using std::chrono::seconds;

Policies policies() {
    Policies out;
    out.exempt = RouteClass({"GET /health/"});
    out.classes.push_back({"auth",
                           RouteClass({"POST /login/"}),
                           {"auth-address", 1, seconds(30)},
                           {"auth-user", 0, seconds(1)}});
    out.classes.push_back({"orders",
                           RouteClass({"* /orders/*"}),
                           {"orders-address", 0, seconds(1)},
                           {"orders-user", 1, seconds(30)}});
    out.rest = {
        "default", {}, {"default-address", 2, seconds(10)}, {"default-user", 3, seconds(10)}};
    return out;
}

class LimiterTest : public testing::Test {
protected:
    /// As the pipeline does: the shield phase, then, for a signed-in caller, the admit phase.
    Result<Response> send(const Route& route, std::string address, std::int64_t user = 0,
                          std::string method = "") {
        request = Request{};
        request.method = method.empty() ? route.method : std::move(method);
        request.route = &route;
        request.client_address = std::move(address);
        return limiter.by_address(request, [&]() -> Result<Response> {
            if (user == 0) return Response(200);
            request.principal = Principal{user, "customer", ""};
            return limiter.by_user(request, [] { return Result<Response>(Response(200)); });
        });
    }
    std::string response_field(std::string_view name) const {
        for (const auto& [key, value] : request.response_fields)
            if (key == name) return value;
        return "";
    }

    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    test::FailingCache cache{clock};
    Counter counter{cache, clock, log};
    testkit::RecordingMetrics metrics;
    Refusals refusals{clock, metrics, log};
    Limiter limiter{policies(), counter, refusals};
    Request request;
    const Route foods = Route::get("/foods/"), login = Route::post("/login/"),
                health = Route::get("/health/"), orders = Route::post("/orders/");
};

TEST_F(LimiterTest, RefusesByAddressAndSaysWhen) {
    EXPECT_TRUE(send(foods, "192.0.2.1"));
    EXPECT_EQ(response_field("RateLimit"), "\"default-address\";r=1;t=10");
    EXPECT_TRUE(send(foods, "192.0.2.1"));
    const auto refused = send(foods, "192.0.2.1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::too_many_requests);
    EXPECT_EQ(refused.error().code, "rate_limited");
    EXPECT_EQ(refused.error().retry_after, seconds(10));
    EXPECT_EQ(refused.error().detail,
              "Too many requests from your address. Try again in 10 seconds.");
    EXPECT_EQ(response_field("RateLimit"), "\"default-address\";r=0;t=10");
    EXPECT_EQ(response_field("RateLimit-Policy"), "\"default-address\";q=2;w=20");
    EXPECT_EQ(metrics.value("kitchen_rate_limit_refusals_total{policy=\"default-address\"}"), 1);
    EXPECT_TRUE(send(foods, "192.0.2.2")) << "another address";
    clock.advance(seconds(10));
    EXPECT_TRUE(send(foods, "192.0.2.1"));
}

TEST_F(LimiterTest, OneV6ClientIsItsWholeNetwork) {
    EXPECT_TRUE(send(foods, "2001:db8::1"));
    EXPECT_TRUE(send(foods, "2001:db8::2"));
    EXPECT_FALSE(send(foods, "2001:db8:0:0:ffff::3"));
    EXPECT_TRUE(send(foods, "2001:db8:0:1::1"));
}

TEST_F(LimiterTest, ClassesHaveTheirOwnLimits) {
    EXPECT_TRUE(send(login, "192.0.2.1"));
    EXPECT_FALSE(send(login, "192.0.2.1"));
    EXPECT_TRUE(send(foods, "192.0.2.1")) << "reads go on";
    EXPECT_TRUE(send(foods, "192.0.2.1"));
    EXPECT_FALSE(send(foods, "192.0.2.1"));
    EXPECT_EQ(metrics.value("kitchen_rate_limit_refusals_total{policy=\"auth-address\"}"), 1);
}

TEST_F(LimiterTest, OneUserIsLimitedFromWhereverHeComes) {
    EXPECT_TRUE(send(orders, "192.0.2.1", 7));
    EXPECT_EQ(response_field("RateLimit-Policy"), "\"orders-user\";q=1;w=30")
        << "no limit by address there";
    const auto refused = send(orders, "192.0.2.2", 7);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail,
              "Too many requests from your account. Try again in 30 seconds.");
    EXPECT_TRUE(send(orders, "192.0.2.2", 8));
}

TEST_F(LimiterTest, BothLimitsAreTold) {
    EXPECT_TRUE(send(foods, "192.0.2.1", 7));
    EXPECT_EQ(response_field("RateLimit"),
              "\"default-address\";r=1;t=10, \"default-user\";r=2;t=10");
}

TEST_F(LimiterTest, ExemptRoutesAreNeverCounted) {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(send(health, "192.0.2.1", 7));
    EXPECT_TRUE(request.response_fields.empty());
    EXPECT_EQ(cache.asked, 0);
}

TEST_F(LimiterTest, APreflightDoesNotEatUpTheLimitOfWhatItAsksFor) {
    EXPECT_TRUE(send(login, "192.0.2.1", 0, "OPTIONS"));
    EXPECT_EQ(response_field("RateLimit-Policy"), "\"default-address\";q=2;w=20");
    EXPECT_TRUE(send(login, "192.0.2.1"));
}

TEST_F(LimiterTest, InlineRoutesAreCountedWithoutTheCache) {
    Route docs = Route::get("/docs/");
    docs.runs_inline();
    EXPECT_TRUE(send(docs, "192.0.2.1"));
    EXPECT_TRUE(send(docs, "192.0.2.1"));
    EXPECT_FALSE(send(docs, "192.0.2.1"));
    EXPECT_EQ(cache.asked, 0);
}

}  // namespace
}  // namespace kitchen::rate_limit
