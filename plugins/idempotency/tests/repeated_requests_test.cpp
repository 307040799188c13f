#include "repeated_requests.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "kitchen/http/route.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "kitchen/testkit/switch_store.h"
#include "kitchen/testkit/temporary_directory.h"
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

/// Not keyed, and as good as one for these tests.
struct PlainHash final : KeyedHash {
    std::string mac(std::string_view purpose,
                    std::initializer_list<std::string_view> fields) const override {
        Fnv1a64 sum;
        sum.add(purpose);
        for (const std::string_view field : fields) sum.add('\n').add(field);
        std::string out;
        for (unsigned char i = 0; i < 4; ++i) out += hex(sum.add(i).sum());
        return out;
    }
};

class RepeatedRequestsTest : public testing::Test {
protected:
    RepeatedRequestsTest() { testkit::apply_migrations(store, "idempotency", kitchen_migrations); }

    Request post(const std::string& key, std::string body = R"({"a":1})",
                 std::int64_t user_id = 1) {
        Request request;
        request.method = "POST";
        request.target = "/cart/";
        request.route = &route;
        request.json = parse_json(body).value();
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

    const std::unique_ptr<Store> memory = sqlite::open_memory();
    testkit::SwitchStore store{*memory};
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    NoWaits waits;
    PlainHash hashes;
    testkit::SeededRandom random{1};
    testkit::ManualJobs jobs;
    RepeatedRequests requests{{store, hashes, clock, random, jobs, waits, log}, {}};
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
    Request request = post("k");
    request.route = &itself;
    call(request).value();
    call(request).value();
    EXPECT_EQ(effects, 2);
}

TEST_F(RepeatedRequestsTest, OfClientsThatAreNotSignedInAreKnownByTheWholeRequest) {
    Route open = Route::post("/verify/").uses_cookie("session");
    const auto send = [&](const std::string& body, const std::string& session,
                          const std::string& authorization = "Basic YTpi") {
        Request request = post("k", body);
        request.route = &open;
        request.principal.reset();
        request.headers.emplace_back("authorization", authorization);
        request.headers.emplace_back("cookie", "session=" + session);
        return call(std::move(request)).value();
    };
    const Response first = send(R"({"otp":"123456"})", "a");
    // A client that guesses the key gets what it has asked for itself, and nothing of the others.
    EXPECT_NE(send(R"({"otp":"123457"})", "a").body, first.body);
    EXPECT_NE(send(R"({"otp":"123456"})", "b").body, first.body);
    EXPECT_NE(send(R"({"otp":"123456"})", "a", "Basic YTpj").body, first.body);
    EXPECT_EQ(effects, 4);
    EXPECT_EQ(send(R"({ "otp": "123456" })", "a").body, first.body);
    EXPECT_EQ(effects, 4);
    clock.advance(std::chrono::minutes(11));
    EXPECT_EQ(requests.sweep().value(), 4) << "not kept for the window of those who are known";
    send(R"({"otp":"123456"})", "a");
    EXPECT_EQ(effects, 5);
}

TEST_F(RepeatedRequestsTest, KeepNothingInTheClear) {
    Request request = post("my-key", R"({"password":"Sw0rdfish"})");
    requests
        .respond(request,
                 []() -> Result<Response> {
                     return Response::json(200, Json::object({{"token", "ck_at_1"}}))
                         .with_header("Set-Cookie", "session=ck_sid_1");
                 })
        .value();
    const Statement all = store.prepare(
        "SELECT idempotency_key || request || fields || body, status FROM idempotency_keys");
    const Rows rows = store.read<Rows>([&](Transaction& tx) { return tx.query(all, {}); }).value();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().integer(1), 200);
    for (const char* secret : {"my-key", "Sw0rdfish", "ck_at_1", "ck_sid_1", "Set-Cookie"})
        EXPECT_EQ(rows.front().text(0).find(secret), std::string_view::npos) << secret;
    const Response again = call(post("my-key", R"({"password":"Sw0rdfish"})")).value();
    EXPECT_EQ(again.body, R"({"token":"ck_at_1"})");
    EXPECT_EQ(*again.header("Set-Cookie"), "session=ck_sid_1");
    EXPECT_EQ(effects, 0);
}

TEST_F(RepeatedRequestsTest, OfFilesAreEqualWhenTheFilesAre) {
    const testkit::TemporaryDirectory folder;
    Route route_of_file = Route::post("/file/").signed_in().takes_file({"image/png"}, 10);
    const auto send = [&](const std::string& bytes) {
        const std::filesystem::path path = folder.path() / "file";
        std::ofstream(path, std::ios::binary) << bytes;
        Request request = post("k");
        request.route = &route_of_file;
        request.files.push_back({"", "", "image/png", path, bytes.size()});
        return call(std::move(request));
    };
    const std::string large(200'000, 'x');
    send(large).value();
    EXPECT_TRUE(send(large).value().header("Idempotent-Replayed"));
    EXPECT_EQ(effects, 1);
    EXPECT_EQ(send(large + 'y').error().code, "idempotency_key_reused");
}

TEST_F(RepeatedRequestsTest, AreNotedAsSoonAsTheStoreIsBack) {
    for (const bool good : {true, false}) {
        Request request = post(good ? "good" : "bad");
        const Result<Response> first = requests.respond(request, [&]() -> Result<Response> {
            store.away = true;
            if (!good) return Error(Errc::unavailable, "store_unavailable", "It is away.");
            return Response::json(200, Json("first"));
        });
        EXPECT_EQ(first.has_value(), good);
        store.away = false;
        Request impatient = post(good ? "good" : "bad");
        impatient.deadline = clock.steady_now();
        EXPECT_EQ(call(impatient).error().code, "idempotency_key_in_use");
        EXPECT_EQ(jobs.run_all(), 1);
        const Response second = call(post(good ? "good" : "bad")).value();
        EXPECT_EQ(second.body, good ? "\"first\"" : R"({"n":1})");
    }
}

}  // namespace kitchen::idempotency
