// Replicas that share a database and one real Redis: what sells out at one, the others show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "kitchen/catalog.h"
#include "kitchen/store.h"
#include "kitchen/testkit/fault_proxy.h"
#include "kitchen/testkit/redis_server.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {
namespace {

using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;
using testkit::wait_until;

class Replicas : public testing::TestWithParam<RestaurantConfig (*)()> {
protected:
    /// `cache`: keys of catalog.cache. `redis_port` 0: of `redis`.
    std::unique_ptr<Restaurant> replica(const std::string& cache, std::uint16_t redis_port = 0,
                                        const std::string& on_failure = "fail") const {
        RestaurantConfig config = shared;
        config.server = "metrics: {access: open}";
        config.cache =
            "{id: cache-redis, config: {url: 'redis://127.0.0.1:" +
            std::to_string(redis_port ? redis_port : redis.port()) +
            "', on_failure: " + on_failure +
            (on_failure == "memory" ? "" : ", connect_timeout: 10s, command_timeout: 10s") +
            ", breaker: {min_delay: 20ms, max_delay: 200ms}}}";
        config.catalog = "demo_menu: true, cache: {" + cache + "}";
        config.data = directory.path();
        return std::make_unique<Restaurant>(config);
    }
    /// Some food that is counted.
    static std::int64_t counted_food(const Restaurant& replica) {
        const HttpResponse menu = replica.client().get("/foods/?limit=100");
        for (const Json& food : menu.json["result"].as_array())
            if (!food["available_quantity"].is_null()) return food["id"].as_integer();
        throw std::runtime_error("no food is counted");
    }
    static void sell(Restaurant& replica, std::int64_t id, std::int64_t quantity) {
        const Portion portion{id, quantity};
        replica.service<Store>()
            .transact([&](Transaction& tx) {
                return replica.service<Catalog>().take(tx, {&portion, 1}, "order 1", std::nullopt);
            })
            .value();
    }
    /// Sells all that there is, or gives it back when all is sold; what is left.
    std::int64_t sell_out_or_restock(Restaurant& replica, std::int64_t id) {
        if (sold_ == 0) {
            sold_ = shown(replica, id);
            sell(replica, id, sold_);
            return 0;
        }
        const Portion portion{id, std::exchange(sold_, 0)};
        replica.service<Store>()
            .transact([&](Transaction& tx) {
                return replica.service<Catalog>().give_back(tx, {&portion, 1}, "order 1",
                                                            std::nullopt);
            })
            .value();
        return portion.quantity;
    }
    /// As the page of the food itself shows it.
    static std::int64_t shown(const Restaurant& replica, std::int64_t id) {
        return replica.stock_of(id);
    }
    static std::int64_t listed(const Restaurant& replica, std::int64_t id) {
        const HttpResponse menu = replica.client().get("/foods/?limit=100");
        EXPECT_EQ(menu.status, 200) << menu.body;
        for (const Json& food : menu.json["result"].as_array())
            if (food["id"].as_integer() == id) return food["available_quantity"].as_integer();
        return -1;
    }
    static double changes(const Restaurant& replica) {
        return replica.metric("kitchen_catalog_cache_changes_total");
    }

    testkit::TemporaryDirectory directory;
    const RestaurantConfig shared = GetParam()();
    testkit::RedisServer& redis = testkit::RedisServer::shared();

private:
    std::int64_t sold_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, Replicas,
                         testing::Values(&testkit::on_sqlite,
                                         static_cast<RestaurantConfig (*)()>(testkit::on_postgres)),
                         [](const auto& info) { return info.index == 0 ? "Sqlite" : "Postgres"; });

TEST_P(Replicas, WhatSellsOutAtOneTheOtherShowsOnceTheMessageHasCome) {
    const auto one = replica("ttl: 1h, revalidate: 1h"), two = replica("ttl: 1h, revalidate: 1h");
    const std::int64_t id = counted_food(*one);
    for (int round = 0; round < 10; ++round) {
        Restaurant& seller = round % 2 ? *one : *two;
        const Restaurant& other = round % 2 ? *two : *one;
        (void)listed(other, id);
        const std::int64_t left = sell_out_or_restock(seller, id);
        EXPECT_EQ(listed(seller, id), left);
        EXPECT_TRUE(wait_until([&] { return listed(other, id) == left; }));
    }
    EXPECT_GE(changes(*one), 10);
}

TEST_P(Replicas, ASaleOfOneOfManyForgetsNothing) {
    const auto one = replica("ttl: 1h, revalidate: 10ms"),
               two = replica("ttl: 1h, revalidate: 10ms");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    ASSERT_GT(before, 5);
    // It has heard that the other has started, and then finds the token of that.
    ASSERT_TRUE(wait_until([&] { return changes(*one) >= 2; }));
    for (const auto* each : {&one, &two}) EXPECT_EQ(listed(**each, id), before);
    const double at_one = changes(*one), at_two = changes(*two);
    const auto filled = [&] {
        return one->metric("kitchen_catalog_answers_total{layer=\"store\"}") +
               two->metric("kitchen_catalog_answers_total{layer=\"store\"}");
    };
    const double reads = filled();
    for (int sold = 1; sold <= 5; ++sold) {
        sell(sold % 2 ? *one : *two, id, 1);
        for (const auto* each : {&one, &two}) {
            EXPECT_EQ(listed(**each, id), before) << "as it was read first";
            EXPECT_EQ(shown(**each, id), before - sold) << "the food's own page is not cached";
        }
    }
    EXPECT_EQ(changes(*one), at_one);
    EXPECT_EQ(changes(*two), at_two);
    EXPECT_EQ(filled(), reads);
    // The last portion is another matter.
    sell(*one, id, before - 5);
    EXPECT_EQ(listed(*one, id), 0);
    EXPECT_TRUE(wait_until([&] { return listed(*two, id) == 0; }));
    EXPECT_EQ(changes(*one), at_one + 1);
}

TEST_P(Replicas, TheCountsOfAListAreNoOlderThanTtl) {
    const auto one = replica("ttl: 500ms"), two = replica("ttl: 500ms");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    (void)listed(*two, id);
    sell(*one, id, 1);
    const auto sold_at = std::chrono::steady_clock::now();
    for (const auto* each : {&one, &two})
        EXPECT_TRUE(wait_until([&] {
            const bool is_old = std::chrono::steady_clock::now() >
                                sold_at + std::chrono::milliseconds(500);  // before it is asked
            const std::int64_t count = listed(**each, id);
            EXPECT_TRUE(count == before - 1 || !is_old);
            return count == before - 1;
        }));
}

TEST_P(Replicas, TheSecondReplicaIsServedFromRedis) {
    const auto one = replica("ttl: 1h, revalidate: 10ms"),
               two = replica("ttl: 1h, revalidate: 10ms");
    ASSERT_TRUE(wait_until([&] {
        const HttpResponse first = one->client().get("/categories/"),
                           second = two->client().get("/categories/");
        EXPECT_EQ(first.body, second.body);
        EXPECT_EQ(first.header("etag"), second.header("etag"));
        return two->metric("kitchen_catalog_answers_total{layer=\"shared\"}") > 0 ||
               one->metric("kitchen_catalog_answers_total{layer=\"shared\"}") > 0;
    }));
}

TEST_P(Replicas, AMessageThatIsLostIsMadeUpForAfterRevalidate) {
    testkit::FaultProxy proxy(redis.port());
    const auto one = replica("ttl: 1h, revalidate: 1h", proxy.port()),
               two = replica("ttl: 1h, revalidate: 50ms");
    const std::int64_t id = counted_food(*one);
    EXPECT_GT(listed(*two, id), 0);
    proxy.cut_before("PUBLISH");
    (void)sell_out_or_restock(*one, id);
    EXPECT_EQ(proxy.strikes(), 1);
    EXPECT_EQ(listed(*one, id), 0);
    EXPECT_TRUE(wait_until([&] { return listed(*two, id) == 0; }));
}

TEST_P(Replicas, WithoutRedisTheMenuIsServedAndSoldAndCatchesUpAfterwards) {
    testkit::RedisServer own;
    const auto one = replica("ttl: 1s, revalidate: 50ms", own.port()),
               two = replica("ttl: 1s, revalidate: 50ms", own.port());
    const std::int64_t id = counted_food(*one);
    EXPECT_GT(listed(*two, id), 0);
    own.kill();
    for (int round = 0; round < 5; ++round) {
        Restaurant& seller = round % 2 ? *one : *two;
        const std::int64_t left = sell_out_or_restock(seller, id);
        EXPECT_EQ(listed(seller, id), left);
    }
    for (const auto* each : {&one, &two})
        EXPECT_TRUE(wait_until([&] { return listed(**each, id) == 0; }));  // `ttl` later
    own.restart();
    ASSERT_TRUE(wait_until([&] { return one->health() == "ok"; }));
    const std::int64_t left = sell_out_or_restock(*one, id);
    EXPECT_EQ(listed(*one, id), left);
    EXPECT_TRUE(wait_until([&] { return listed(*two, id) == left; }));
}

TEST_P(Replicas, AFrozenRedisHoldsNoClientUpForLong) {
    // The memory that stands in for Redis begins empty and is forgotten: the tokens of the time
    // before come back with Redis.
    testkit::RedisServer own;
    const auto one = replica("ttl: 1h, revalidate: 10ms", own.port(), "memory");
    const std::int64_t id = counted_food(*one);
    EXPECT_GT(listed(*one, id), 0);
    own.freeze();
    for (int round = 0; round < 5; ++round) {
        const std::int64_t left = sell_out_or_restock(*one, id);
        EXPECT_EQ(listed(*one, id), left);
    }
    own.thaw();
    ASSERT_TRUE(wait_until([&] {
        EXPECT_EQ(listed(*one, id), 0);
        return one->health() == "ok";
    }));
    for (int round = 0; round < 5; ++round) {
        const std::int64_t left = sell_out_or_restock(*one, id);
        EXPECT_EQ(listed(*one, id), left);
    }
}

TEST_P(Replicas, RubbishInRedisIsAMiss) {
    const auto one = replica("ttl: 1h, revalidate: 10ms");
    ASSERT_TRUE(wait_until([&] {
        (void)one->client().get("/categories/");
        return redis.call({"KEYS", "*catalog:answer:*"}).find("categories") != std::string::npos;
    }));
    const auto two = replica("ttl: 1h, revalidate: 10ms");
    const std::string good = one->client().get("/categories/").body;
    ASSERT_TRUE(wait_until([&] {
        return redis.call({"KEYS", "*catalog:answer:*"}).find("categories") != std::string::npos;
    }));
    std::string keys = redis.call({"KEYS", "*catalog:*"}) + '\n';
    for (std::size_t end = keys.find('\n'); end != std::string::npos;
         keys.erase(0, end + 1), end = keys.find('\n'))
        (void)redis.call({"SET", keys.substr(0, end), "rubbish"});
    for (const auto* each : {&one, &two}) {
        const HttpResponse response = (*each)->client().get("/categories/");
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, good);
    }
}

}  // namespace
}  // namespace kitchen::tests
