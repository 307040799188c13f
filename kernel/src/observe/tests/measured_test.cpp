// The watches around a store, a cache and a queue, over fakes that move the clock.
#include <deque>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/commit_hooks.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/memory_queue.h"
#include "observe/current_plugin.h"
#include "observe/instruments.h"
#include "observe/measured_cache.h"
#include "observe/measured_queue.h"
#include "observe/measured_store.h"
#include "observe/watched_sender.h"

namespace kitchen::observe {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Every statement takes `pace` and answers with `answer`; the store itself with `outcome`.
class FakeStore final : public Store, private SchemaTransaction {
public:
    explicit FakeStore(testkit::ManualClock& clock) : clock_(clock) {}
    Dialect dialect() const override { return {"fake", "", ""}; }
    Statement prepare(std::string_view) override { return {next_++}; }
    Status verify() override { return {}; }
    Status read(const Body& body, Staleness) override {
        return call([&] { return body(*this); });
    }
    Status transact(const Body& body, Isolation) override {
        return call([&] { return body(*this); });
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return call([&] { return body(*this); });
    }
    Status ping() override { return {}; }
    using Store::read;
    using Store::transact;

    milliseconds pace{1};
    std::deque<Status> statements;  ///< answers, in order; then success
    Status outcome;
    int runs = 1;  ///< of a body

private:
    Status run(Statement, std::span<const Param>, Rows&) override { return step(); }
    void after_commit(std::function<void()> hook) override { hooks.add(std::move(hook)); }
    Status script(std::string_view) override { return step(); }
    Status run_text(std::string_view, std::span<const Param>, Rows&) override { return step(); }
    Status step() {
        clock_.advance(pace);
        if (statements.empty()) return {};
        Status response = std::move(statements.front());
        statements.pop_front();
        return response;
    }
    Status call(const std::function<Status()>& body) {
        Status done;
        for (int i = 0; i < runs; ++i) {
            hooks.clear();
            done = body();
        }
        if (done) done = outcome;
        hooks.settle(done);
        return done;
    }

    testkit::ManualClock& clock_;
    CommitHooks hooks;
    std::uint32_t next_ = 7;
};

class MeasuredStoreTest : public testing::Test {
protected:
    double errors(const char* operation, const char* kind) const {
        return metrics.value("kitchen_store_errors_total{kind=\"" + std::string(kind) +
                             "\",operation=\"" + operation + "\",provider=\"fake\"}");
    }
    double calls(const char* operation) const {
        return metrics.value("kitchen_store_operation_duration_seconds{operation=\"" +
                             std::string(operation) + "\",provider=\"fake\"}");
    }
    static Status query(Transaction& tx, Statement statement, std::string_view secret = "hunter2") {
        auto rows = tx.query(statement, {secret});
        return rows ? Status() : Status(std::move(rows).error());
    }

    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    FakeStore inner{clock};
    MeasuredStore store{inner, "fake", milliseconds(250), metrics, clock, log};
    const Statement statement = store.prepare("SELECT name FROM users\nWHERE email = $1");
};

TEST_F(MeasuredStoreTest, CountsCallsAndPassesValuesOn) {
    const auto value = store.read<int>([&](Transaction& tx) -> Result<int> {
        if (Status done = query(tx, statement); !done) return std::move(done).error();
        return 42;
    });
    EXPECT_EQ(*value, 42);
    EXPECT_TRUE(store.transact([&](Transaction& tx) { return query(tx, statement); }));
    EXPECT_TRUE(store.migrate(
        [](SchemaTransaction& tx) { return tx.script("CREATE TABLE t (x BIGINT)"); }));
    EXPECT_EQ(calls("read"), 1);
    EXPECT_EQ(calls("transact"), 1);
    EXPECT_EQ(calls("migrate"), 1);
    EXPECT_TRUE(log.lines().empty());
}

TEST_F(MeasuredStoreTest, PassesHooksOnAndLogsWhatTheyThrow) {
    int ran = 0;
    inner.runs = 2;
    const auto with_hooks = [&](Transaction& tx) -> Status {
        tx.after_commit([] { throw std::runtime_error("no room"); });
        tx.after_commit([&] { ++ran; });
        return query(tx, statement);
    };
    EXPECT_TRUE(store.transact(with_hooks));
    EXPECT_EQ(ran, 1);
    EXPECT_TRUE(store.migrate(with_hooks));
    EXPECT_EQ(ran, 2);
    ASSERT_EQ(log.lines().size(), 2u);
    EXPECT_THAT(log.lines()[0], HasSubstr("no room"));
}

TEST_F(MeasuredStoreTest, CountsBodiesThatRanAgain) {
    const std::string repeats =
        "kitchen_store_repeats_total{operation=\"transact\",provider=\"fake\"}";
    const auto body = [&](Transaction& tx) { return query(tx, statement); };
    ASSERT_TRUE(store.transact(body));
    EXPECT_EQ(metrics.value(repeats), 0);
    inner.runs = 3;
    ASSERT_TRUE(store.transact(body));
    EXPECT_EQ(metrics.value(repeats), 2);
}

TEST_F(MeasuredStoreTest, CountsStatementsByWhoRanThem) {
    const auto ask_twice = [&](Transaction& tx) {
        Status done = query(tx, statement);
        return done ? query(tx, statement) : done;
    };
    {
        const CurrentPlugin in_a_route("catalog", "/foods/", "id", "GET");
        EXPECT_TRUE(store.read(ask_twice));
        EXPECT_TRUE(store.transact(ask_twice));
        const CurrentPlugin in_a_job("outbox", "sweep");
        EXPECT_TRUE(store.read(ask_twice));
    }
    const auto counted = [&](const std::string& call, const std::string& plugin) {
        return metrics.value("kitchen_store_statements_total{call=\"" + call + "\",plugin=\"" +
                             plugin + "\",provider=\"fake\"}");
    };
    EXPECT_EQ(counted("GET /foods/", "catalog"), 4);
    EXPECT_EQ(counted("sweep", "outbox"), 2);
}

TEST_F(MeasuredStoreTest, LogsASlowStatementWithoutItsParameters) {
    inner.pace = milliseconds(250);  // not slower than that
    ASSERT_TRUE(store.read([&](Transaction& tx) { return query(tx, statement); }));
    EXPECT_TRUE(log.lines().empty());
    inner.pace = milliseconds(251);
    ASSERT_TRUE(store.read([&](Transaction& tx) { return query(tx, statement); }));
    ASSERT_EQ(log.lines().size(), 1u);
    EXPECT_THAT(log.lines()[0], HasSubstr("slow statement ms=251"));
    EXPECT_THAT(log.lines()[0], HasSubstr("statement=SELECT name FROM users"));
    EXPECT_THAT(log.lines()[0], Not(HasSubstr("hunter2")));
    EXPECT_EQ(metrics.value("kitchen_store_slow_statements_total{provider=\"fake\"}"), 1);
}

TEST_F(MeasuredStoreTest, CutsALongText) {
    inner.pace = milliseconds(300);
    ASSERT_TRUE(store.migrate(
        [](SchemaTransaction& tx) { return tx.script("-- " + std::string(1'000'000, 'x')); }));
    ASSERT_EQ(log.lines().size(), 1u);
    EXPECT_LT(log.lines()[0].size(), 2200u);
}

TEST_F(MeasuredStoreTest, LogsNothingWhenSwitchedOff) {
    MeasuredStore silent(inner, "fake", milliseconds(0), metrics, clock, log);
    inner.pace = std::chrono::hours(1);
    ASSERT_TRUE(silent.read([&](Transaction& tx) { return query(tx, statement); }));
    EXPECT_TRUE(log.lines().empty());
}

TEST_F(MeasuredStoreTest, CountsTheErrorOfAStatementOnce) {
    const Error unique(Errc::unique, "unique", "Taken.");
    inner.statements = {unique, unique};  // doomed: the second says the same
    EXPECT_FALSE(store.transact([&](Transaction& tx) {
        (void)query(tx, statement);
        return query(tx, statement);
    }));
    EXPECT_EQ(errors("transact", "unique"), 1);
    inner.statements = {unique};
    EXPECT_FALSE(store.transact([&](Transaction& tx) -> Status {
        if (query(tx, statement)) return {};
        return Error(Errc::conflict, "email_taken", "Taken.");  // the body's own word for it
    }));
    EXPECT_EQ(errors("transact", "unique"), 2);
    EXPECT_EQ(errors("transact", "conflict"), 0);
}

TEST_F(MeasuredStoreTest, DoesNotCountWhatABodyResponses) {
    EXPECT_FALSE(store.read(
        [](Transaction&) -> Status { return Error(Errc::not_found, "no_food", "No."); }));
    EXPECT_EQ(errors("read", "not_found"), 0);
    EXPECT_EQ(calls("read"), 1);
}

TEST_F(MeasuredStoreTest, CountsWhatTheStoreItselfResponses) {
    inner.outcome = Error(Errc::storage_full, "full", "No room.");
    EXPECT_FALSE(store.transact([&](Transaction& tx) { return query(tx, statement); }));
    EXPECT_EQ(errors("transact", "storage_full"), 1);
    inner.runs = 0;
    inner.outcome = Error(Errc::unavailable, "away", "Later.");
    EXPECT_FALSE(store.read([](Transaction&) -> Status { return {}; }));
    EXPECT_EQ(errors("read", "unavailable"), 1);
}

TEST_F(MeasuredStoreTest, TheLastWriteHasFailedUntilOneHasGone) {
    const Statement insert = store.prepare("INSERT INTO foods VALUES (1)"),
                    select = store.prepare("SELECT 1");
    const auto run = [&](Statement statement) {
        return store.transact([&](Transaction& tx) {
            Rows rows;
            return tx.run(statement, {}, rows);
        });
    };
    EXPECT_TRUE(store.last_write());
    inner.statements = {Error(Errc::unique, "unique", "There is one.")};
    EXPECT_FALSE(run(insert));
    EXPECT_TRUE(store.last_write()) << "not the store's fault";
    inner.outcome = Error(Errc::storage_full, "storage_full", "The disk is full.");
    EXPECT_FALSE(run(insert));  // at COMMIT
    ASSERT_FALSE(store.last_write());
    EXPECT_EQ(store.last_write().error().detail, "The disk is full.");
    inner.outcome = {};
    EXPECT_TRUE(run(select));
    EXPECT_FALSE(store.last_write()) << "it wrote nothing";
    EXPECT_TRUE(run(insert));
    EXPECT_TRUE(store.last_write());
    inner.statements = {Error(Errc::unavailable, "store_unavailable", "It is away.")};
    EXPECT_FALSE(run(insert));
    EXPECT_FALSE(store.last_write());
}

TEST(WatchedMailer, TheLastMailHasFailedUntilOneHasGone) {
    struct Scripted : Mailer {
        Status send(const Mail&) override { return next; }
        Status next;
    } mailer;
    WatchedMailer watched(mailer);
    const auto send = [&](Status next) {
        mailer.next = std::move(next);
        (void)watched.send({});
        return watched.last().has_value();
    };
    EXPECT_TRUE(send(Error(Errc::unprocessable, "address", "There is no such address.")));
    EXPECT_FALSE(send(Error(Errc::unavailable, "away", "The service is away.")));
    EXPECT_FALSE(send(Error(Errc::unprocessable, "address", "There is no such address.")));
    EXPECT_TRUE(send({}));
}

TEST_F(MeasuredStoreTest, CountsErrorsThatARetrySettled) {
    inner.runs = 2;
    inner.statements = {Error(Errc::busy, "serialization", "Again.")};
    EXPECT_TRUE(store.transact([&](Transaction& tx) { return query(tx, statement); }));
    EXPECT_EQ(errors("transact", "busy"), 1);
    EXPECT_EQ(calls("transact"), 1);
}

TEST_F(MeasuredStoreTest, CountsACallWhoseBodyThrows) {
    EXPECT_THROW((void)store.read([](Transaction&) -> Status { throw std::runtime_error("bug"); }),
                 std::runtime_error);
    EXPECT_EQ(calls("read"), 1);
}

/// Knows one key.
class FakeCache final : public Cache {
public:
    Result<std::optional<std::string>> get(std::string_view key) override {
        if (broken) return away();
        return key == "known" ? std::optional<std::string>("value") : std::nullopt;
    }
    Status set(std::string_view, std::string_view, Millis) override { return response(); }
    Result<bool> set_if_absent(std::string_view, std::string_view, Millis) override { return true; }
    Result<bool> erase(std::string_view) override { return true; }
    Result<std::optional<Millis>> ttl(std::string_view) override {
        return std::optional(Millis(7));
    }
    Status set_fields(std::string_view, const CacheFields&, Millis) override { return response(); }
    Result<bool> update_fields(std::string_view, const CacheFields&) override { return false; }
    Result<std::optional<CacheFields>> get_fields(std::string_view) override {
        return std::optional<CacheFields>();
    }
    Result<std::optional<std::int64_t>> increment_field(std::string_view, std::string_view,
                                                        std::int64_t max) override {
        return std::optional(max);
    }
    Result<Comparison> compare_and_count(std::string_view, std::string_view, std::string_view,
                                         std::int64_t max) override {
        return Comparison{Comparison::Outcome::mismatch, max, {}};
    }
    Result<RateDecision> rate_tick(std::string_view, std::int64_t burst, Millis) override {
        return RateDecision{true, burst, {}, {}};
    }
    Status publish(std::string_view, std::string_view) override { return response(); }
    std::shared_ptr<void> subscribe(std::string_view, Subscriber subscriber) override {
        subscriber("hello");
        return nullptr;
    }

    bool broken = false;

private:
    static Error away() { return Error(Errc::unavailable, "cache_away", "Later."); }
    Status response() const { return broken ? Status(away()) : Status(); }
};

TEST(MeasuredCacheTest, CountsAndPassesEverythingOn) {
    testkit::ManualClock clock;
    testkit::RecordingMetrics metrics;
    FakeCache inner;
    MeasuredCache cache(inner, "fake", metrics, clock);
    using Millis = Cache::Millis;
    EXPECT_EQ(**cache.get("known"), "value");
    EXPECT_FALSE(*cache.get("unknown"));
    EXPECT_TRUE(cache.set("k", "v", Millis(1)));
    EXPECT_TRUE(*cache.set_if_absent("k", "v", Millis(1)));
    EXPECT_TRUE(*cache.erase("k"));
    EXPECT_EQ(**cache.ttl("k"), Millis(7));
    EXPECT_TRUE(cache.set_fields("k", {}, Millis(1)));
    EXPECT_FALSE(*cache.update_fields("k", {}));
    EXPECT_FALSE(*cache.get_fields("k"));
    EXPECT_EQ(**cache.increment_field("k", "f", 9), 9);
    EXPECT_EQ(cache.compare_and_count("k", "f", "c", 3)->attempts_left, 3);
    EXPECT_EQ(cache.rate_tick("k", 5, Millis(1))->remaining, 5);
    EXPECT_TRUE(cache.publish("c", "m"));
    std::string heard;
    (void)cache.subscribe("c", [&](std::string_view message) { heard = message; });
    EXPECT_EQ(heard, "hello");

    EXPECT_EQ(metrics.value("kitchen_cache_lookups_total{outcome=\"hit\",provider=\"fake\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_cache_lookups_total{outcome=\"miss\",provider=\"fake\"}"), 2);
    const auto calls = [&](const std::string& operation) {
        return metrics.value("kitchen_cache_operation_duration_seconds{operation=\"" + operation +
                             "\",provider=\"fake\"}");
    };
    EXPECT_EQ(calls("get"), 2);
    for (const char* once :
         {"set", "set_if_absent", "erase", "ttl", "set_fields", "update_fields", "get_fields",
          "increment_field", "compare_and_count", "rate_tick", "publish"})
        EXPECT_EQ(calls(once), 1) << once;

    inner.broken = true;
    EXPECT_FALSE(cache.get("known"));
    EXPECT_FALSE(cache.publish("c", "m"));
    EXPECT_EQ(
        metrics.value(
            "kitchen_cache_errors_total{kind=\"unavailable\",operation=\"get\",provider=\"fake\"}"),
        1);
    EXPECT_EQ(metrics.value("kitchen_cache_errors_total{kind=\"unavailable\",operation=\"publish\","
                            "provider=\"fake\"}"),
              1);
    EXPECT_EQ(metrics.value("kitchen_cache_lookups_total{outcome=\"miss\",provider=\"fake\"}"), 2);
}

TEST(MeasuredQueueTest, CountsAndPassesEverythingOn) {
    testkit::ManualClock clock;
    testkit::RecordingMetrics metrics;
    testkit::MemoryQueue inner(clock);
    MeasuredQueue queue(inner, "fake", metrics, clock);
    using std::chrono::seconds;
    const QueueReceive at_once{10, seconds(0), seconds(30)};
    queue.send("one").value();
    queue.send("two").value();
    auto messages = queue.receive(at_once, {}).value();
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_TRUE(queue.hide(messages[0].receipt, seconds(0)));
    EXPECT_TRUE(queue.remove(messages[1].receipt));
    EXPECT_EQ(queue.receive(at_once, {})->size(), 1u);
    EXPECT_EQ(metrics.value("kitchen_queue_received_total{provider=\"fake\"}"), 3);
    EXPECT_EQ(metrics.value("kitchen_queue_redelivered_total{provider=\"fake\"}"), 1);
    const auto calls = [&](const std::string& operation) {
        return metrics.value("kitchen_queue_operation_duration_seconds{operation=\"" + operation +
                             "\",provider=\"fake\"}");
    };
    EXPECT_EQ(calls("send"), 2);
    EXPECT_EQ(calls("receive"), 2);
    EXPECT_EQ(calls("hide"), 1);
    EXPECT_EQ(calls("remove"), 1);

    inner.fail_with(Error(Errc::unavailable, "queue_away", "Later."));
    EXPECT_FALSE(queue.send("three"));
    EXPECT_EQ(metrics.value("kitchen_queue_errors_total{kind=\"unavailable\",operation=\"send\","
                            "provider=\"fake\"}"),
              1);
}

TEST(InstrumentsTest, WrapsWhatItKnowsAndNothingElse) {
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    Instruments instruments(metrics, clock, log, milliseconds(250));
    FakeStore store(clock);
    FakeCache cache;
    Store* const as_store = &store;
    Cache* const as_cache = &cache;
    auto* const seen_store = static_cast<Store*>(instruments.wrap("store/1", "fake", as_store));
    auto* const seen_cache = static_cast<Cache*>(instruments.wrap("cache/1", "fake", as_cache));
    EXPECT_NE(seen_store, as_store);
    EXPECT_EQ(seen_store->dialect().name, "fake");
    EXPECT_NE(seen_cache, as_cache);
    EXPECT_TRUE(seen_cache->set("k", "v", Cache::Millis(1)));
    testkit::MemoryQueue queue(clock);
    Queue* const as_queue = &queue;
    auto* const seen_queue = static_cast<Queue*>(instruments.wrap("queue/1", "fake", as_queue));
    EXPECT_NE(seen_queue, as_queue);
    EXPECT_TRUE(seen_queue->send("x"));
    struct : SmsSender {
        Status send(const Sms&) override { return Error(Errc::unavailable, "away", "Away."); }
    } sender;
    SmsSender* const as_sender = &sender;
    auto* const seen_sender = static_cast<SmsSender*>(instruments.wrap("sms/1", "fake", as_sender));
    EXPECT_EQ(instruments.checks().back().name, "last_sms");
    EXPECT_TRUE(instruments.checks().back().last());
    EXPECT_FALSE(seen_sender->send({}));
    EXPECT_FALSE(instruments.checks().back().last());
    int other = 0;
    EXPECT_EQ(instruments.wrap("greeter/1", "fake", &other), &other);
}

}  // namespace
}  // namespace kitchen::observe
