// Replicas that share a database and one real Redis: what one sells, the others show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

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
        config.cache = "{id: cache-redis, config: {url: 'redis://127.0.0.1:" +
                       std::to_string(redis_port ? redis_port : redis.port()) +
                       "', on_failure: " + on_failure +
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
    static void sell(Restaurant& replica, std::int64_t id) {
        const Portion portion{id, 1};
        replica.service<Store>()
            .transact([&](Transaction& tx) {
                return replica.service<Catalog>().take(tx, {&portion, 1}, "order 1", std::nullopt);
            })
            .value();
    }
    /// As the menu, the list and the food itself show it, which must agree when none is being sold.
    static std::int64_t shown(const Restaurant& replica, std::int64_t id) {
        const HttpResponse food = replica.client().get("/foods/" + std::to_string(id) + "/");
        EXPECT_EQ(food.status, 200) << food.body;
        return food.json["available_quantity"].as_integer();
    }
    static std::int64_t listed(const Restaurant& replica, std::int64_t id) {
        const HttpResponse menu = replica.client().get("/foods/?limit=100");
        EXPECT_EQ(menu.status, 200) << menu.body;
        for (const Json& food : menu.json["result"].as_array())
            if (food["id"].as_integer() == id) return food["available_quantity"].as_integer();
        return -1;
    }

    testkit::TemporaryDirectory directory;
    const RestaurantConfig shared = GetParam()();
    testkit::RedisServer& redis = testkit::RedisServer::shared();
};

INSTANTIATE_TEST_SUITE_P(Stores, Replicas,
                         testing::Values(&testkit::on_sqlite,
                                         static_cast<RestaurantConfig (*)()>(testkit::on_postgres)),
                         [](const auto& info) { return info.index == 0 ? "Sqlite" : "Postgres"; });

TEST_P(Replicas, WhatOneSellsTheOtherShowsOnceTheMessageHasCome) {
    const auto one = replica("ttl: 1h, revalidate: 1h"), two = replica("ttl: 1h, revalidate: 1h");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    for (int sold = 1; sold <= 10; ++sold) {
        Restaurant& seller = sold % 2 ? *one : *two;
        const Restaurant& other = sold % 2 ? *two : *one;
        (void)listed(other, id);
        (void)shown(other, id);
        sell(seller, id);
        EXPECT_EQ(shown(seller, id), before - sold);
        EXPECT_EQ(listed(seller, id), before - sold);
        EXPECT_TRUE(wait_until([&] {
            return shown(other, id) == before - sold && listed(other, id) == before - sold;
        }));
    }
    EXPECT_GE(one->metric("kitchen_catalog_cache_changes_total"), 10);
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
    const std::int64_t id = counted_food(*one), before = shown(*two, id);
    proxy.cut_before("PUBLISH");
    sell(*one, id);
    EXPECT_EQ(proxy.strikes(), 1);
    EXPECT_EQ(shown(*one, id), before - 1);
    EXPECT_TRUE(wait_until([&] { return shown(*two, id) == before - 1; }));
}

TEST_P(Replicas, WithoutRedisTheMenuIsServedAndSoldAndCatchesUpAfterwards) {
    testkit::RedisServer own;
    const auto one = replica("ttl: 1s, revalidate: 50ms", own.port()),
               two = replica("ttl: 1s, revalidate: 50ms", own.port());
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    EXPECT_EQ(shown(*two, id), before);
    own.kill();
    for (int sold = 1; sold <= 5; ++sold) {
        sell(sold % 2 ? *one : *two, id);
        EXPECT_EQ(shown(sold % 2 ? *one : *two, id), before - sold);
    }
    for (const auto* each : {&one, &two})
        EXPECT_TRUE(wait_until([&] { return shown(**each, id) == before - 5; }));  // `ttl` later
    own.restart();
    ASSERT_TRUE(wait_until([&] { return one->health() == "ok"; }));
    sell(*one, id);
    EXPECT_EQ(shown(*one, id), before - 6);
    EXPECT_TRUE(wait_until([&] { return shown(*two, id) == before - 6; }));
}

TEST_P(Replicas, AFrozenRedisHoldsNoClientUpForLong) {
    // The memory that stands in for Redis begins empty and is forgotten: the tokens of the time
    // before come back with Redis.
    testkit::RedisServer own;
    const auto one = replica("ttl: 1h, revalidate: 10ms", own.port(), "memory");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    own.freeze();
    for (int sold = 1; sold <= 5; ++sold) {
        sell(*one, id);
        EXPECT_EQ(shown(*one, id), before - sold);
    }
    own.thaw();
    ASSERT_TRUE(wait_until([&] {
        EXPECT_EQ(shown(*one, id), before - 5);
        return one->health() == "ok";
    }));
    for (int sold = 6; sold <= 10; ++sold) {
        sell(*one, id);
        EXPECT_EQ(shown(*one, id), before - sold);
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
