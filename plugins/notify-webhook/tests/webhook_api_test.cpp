// Webhooks through the real loader, to a receiver that verifies each.
#include <gmock/gmock.h>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::webhook {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::wait_until;

constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class Receiver {
public:
    Receiver()
        : process_({"/usr/bin/python3", "-B",
                    testkit::source_dir() + "/plugins/notify-webhook/tests/webhook_receiver.py",
                    secret}) {
        if (!process_.wait_for("LISTENING ") || !process_.wait_for("\n"))
            throw std::runtime_error("no receiver: " + process_.output());
        const std::string output = process_.output();
        port_ =
            static_cast<std::uint16_t>(std::stoi(output.substr(output.find("LISTENING ") + 10)));
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    Json state() const { return HttpClient(port_).get("/_control/state").json; }
    Json::Array accepted() const { return state()["accepted"].as_array(); }
    /// How the next requests end, in order; then it accepts: {"status": 500}, "hang", "drop".
    void behave(const std::string& behaviours) {
        HttpClient(port_).post("/_control/behave",
                               Json::object({{"behaviours", parse_json(behaviours).value()}}));
    }
    void release() { HttpClient(port_).post("/_control/release", Json::object({})); }

private:
    testkit::ChildProcess process_;
    std::uint16_t port_ = 0;
};

class Webhooks : public testing::Test {
protected:
    /// `more` are further keys of the plugin.
    void open(const std::string& endpoints,
              const std::string& more = ", timeout: 1s, allow_networks: [127.0.0.0/8]") {
        testkit::RestaurantConfig config = testkit::on_sqlite();
        config.data = directory.path();
        config.outbox = "poll_interval: 10ms, max_attempts: 5, backoff: {base: 10ms, cap: 20ms}";
        config.plugins = {
            "{id: notify-webhook, config: {connect_timeout: 1s, "
            "endpoints: {" +
            endpoints + "}" + more + "}}"};
        restaurant.reset();
        restaurant = std::make_unique<testkit::Restaurant>(config);
        chef = restaurant->admin();
    }
    static std::string endpoint(const std::string& name, const std::string& url,
                                const std::string& events = "order.placed/1, order.moved/1") {
        return name + ": {url: '" + url + "', secret: " + secret + ", events: [" + events + "]}";
    }
    std::int64_t order() {
        if (dish == 0) dish = restaurant->food("Jollof rice", 280'000);
        EXPECT_EQ(chef.post("/cart/", Json::object({{"food_id", dish}, {"quantity", 1}})).status,
                  201);
        const HttpResponse placed =
            chef.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
        EXPECT_EQ(placed.status, 201) << placed.body;
        return placed.json["id"].as_integer();
    }
    std::int64_t count(const std::string& state, const std::string& channel = "display") {
        return chef.get("/admin/deliveries/?channel=notify-webhook/" + channel + "&state=" + state)
            .json["total_count"]
            .as_integer();
    }
    Json newest() { return chef.get("/admin/deliveries/?limit=1").json["result"].as_array().at(0); }

    const testkit::TemporaryDirectory directory;
    Receiver receiver;
    std::unique_ptr<testkit::Restaurant> restaurant;
    HttpClient chef{0};
    std::int64_t dish = 0;
};

TEST_F(Webhooks, TellWhatHappenedSigned) {
    open(endpoint("display", receiver.url()));
    const std::int64_t id = order();
    ASSERT_TRUE(wait_until([&] { return receiver.accepted().size() == 1; }))
        << receiver.state().dump();
    chef.post("/orders/" + std::to_string(id) + "/status/",
              Json::object({{"status", "confirmed"}}));
    ASSERT_TRUE(wait_until([&] { return receiver.accepted().size() == 2; }));
    const Json::Array messages = receiver.accepted();
    EXPECT_EQ(messages[0]["type"], Json("order.placed"));
    EXPECT_EQ(messages[0]["path"], Json("/hook"));
    EXPECT_EQ(messages[0]["data"]["order_id"], Json(id));
    EXPECT_EQ(messages[0]["data"]["total"], Json(280'000));
    EXPECT_THAT(messages[0]["id"].as_string(), testing::MatchesRegex("msg_[a-p]{32}"));
    EXPECT_EQ(messages[1]["type"], Json("order.moved"));
    EXPECT_EQ(messages[1]["data"]["to"], Json("confirmed"));
    EXPECT_NE(messages[0]["id"], messages[1]["id"]);
    EXPECT_EQ(receiver.state()["refused"].size(), 0u);
    EXPECT_TRUE(wait_until([&] { return count("sent") == 2; }));
    EXPECT_EQ(newest()["to"], Json("display")) << "a URL may be a secret";
    EXPECT_EQ(newest()["subject"], Json("order.moved"));
}

TEST_F(Webhooks, AreTriedAgainUnderOneId) {
    open(endpoint("display", receiver.url()));
    receiver.behave(
        R"([{"status": 500}, "drop", {"status": 302, "headers": {"Location": "/elsewhere"}}])");
    order();
    ASSERT_TRUE(wait_until([&] { return count("sent") == 1; })) << newest().dump();
    EXPECT_EQ(receiver.accepted().size(), 1u);
    EXPECT_EQ(receiver.accepted()[0]["path"], Json("/hook")) << "a redirect is not followed";
    EXPECT_GE(newest()["attempts"].as_integer(), 3)
        << "libcurl itself tries a kept connection again";
}

TEST_F(Webhooks, AReceiverThatHangsHoldsUpNoOther) {
    Receiver other;
    open(endpoint("display", receiver.url()) + ", " + endpoint("board", other.url()));
    receiver.behave(R"(["hang"])");
    order();
    ASSERT_TRUE(wait_until([&] { return other.accepted().size() == 1; }));
    EXPECT_EQ(receiver.accepted().size(), 0u);
    ASSERT_TRUE(wait_until([&] { return receiver.accepted().size() == 1; })) << "after its timeout";
    receiver.release();
}

TEST_F(Webhooks, DeadOnesAndSentOnesAreSentOnceMore) {
    open(endpoint("display", receiver.url()));
    receiver.behave(R"([{"status": 410}])");
    order();
    ASSERT_TRUE(wait_until([&] { return count("dead") == 1; }));
    EXPECT_EQ(newest()["last_error"], Json("webhook_gone"));
    const std::string retry =
        "/admin/deliveries/" + std::to_string(newest()["id"].as_integer()) + "/retry/";
    EXPECT_EQ(chef.send("POST", retry).status, 200);
    ASSERT_TRUE(wait_until([&] { return count("sent") == 1; }));
    EXPECT_EQ(chef.send("POST", retry).status, 200);
    ASSERT_TRUE(wait_until([&] { return receiver.accepted().size() == 2; }));
    EXPECT_EQ(receiver.accepted()[0]["id"], receiver.accepted()[1]["id"]);
}

TEST_F(Webhooks, DoNotReachIntoTheOwnNetwork) {
    open(endpoint("display", receiver.url()), ", timeout: 1s");
    order();
    ASSERT_TRUE(wait_until([&] { return count("dead") == 1; }));
    EXPECT_EQ(newest()["last_error"], Json("webhook_private_address"));
    EXPECT_EQ(receiver.state()["refused"].size() + receiver.accepted().size(), 0u);
}

TEST_F(Webhooks, ALongResponseIsNoFailure) {
    open(endpoint("display", receiver.url()));
    receiver.behave(R"([{"status": 200, "bytes": 300000}])");
    order();
    ASSERT_TRUE(wait_until([&] { return count("sent") == 1; })) << newest().dump();
    EXPECT_EQ(newest()["attempts"], Json(1));
}

TEST_F(Webhooks, AStopDoesNotWaitForAReceiver) {
    open(endpoint("display", receiver.url()), ", allow_networks: [127.0.0.0/8], timeout: 2m");
    receiver.behave(R"(["hang"])");
    order();
    ASSERT_TRUE(wait_until([&] { return receiver.state()["hanging"] == Json(1); }));
    restaurant->kernel().stop();
    receiver.release();
}

TEST_F(Webhooks, WhatHappenedWhileTheyWereOffIsPosted) {
    open(endpoint("display", receiver.url()));
    order();
    ASSERT_TRUE(wait_until([&] { return receiver.accepted().size() == 1; }));
    open(endpoint("board", receiver.url(), "order.moved/1"));  // the display is off
    order();
    order();
    open(endpoint("display", receiver.url()));
    EXPECT_TRUE(wait_until([&] { return receiver.accepted().size() == 3; }));
}

}  // namespace
}  // namespace kitchen::webhook
