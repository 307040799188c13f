#include "repeated_requests.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "kitchen/http/route.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "sqlite_store.h"

namespace kitchen::idempotency {
namespace {

using http::Request;
using http::Response;
using http::Route;

struct NoWaits final : Waits {
    void begin() noexcept override { ++begun; }
    void end() noexcept override {}
    std::atomic<int> begun{0};
};

class RepeatedRequestsTest : public testing::Test {
protected:
    RepeatedRequestsTest() { testkit::apply_migrations(*store, "idempotency", kitchen_migrations); }

    Request post(const std::string& key, std::string body = R"({"a":1})",
                 std::int64_t user_id = 1) {
        Request request;
        request.method = "POST";
        request.target = "/cart/";
        request.route = &route;
        request.body = std::move(body);
        if (!key.empty()) request.headers.emplace_back("idempotency-key", key);
        request.deadline = clock.steady_now() + std::chrono::seconds(20);
        request.principal.emplace();
        request.principal->user_id = user_id;
        return request;
    }
    Result<Response> call(Request request) {
        return requests.respond(request, [this]() -> Result<Response> {
            ++effects;
            if (!succeeds) return Error(Errc::conflict, "sold_out", "Sold out.");
            return Response::json(201, Json::object({{"n", effects.load()}}))
                .with_location("/cart/1/")
                .with_version(7);
        });
    }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    NoWaits waits;
    RepeatedRequests requests{*store, clock, waits, log, {}};
    Route route = Route::post("/cart/").signed_in();
    std::atomic<int> effects{0};
    bool succeeds = true;
};

}  // namespace

TEST_F(RepeatedRequestsTest, GetTheFirstResponseAgain) {
    const Response first = call(post("k")).value();
    EXPECT_EQ(first.header("Idempotent-Replayed"), nullptr);
    const Response second = call(post("k")).value();
    EXPECT_EQ(effects, 1);
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.body, first.body);
    for (const char* name : {"Content-Type", "Location", "ETag"}) {
        ASSERT_NE(second.header(name), nullptr) << name;
        EXPECT_EQ(*second.header(name), *first.header(name)) << name;
    }
    EXPECT_EQ(*second.header("Idempotent-Replayed"), "true");
}

TEST_F(RepeatedRequestsTest, AreKnownByUserRouteAndKey) {
    call(post("k")).value();
    call(post("other")).value();
    call(post("k", R"({"a":1})", 2)).value();
    Route other = Route::post("/foods/{id:id}/stock/").signed_in();
    Request elsewhere = post("k");
    elsewhere.route = &other;
    call(elsewhere).value();
    EXPECT_EQ(effects, 4);
    call(post("")).value();
    call(post("")).value();
    EXPECT_EQ(effects, 6);
}

TEST_F(RepeatedRequestsTest, RefuseAKeyOfAnotherRequest) {
    call(post("k")).value();
    Request target = post("k");
    target.target = "/cart/?x=1";
    for (const Request& request : {post("k", "{}"), target}) {
        const Result<Response> response = call(request);
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, Errc::unprocessable);
        EXPECT_EQ(response.error().code, "idempotency_key_reused");
    }
    for (const std::string& bad : {std::string(256, 'k'), std::string("a b")}) {
        const Result<Response> response = call(post(bad));
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().faults.at(0).pointer, "Idempotency-Key");
    }
    EXPECT_EQ(effects, 1);
}

TEST_F(RepeatedRequestsTest, TryAgainWhatFailed) {
    succeeds = false;
    EXPECT_FALSE(call(post("k")));
    succeeds = true;
    EXPECT_TRUE(call(post("k")));
    EXPECT_TRUE(call(post("k")));
    EXPECT_EQ(effects, 2);
}

TEST_F(RepeatedRequestsTest, WaitForTheFirst) {
    std::promise<void> entered, may_end;
    std::thread first([&] {
        Request request = post("k");
        requests
            .respond(request,
                     [&]() -> Result<Response> {
                         entered.set_value();
                         may_end.get_future().wait();
                         return Response::json(200, Json("first"));
                     })
            .value();
    });
    entered.get_future().wait();
    auto second = std::async(std::launch::async, [&] { return call(post("k")).value().body; });
    while (waits.begun == 0) std::this_thread::yield();
    may_end.set_value();
    EXPECT_EQ(second.get(), "\"first\"");
    EXPECT_EQ(effects, 0);
    first.join();

    // Its deadline passes first.
    Request running = post("r");
    const auto nested = requests.respond(running, [&] {
        Request late = post("r");
        late.deadline = clock.steady_now();
        return call(late);
    });
    ASSERT_FALSE(nested);
    EXPECT_EQ(nested.error().code, "idempotency_key_in_use");
}

TEST_F(RepeatedRequestsTest, AreForgottenAfterADay) {
    call(post("k")).value();
    clock.advance(std::chrono::hours(23));
    EXPECT_EQ(requests.sweep().value(), 0);
    call(post("k")).value();
    EXPECT_EQ(effects, 1);
    clock.advance(std::chrono::hours(2));
    call(post("k")).value();
    EXPECT_EQ(effects, 2);
    clock.advance(std::chrono::hours(25));
    EXPECT_EQ(requests.sweep().value(), 1);
}

TEST_F(RepeatedRequestsTest, LeaveAloneWhatIsNotTheirs) {
    Route itself =
        Route::post("/orders/").signed_in().header({"Idempotency-Key", http::Schema::string(), ""});
    Route file = Route::post("/file/").signed_in().takes_file({"image/png"}, 10);
    for (const Route* other : {&itself, &file}) {
        Request request = post("k");
        request.route = other;
        call(request).value();
        call(request).value();
    }
    Request anonymous = post("k");
    anonymous.principal.reset();
    call(anonymous).value();
    call(anonymous).value();
    EXPECT_EQ(effects, 6);
}

}  // namespace kitchen::idempotency
