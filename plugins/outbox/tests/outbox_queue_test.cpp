// The outbox over SQS, through the real loader: replicas that share one store and one queue, to a
// double of SQS that verifies every signature and a double of the Resend API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/outbox.h"
#include "kitchen/queue.h"
#include "kitchen/testkit/restaurant.h"
#include "resend_double.h"
#include "sqs_double.h"

namespace kitchen::outbox {
namespace {

using testkit::HttpClient;
using testkit::Restaurant;
using testkit::RestaurantConfig;
using testkit::wait_until;
using Kind = tests::ResendFault::Kind;

class OutboxQueue : public testing::TestWithParam<RestaurantConfig (*)()> {
protected:
    /// Looks into the table without having been told once an hour: what is sent before came through
    /// the queue.
    std::unique_ptr<Restaurant> replica(const std::string& overdue = "1h",
                                        const std::string& secret = tests::SqsDouble::secret,
                                        bool queued = true) const {
        RestaurantConfig config = shared;
        config.server = "timeouts: {drain: 1m}";
        config.mailer = service.plugin();
        config.outbox =
            "poll_interval: 10ms, lease: 30s, backoff: {base: 10ms, cap: 20ms}, "
            "overdue: " +
            overdue;
        config.menu = false;
        config.data = directory.path();
        config.kernel.environment = {{"SECRET", secret}};
        config.plugins = {"{id: plain-mails, path: " KITCHEN_PLAIN_MAILS "}"};
        if (queued)
            config.plugins.push_back("{id: queue-sqs, config: {queue_url: '" + queue.queue_url() +
                                     "', region: us-east-1, access_key_id: AKIDEXAMPLE, "
                                     "secret_access_key: !env SECRET, check_interval: 100ms}}");
        return std::make_unique<Restaurant>(config);
    }
    static void enqueue(Restaurant& replica, const std::string& key, const std::string& to) {
        replica.service<Store>()
            .transact([&](Transaction& tx) {
                return replica.service<Outbox>().enqueue(tx, "plain-mails",
                                                         {key, to, "Your order", "Jollof rice\n"});
            })
            .value();
    }
    static std::int64_t count(const Restaurant& replica, const std::string& state) {
        return expect_status(replica.admin().get("/admin/mail/?limit=1&state=" + state), 200,
                             "mails")
            .json["total_count"]
            .as_integer();
    }
    std::size_t sent() { return service.mails().size(); }
    bool queue_empties() {
        return wait_until([&] { return queue.size() == 0; });
    }

    const testkit::TemporaryDirectory directory;
    const RestaurantConfig shared = GetParam()();
    tests::ResendDouble service{"re_secret"};
    tests::SqsDouble queue;
};

TEST_P(OutboxQueue, TwoReplicasSendEachMailOnce) {
    constexpr int mails = 60;
    const auto one = replica(), two = replica();
    for (int i = 0; i < mails; ++i)
        enqueue(i % 2 ? *one : *two, "order/" + std::to_string(i),
                "to" + std::to_string(i) + "@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == mails; }));
    ASSERT_TRUE(queue_empties());
    EXPECT_EQ(service.requests(), mails);
    EXPECT_EQ(sent(), static_cast<std::size_t>(mails));
    EXPECT_EQ(queue.requests("SendMessage"), mails);
    const Json seen = queue.state();
    EXPECT_EQ(seen["refusals"].size(), 0u) << seen.dump();
    for (const Json& body : seen["bodies"].as_array())
        EXPECT_THAT(body.as_string(), testing::MatchesRegex("\\{\"delivery\":[0-9]+\\}"));
}

// By the leases in the table alone.
TEST_P(OutboxQueue, ThreeReplicasWithoutAQueueSendEachMailOnce) {
    constexpr int mails = 60;
    std::vector<std::unique_ptr<Restaurant>> replicas;
    for (int i = 0; i < 3; ++i) replicas.push_back(replica("1h", "", false));
    for (int i = 0; i < mails; ++i)
        enqueue(*replicas[static_cast<std::size_t>(i % 3)], "order/" + std::to_string(i),
                "to" + std::to_string(i) + "@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*replicas[0], "sent") == mails; }));
    EXPECT_EQ(service.requests(), mails);
    EXPECT_EQ(sent(), static_cast<std::size_t>(mails));
    EXPECT_EQ(queue.state()["requests"], Json::object());
}

TEST_P(OutboxQueue, MessagesThatComeTwiceAreOneMail) {
    const auto one = replica(), two = replica();
    queue.deliver_twice(5);
    for (int i = 0; i < 5; ++i)
        enqueue(*one, "order/" + std::to_string(i), "to" + std::to_string(i) + "@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == 5; }));
    EXPECT_EQ(service.requests(), 5);
}

TEST_P(OutboxQueue, AnotherTakesOverWhatOneReceivedAndNeverSent) {
    // As a replica that has died after it received: the message is hidden, the row is not leased.
    queue.fail(R"([{"action": "ReceiveMessage", "kind": "lose_answer"}])");
    const auto one = replica();
    queue.wait_for_requests("ReceiveMessage", 1);
    enqueue(*one, "order/1", "ada@example.com");
    ASSERT_TRUE(wait_until([&] { return queue.state()["hidden"] == Json(1); }));
    const auto two = replica();
    EXPECT_EQ(sent(), 0u);
    queue.advance(std::chrono::seconds(31));
    ASSERT_TRUE(wait_until([&] { return sent() == 1; }));
    EXPECT_TRUE(queue_empties());
    EXPECT_EQ(service.requests(), 1);
}

TEST_P(OutboxQueue, FaultsOfTheMailerAreOneMailInTheEnd) {
    service.fail_next({{Kind::response, 500, "application_error"}, {Kind::lose_response}});
    const auto one = replica();
    enqueue(*one, "order/1", "ada@example.com");
    // A message is put aside for a second at least; its time is the double's.
    ASSERT_TRUE(wait_until([&] {
        queue.advance(std::chrono::seconds(1));
        return count(*one, "sent") == 1;
    }));
    EXPECT_EQ(service.mails_to("ada@example.com"), 1);
    EXPECT_TRUE(queue_empties());
}

TEST_P(OutboxQueue, WithoutTheQueueTheTableSends) {
    queue.fail(
        R"([{"action": "*", "kind": "answer", "status": 503, "type": "ServiceUnavailable", "count": -1}])");
    const auto one = replica("10ms");
    for (int i = 0; i < 3; ++i)
        enqueue(*one, "order/" + std::to_string(i), "to" + std::to_string(i) + "@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == 3; }));
    HttpClient client = one->client();
    EXPECT_TRUE(wait_until(
        [&] { return client.get("/health/").json["checks"]["queue"]["status"] == Json("down"); }));
    EXPECT_EQ(client.get("/health/").status, 200);
}

TEST_P(OutboxQueue, MessagesThatWereLostAreFoundInTheTable) {
    const auto one = replica("10ms");
    queue.fail(R"([{"action": "ReceiveMessage", "kind": "lose_answer", "count": -1}])");
    enqueue(*one, "order/1", "ada@example.com");
    queue.purge();
    ASSERT_TRUE(wait_until([&] { return sent() == 1; }));
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == 1; }));
    EXPECT_EQ(service.requests(), 1);
}

// The timeout of an exchange and the drain deadline are longer than a test may take.
TEST_P(OutboxQueue, ALongPollDoesNotHoldUpTheStop) {
    queue.fail(R"([{"action": "ReceiveMessage", "kind": "hang", "count": -1}])");
    const auto one = replica();
    queue.wait_for_requests("ReceiveMessage", 1);
    one->kernel().stop();
    EXPECT_THAT(one->kernel().log_lines(),
                testing::Not(testing::Contains(testing::HasSubstr("the queue gives no mails"))));
}

TEST_P(OutboxQueue, CountsWhatItDoes) {
    const auto one = replica();
    enqueue(*one, "order/1", "ada@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == 1; }));
    EXPECT_EQ(
        one->metric("kitchen_outbox_attempts_total{channel=\"plain-mails\",outcome=\"sent\"}"), 1);
    EXPECT_EQ(one->metric("kitchen_outbox_waiting{channel=\"plain-mails\"}"), 0);
    EXPECT_EQ(one->metric("kitchen_queue_received_total{provider=\"queue-sqs\"}"), 1);
}

TEST_P(OutboxQueue, AWrongKeyHoldsUpNoMail) {
    const auto one = replica("10ms", "a-very-wrong-secret");
    enqueue(*one, "order/1", "ada@example.com");
    ASSERT_TRUE(wait_until([&] { return count(*one, "sent") == 1; }));
    for (const std::string& line : one->kernel().log_lines())
        EXPECT_EQ(line.find("a-very-wrong-secret"), std::string::npos) << line;
}

INSTANTIATE_TEST_SUITE_P(Stores, OutboxQueue,
                         testing::Values(&testkit::on_sqlite,
                                         static_cast<RestaurantConfig (*)()>(testkit::on_postgres)),
                         [](const auto& info) { return info.index == 0 ? "Sqlite" : "Postgres"; });

}  // namespace
}  // namespace kitchen::outbox
