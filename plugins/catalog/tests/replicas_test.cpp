// Replicas that share a database and one real Redis: what one sells, the others show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "kitchen/catalog.h"
#include "kitchen/store.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fault_proxy.h"
#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/redis_server.h"
#include "kitchen/testkit/test_kernel.h"

namespace kitchen::tests {
namespace {

using testkit::HttpAnswer;
using testkit::TestKernel;
using testkit::wait_until;

enum class Database { sqlite, postgres };

class Replicas : public testing::TestWithParam<Database> {
protected:
    Replicas() {
        if (GetParam() == Database::postgres)
            database = std::make_unique<testkit::PostgresDatabase>();
    }

    /// `cache`: keys of catalog.cache in flow style. `redis_port` 0: without a proxy in between.
    std::unique_ptr<TestKernel> replica(const std::string& cache, std::uint16_t redis_port = 0,
                                        const std::string& on_failure = "fail") {
        testkit::TestKernelOptions options;
        options.environment = {{"DATA", directory.path().string()}};
        const std::string store =
            database ? "  - id: store-postgres\n    config: {url: '" + database->url() + "'}\n"
                     : "  - id: store-sqlite\n    config: {path: '${DATA}/kitchen.db'}\n";
        return std::make_unique<TestKernel>(
            "server: {metrics: {access: open}}\n"
            "plugins:\n" +
                store +
                "  - id: cache-redis\n"
                "    config: {url: 'redis://127.0.0.1:" +
                std::to_string(redis_port ? redis_port : redis.port()) +
                "', on_failure: " + on_failure +
                ", breaker: {min_delay: 20ms, max_delay: 200ms}}\n"
                "  - id: mail-log\n"
                "    config: {directory: '${DATA}/mail'}\n"
                "  - id: auth\n"
                "  - id: catalog\n"
                "    config: {demo_menu: true, cache: {" +
                cache + "}}\n",
            options);
    }
    /// Some food that is counted.
    static std::int64_t counted_food(const TestKernel& kernel) {
        const HttpAnswer menu = kernel.client().get("/foods/?limit=100");
        for (const Json& food : menu.json["result"].as_array())
            if (!food["available_quantity"].is_null()) return food["id"].as_integer();
        throw std::runtime_error("no food is counted");
    }
    static void sell(TestKernel& kernel, std::int64_t id) {
        const Portion portion{id, 1};
        kernel.service<Store>()
            .transact([&](Transaction& tx) {
                return kernel.service<Catalog>().take(tx, {&portion, 1}, "order 1", std::nullopt);
            })
            .value();
    }
    /// As the menu, the list and the food itself show it, which must agree when nobody sells.
    static std::int64_t shown(const TestKernel& kernel, std::int64_t id) {
        const HttpAnswer food = kernel.client().get("/foods/" + std::to_string(id) + "/");
        EXPECT_EQ(food.status, 200) << food.body;
        return food.json["available_quantity"].as_integer();
    }
    static std::int64_t listed(const TestKernel& kernel, std::int64_t id) {
        const HttpAnswer menu = kernel.client().get("/foods/?limit=100");
        EXPECT_EQ(menu.status, 200) << menu.body;
        for (const Json& food : menu.json["result"].as_array())
            if (food["id"].as_integer() == id) return food["available_quantity"].as_integer();
        return -1;
    }
    static double metric(const TestKernel& kernel, const std::string& series) {
        const std::string text = kernel.client().get("/metrics").body;
        const auto at = text.find("\n" + series + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }

    testkit::TemporaryDirectory directory;
    std::unique_ptr<testkit::PostgresDatabase> database;
    testkit::RedisServer redis;
};

INSTANTIATE_TEST_SUITE_P(Stores, Replicas, testing::Values(Database::sqlite, Database::postgres),
                         [](const auto& info) {
                             return info.param == Database::sqlite ? "Sqlite" : "Postgres";
                         });

TEST_P(Replicas, WhatOneSellsTheOtherShowsOnceTheMessageHasCome) {
    const auto one = replica("ttl: 1h, revalidate: 1h"), two = replica("ttl: 1h, revalidate: 1h");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    for (int sold = 1; sold <= 10; ++sold) {
        TestKernel& seller = sold % 2 ? *one : *two;
        const TestKernel& other = sold % 2 ? *two : *one;
        (void)listed(other, id);
        (void)shown(other, id);
        sell(seller, id);
        EXPECT_EQ(shown(seller, id), before - sold);
        EXPECT_EQ(listed(seller, id), before - sold);
        EXPECT_TRUE(wait_until([&] {
            return shown(other, id) == before - sold && listed(other, id) == before - sold;
        }));
    }
    EXPECT_GE(metric(*one, "kitchen_catalog_cache_changes_total"), 10);
}

TEST_P(Replicas, TheSecondReplicaIsServedFromRedis) {
    const auto one = replica("ttl: 1h, revalidate: 10ms"),
               two = replica("ttl: 1h, revalidate: 10ms");
    ASSERT_TRUE(wait_until([&] {
        const HttpAnswer first = one->client().get("/categories/"),
                         second = two->client().get("/categories/");
        EXPECT_EQ(first.body, second.body);
        EXPECT_EQ(first.header("etag"), second.header("etag"));
        return metric(*two, "kitchen_catalog_answers_total{layer=\"shared\"}") > 0 ||
               metric(*one, "kitchen_catalog_answers_total{layer=\"shared\"}") > 0;
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
    const auto one = replica("ttl: 1s, revalidate: 50ms"),
               two = replica("ttl: 1s, revalidate: 50ms");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    EXPECT_EQ(shown(*two, id), before);
    redis.kill();
    for (int sold = 1; sold <= 5; ++sold) {
        sell(sold % 2 ? *one : *two, id);
        EXPECT_EQ(shown(sold % 2 ? *one : *two, id), before - sold);
    }
    for (const auto* kernel : {&one, &two})
        EXPECT_TRUE(wait_until([&] { return shown(**kernel, id) == before - 5; }));  // `ttl` later
    redis.restart();
    ASSERT_TRUE(
        wait_until([&] { return one->client().get("/health/").json["status"] == Json("ok"); }));
    sell(*one, id);
    EXPECT_EQ(shown(*one, id), before - 6);
    EXPECT_TRUE(wait_until([&] { return shown(*two, id) == before - 6; }));
}

TEST_P(Replicas, AFrozenRedisHoldsNobodyUpForLong) {
    // The memory that stands in for Redis begins empty and is forgotten: the tokens of the time
    // before come back with Redis.
    const auto one = replica("ttl: 1h, revalidate: 10ms", 0, "memory");
    const std::int64_t id = counted_food(*one), before = shown(*one, id);
    redis.freeze();
    for (int sold = 1; sold <= 5; ++sold) {
        sell(*one, id);
        EXPECT_EQ(shown(*one, id), before - sold);
    }
    redis.thaw();
    ASSERT_TRUE(wait_until([&] {
        EXPECT_EQ(shown(*one, id), before - 5);
        return one->client().get("/health/").json["status"] == Json("ok");
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
    for (const auto* kernel : {&one, &two}) {
        const HttpAnswer answer = (*kernel)->client().get("/categories/");
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, good);
    }
}

}  // namespace
}  // namespace kitchen::tests
