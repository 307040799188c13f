// Two kernels that share one Redis and one database, as replicas do; and what they tell of Redis
// when it is away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "kitchen/testkit/inbox.h"
#include "kitchen/testkit/redis_server.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::redis {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RedisServer;
using testkit::Restaurant;

class RedisKernels : public testing::Test {
protected:
    std::unique_ptr<Restaurant> replica(const RedisServer& server,
                                        const std::string& on_failure = "memory") const {
        const std::string key = "0123456789abcdef0123456789abcdef";
        testkit::RestaurantConfig config = testkit::on_sqlite();
        config.cache = "{id: cache-redis, config: {url: '" + server.url() + "', integrity_key: '" +
                       key + "', on_failure: " + on_failure +
                       ", connect_timeout: 10s, command_timeout: 10s, breaker: {min_delay: 20ms, "
                       "max_delay: 200ms}}}";
        config.menu = false;
        config.data = data.path();
        return std::make_unique<Restaurant>(config);
    }
    /// The cookie of the session.
    static std::string sign_up(Restaurant& replica, const std::string& email,
                               const std::string& phone) {
        const HttpResponse response = replica.client().post(
            "/signup/",
            Json::object(
                {{"email", email}, {"phone_number", phone}, {"password", Restaurant::password}}));
        EXPECT_EQ(response.status, 200) << response.body;
        const std::string cookie = response.header("set-cookie");
        return cookie.substr(0, cookie.find(';'));
    }
    static HttpResponse verify(HttpClient client, const std::string& cookie,
                               const std::string& code) {
        return client.post("/verify/", Json::object({{"otp", code}}), {{"Cookie", cookie}});
    }

    testkit::TemporaryDirectory data;
};

TEST_F(RedisKernels, ASignUpBegunOnOneIsFinishedOnTheOther) {
    const RedisServer& server = RedisServer::shared();
    const auto one = replica(server), two = replica(server);
    const std::string cookie = sign_up(*one, "ada@example.com", "0803 123 4567");
    const HttpResponse verified =
        verify(two->client(), cookie, one->code_mailed_to("ada@example.com"));
    EXPECT_EQ(verified.status, 200) << verified.body;
    HttpClient ada = one->client();
    ada.basic("ada@example.com", Restaurant::password);
    EXPECT_EQ(ada.get("/me/").status, 200);
    EXPECT_EQ(one->health(), "ok");
    // Nothing in Redis says who signed up, or with what.
    EXPECT_THAT(server.call({"KEYS", "*"}), testing::Not(testing::HasSubstr("ada@")));
}

TEST_F(RedisKernels, AHundredWrongCodesThroughBothCompareAtMostFive) {
    const RedisServer& server = RedisServer::shared();
    const auto one = replica(server), two = replica(server);
    const std::string cookie = sign_up(*one, "ada@example.com", "0803 123 4567");
    const std::string code = one->code_mailed_to("ada@example.com");
    std::mutex mutex;
    std::map<std::string, int> responses;
    std::atomic<int> next = 0;
    std::vector<std::thread> guessers;
    for (int t = 0; t < 20; ++t)
        guessers.emplace_back([&, t] {
            for (int i = next++; i < 100; i = next++) {
                const std::string guess =
                    std::to_string(100'000 + (std::stoi(code) + 1 + i) % 900'000);
                if (guess == code) continue;
                const std::string response =
                    verify((t % 2 ? one : two)->client(), cookie, guess).problem_code();
                std::lock_guard lock(mutex);
                ++responses[response];
            }
        });
    for (auto& guesser : guessers) guesser.join();
    EXPECT_EQ(responses["otp_wrong"], 4);
    EXPECT_EQ(responses["otp_exhausted"], 1);
    EXPECT_GE(responses["signup_session_not_found"], 94);
    EXPECT_EQ(responses.size(), 3u);
    EXPECT_EQ(verify(one->client(), cookie, code).status, 404);
}

// The same prefix and the same keys, as when one configuration is copied: each goes on by itself.
TEST_F(RedisKernels, TwoInstallationsOnOneRedisAreStrangers) {
    const RedisServer& server = RedisServer::shared();
    const testkit::TemporaryDirectory other_data;
    const auto one = replica(server);
    testkit::RestaurantConfig config = one->config();
    config.data = other_data.path();
    const auto other = std::make_unique<Restaurant>(config);
    auto &ours = one->service<Cache>(), &theirs = other->service<Cache>();
    using std::chrono_literals::operator""min;
    testkit::Inbox at_ours, at_theirs;
    const auto a = ours.subscribe("test:channel", at_ours.subscriber()),
               b = theirs.subscribe("test:channel", at_theirs.subscriber());
    ours.set("test:value", "ours", 1min).value();
    EXPECT_EQ(theirs.get("test:value").value(), std::nullopt);
    theirs.set("test:value", "theirs", 1min).value();
    EXPECT_EQ(ours.get("test:value").value(), "ours");
    EXPECT_TRUE(ours.rate_tick("test:rate", 1, 1min).value().allowed);
    EXPECT_TRUE(theirs.rate_tick("test:rate", 1, 1min).value().allowed);
    ours.publish("test:channel", "ours").value();
    theirs.publish("test:channel", "theirs").value();
    EXPECT_TRUE(at_ours.wait_for("ours"));
    EXPECT_TRUE(at_theirs.wait_for("theirs"));
    EXPECT_EQ(at_ours.messages().size() + at_theirs.messages().size(), 2u);
    EXPECT_EQ(one->metric("kitchen_cache_damaged_total"), 0);
    EXPECT_EQ(other->metric("kitchen_cache_damaged_total"), 0);

    // A pending sign-up of one means nothing to the other.
    const std::string cookie = sign_up(*one, "ada@example.com", "0803 123 4567");
    const std::string code = one->code_mailed_to("ada@example.com");
    EXPECT_EQ(verify(other->client(), cookie, code).status, 404);
    EXPECT_EQ(verify(one->client(), cookie, code).status, 200);

    // It is the store that makes an installation: started again, it finds its own.
    one->restart();
    EXPECT_EQ(one->service<Cache>().get("test:value").value(), "ours");
}

TEST_F(RedisKernels, MemoryKeepsServingAndSaysDegraded) {
    RedisServer server;
    const auto kernel = replica(server, "memory");
    const std::string before = sign_up(*kernel, "ada@example.com", "0803 123 4567");
    const std::string code = kernel->code_mailed_to("ada@example.com");
    server.kill();
    ASSERT_TRUE(kernel->wait_for_health("degraded"));
    EXPECT_EQ(kernel->client().get("/readyz").status, 200);
    EXPECT_EQ(verify(kernel->client(), before, code).status, 404);
    const std::string meanwhile = sign_up(*kernel, "obi@example.com", "0803 123 4568");
    EXPECT_EQ(verify(kernel->client(), meanwhile, kernel->code_mailed_to("obi@example.com")).status,
              200);
    server.restart();
    EXPECT_TRUE(kernel->wait_for_health("ok"));
}

TEST_F(RedisKernels, FailRefusesAndSaysDown) {
    RedisServer server;
    const auto kernel = replica(server, "fail");
    server.kill();
    ASSERT_TRUE(kernel->wait_for_health("down"));
    EXPECT_EQ(kernel->client().get("/readyz").status, 503);
    const HttpResponse refused =
        kernel->client().post("/signup/", Json::object({{"email", "ada@example.com"},
                                                        {"phone_number", "0803 123 4567"},
                                                        {"password", Restaurant::password}}));
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_THAT(refused.body, testing::Not(testing::HasSubstr("127.0.0.1")));
    server.restart();
    EXPECT_TRUE(kernel->wait_for_health("ok"));
}

TEST_F(RedisKernels, ConfigurationsThatSayTwoThingsAreRefusedWithoutTheSecret) {
    const auto refusal = [](const std::string& config) -> std::string {
        try {
            testkit::TestKernel kernel("plugins:\n  - id: cache-redis\n    config: " + config +
                                       "\n");
            return "";
        } catch (const std::exception& e) {
            return e.what();
        }
    };
    using testing::HasSubstr;
    EXPECT_THAT(refusal("{}"), HasSubstr("url: missing"));
    EXPECT_THAT(refusal("{url: 'redis://h', sentinel: {nodes: [a, b]}}"),
                HasSubstr("leave it out"));
    EXPECT_THAT(refusal("{sentinel: {nodes: ['a:b']}}"), HasSubstr("port"));
    EXPECT_THAT(refusal("{url: 'redis://h', cluster: [a, b]}"), HasSubstr("leave it out"));
    EXPECT_THAT(refusal("{cluster: [a, 'b:c']}"), HasSubstr("cluster: 'b:c': the port"));
    EXPECT_THAT(refusal("{cluster: [a], sentinel: {nodes: [b]}}"),
                HasSubstr("cluster: leave it out when sentinel.nodes is set"));
    EXPECT_THAT(refusal("{cluster: [a], database: 1}"), HasSubstr("database 0 alone"));
    EXPECT_THAT(refusal("{url: 'redis://:hush@h', password: other}"),
                HasSubstr("password: stands in url already"));
    EXPECT_THAT(refusal("{url: 'redis://h', user: kitchen}"), HasSubstr("needs a password"));
    EXPECT_THAT(refusal("{url: 'redis://h/1', database: 2}"),
                HasSubstr("database: stands in url already"));
    EXPECT_THAT(refusal("{url: 'redis://h', prefix: 'a{b'}"), HasSubstr("prefix"));
    EXPECT_THAT(refusal("{url: 'redis://h', integrity_key: short}"), HasSubstr("at least 32"));
    EXPECT_THAT(refusal("{url: 'redis://h', breaker: {min_delay: 5s}}"),
                HasSubstr("longer than breaker.max_delay"));
    const std::string wrong = refusal("{url: 'http://:hush@h'}");
    EXPECT_THAT(wrong, HasSubstr("begins with redis://"));
    EXPECT_THAT(wrong, testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace kitchen::redis
