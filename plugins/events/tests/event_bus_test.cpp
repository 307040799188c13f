#include "event_bus.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "kitchen/testkit/recording_setup.h"
#include "migrations.gen.h"
#include "sqlite_store.h"

namespace kitchen::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Rung {
    static constexpr std::string_view event_name = "bell.rung/1";
    std::int64_t times = 0;
    std::string by;

    static void describe(http::BodyFields<Rung>& field) {
        field("times", &Rung::times).min(1);
        field("by", &Rung::by);
    }
};
struct Muted {
    static constexpr std::string_view event_name = "bell.muted/1";
    bool for_good = false;

    static void describe(http::BodyFields<Muted>& field) { field("for_good", &Muted::for_good); }
};

struct Undeclared {
    static constexpr std::string_view event_name = "bell.lost/1";
    static void describe(http::BodyFields<Undeclared>&) {}
};

class EventBusTest : public testing::Test {
protected:
    EventBusTest() {
        testkit::apply_migrations(*store, "events", kitchen_migrations);
        bus.declare<Rung>(bell);
        bus.declare<Muted>(bell);
    }
    /// As if all plugins had started.
    void open(EventBus& one) {
        one.open().value();
        one.poll();
    }
    void ring(std::int64_t times, const std::string& by = "ada") {
        store->transact([&](Transaction& tx) { return bus.emit(tx, Rung{times, by}); }).value();
    }
    Subscription at(const std::string& name) {
        return store
            ->read<Subscription>([&](Transaction& tx) -> Result<Subscription> {
                return log.subscriber(tx, name).value().value();
            })
            .value();
    }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    testkit::ManualJobs jobs;
    testkit::RecordingLogger logger;
    EventLog log{*store};
    const DeliveryRules rules{3, {std::chrono::seconds(1), std::chrono::seconds(8)}};
    EventBus bus{*store, log, jobs, clock, random, logger, rules};
    const testkit::RecordingSetup bell{"bell"}, counter{"counter"};
    std::vector<std::int64_t> seen;
};

}  // namespace

TEST_F(EventBusTest, EachEventComesOnceAndInOrder) {
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(bus);
    for (int i = 1; i <= 250; ++i) ring(i);  // more than one batch
    jobs.run_all();
    ASSERT_EQ(seen.size(), 250u);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    bus.poll();
    jobs.run_all();
    EXPECT_EQ(seen.size(), 250u);
    EXPECT_EQ(at("counter.sum").position, 250);
}

TEST_F(EventBusTest, NothingComesOfATransactionThatWasRolledBack) {
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(bus);
    EXPECT_FALSE(store->transact([&](Transaction& tx) -> Status {
        bus.emit(tx, Rung{7, "eve"}).value();
        return Error(Errc::conflict, "no", "No.");
    }));
    ring(8);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(8));
}

TEST_F(EventBusTest, NothingIsDeliveredBeforeAllPluginsHaveStarted) {
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung&) -> Status {
        seen.push_back(1);
        return {};
    });
    bus.open().value();
    ring(1);
    jobs.run_all();
    EXPECT_THAT(seen, IsEmpty());
    bus.poll();
    jobs.run_all();
    EXPECT_EQ(seen.size(), 1u);
    bus.close();
    ring(1);
    jobs.run_all();
    EXPECT_EQ(seen.size(), 1u);
}

TEST_F(EventBusTest, OneThatIsNewOrWasOffCatchesUpFromWhereItStands) {
    ring(1);
    ring(2);
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(bus);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(1, 2));

    EventBus without(*store, log, jobs, clock, random, logger, rules);  // the plugin is off
    without.declare<Rung>(bell);
    open(without);
    store->transact([&](Transaction& tx) { return without.emit(tx, Rung{3, "ada"}); }).value();
    jobs.run_all();

    EventBus again(*store, log, jobs, clock, random, logger, rules);
    again.declare<Rung>(bell);
    again.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(again);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_F(EventBusTest, AHandlerAndItsPositionCommitTogether) {
    const Statement write =
        store->prepare("INSERT INTO events (name, data, emitted_at) VALUES ('note', '{}', $1)");
    bool fail = true;
    bus.on<Rung>(counter, "sum", [&](Transaction& tx, const Rung& rung) -> Status {
        if (Status written = tx.execute(write, {rung.times}); !written) return written;
        if (fail) return Error(Errc::internal, "broken", "Broken.");
        return {};
    });
    open(bus);
    ring(5);
    jobs.run_all();
    const auto notes = [&] {
        return store
            ->read<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
                return std::ssize(log.after(tx, 0, 100).value());
            })
            .value();
    };
    EXPECT_EQ(notes(), 1);  // the event alone
    fail = false;
    clock.advance(std::chrono::seconds(10));
    bus.poll();
    jobs.run_all();
    bus.poll();
    jobs.run_all();
    EXPECT_EQ(notes(), 2);  // what the handler wrote, once
}

TEST_F(EventBusTest, OneThatFailsIsTriedLaterAndThenParkedWhileTheOthersGoOn) {
    int tries = 0;
    bool broken = true;
    bus.on<Rung>(counter, "broken", [&](Transaction&, const Rung& rung) -> Status {
        ++tries;
        if (broken && rung.times == 2) throw 7;
        return {};
    });
    bus.on<Rung>(counter, "sound", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(bus);
    for (int i = 1; i <= 3; ++i) ring(i);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
    EXPECT_EQ(at("counter.broken").position, 1);
    EXPECT_EQ(at("counter.broken").attempts, 1);
    const int so_far = tries;
    bus.poll();
    jobs.run_all();
    EXPECT_EQ(tries, so_far);  // not before its time

    for (int i = 0; i < 10; ++i) {
        clock.advance(std::chrono::seconds(10));
        bus.poll();
        jobs.run_all();
    }
    EXPECT_TRUE(bus.is_parked(at("counter.broken")));
    EXPECT_THAT(at("counter.broken").error, HasSubstr("counter failed in bell.rung/1"));
    EXPECT_TRUE(bus.standing("counter.broken").is_parked);
    EXPECT_EQ(bus.standing("counter.broken").behind, 2);
    EXPECT_FALSE(bus.standing("counter.sound").is_parked);

    broken = false;
    bus.resume("counter.broken").value();
    bus.poll();
    jobs.run_all();
    EXPECT_EQ(at("counter.broken").position, 3);
    EXPECT_EQ(bus.resume("no.body").error().code, "subscriber_not_found");
}

TEST_F(EventBusTest, WhatHappensDuringADeliveryIsDeliveredWithoutAPoll) {
    bus.on<Rung>(counter, "echo", [&](Transaction& tx, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        if (rung.times > 1) return {};
        if (Status emitted = bus.emit(tx, Rung{2, "echo"}); !emitted) return emitted;
        // The job that the emission posts runs on another thread while this one delivers.
        tx.after_commit([&] { std::thread([&] { jobs.run_all(); }).join(); });
        return {};
    });
    open(bus);
    ring(1);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST_F(EventBusTest, MembersThatAreAddedLaterAreNoMisfit) {
    const Statement raw =
        store->prepare("INSERT INTO events (name, data, emitted_at) VALUES ('bell.rung/1', $1, 0)");
    store
        ->transact([&](Transaction& tx) {
            return tx.execute(raw, {R"({"times":4,"by":"ada","tower":"north"})"});
        })
        .value();
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    open(bus);
    jobs.run_all();
    EXPECT_THAT(seen, ElementsAre(4));
}

TEST_F(EventBusTest, OneJobHandlesOnlySoMuchBeforeOthersHaveTheirTurn) {
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung& rung) -> Status {
        seen.push_back(rung.times);
        return {};
    });
    for (int i = 1; i <= 2'500; ++i) ring(i);
    open(bus);
    EXPECT_GE(jobs.run_all(), 2);
    EXPECT_EQ(seen.size(), 2'500u);
    EXPECT_EQ(bus.standing("counter.sum").behind, 0);
}

TEST_F(EventBusTest, WhatIsOnlyAwayDoesNotPark) {
    bus.on<Rung>(counter, "away", [&](Transaction&, const Rung&) -> Status {
        return Error(Errc::unavailable, "away", "Away.");
    });
    open(bus);
    ring(1);
    for (int i = 0; i < 10; ++i) {
        bus.poll();
        jobs.run_all();
        clock.advance(std::chrono::seconds(10));
    }
    EXPECT_EQ(at("counter.away").attempts, 0);
    EXPECT_THAT(at("counter.away").error, HasSubstr("Away."));
}

TEST_F(EventBusTest, OneNameIsOneSubscriberOfSeveralEvents) {
    std::vector<std::string> order;
    bus.on<Rung>(counter, "all", [&](Transaction&, const Rung&) -> Status {
        order.push_back("rung");
        return {};
    });
    bus.on<Muted>(counter, "all", [&](Transaction&, const Muted& muted) -> Status {
        order.push_back(muted.for_good ? "muted for good" : "muted");
        return {};
    });
    open(bus);
    ring(1);
    store->transact([&](Transaction& tx) { return bus.emit(tx, Muted{true}); }).value();
    ring(2);
    jobs.run_all();
    EXPECT_THAT(order, ElementsAre("rung", "muted for good", "rung"));
}

TEST_F(EventBusTest, MistakesOfPluginsAreNamed) {
    const auto what = [](const std::function<void()>& mistake) -> std::string {
        try {
            mistake();
        } catch (const std::logic_error& thrown) {
            return thrown.what();
        }
        return "none";
    };
    EXPECT_THAT(what([&] { bus.declare<Rung>(counter); }), HasSubstr("plugin 'bell'"));
    EXPECT_THAT(
        what([&] {
            (void)store->transact([&](Transaction& tx) { return bus.emit(tx, Undeclared{}); });
        }),
        HasSubstr("bell.lost/1"));
    const auto none = [](Transaction&, const Rung&) -> Status { return {}; };
    bus.on<Rung>(counter, "sum", none);
    EXPECT_THAT(what([&] { bus.on<Rung>(counter, "sum", none); }), HasSubstr("twice"));
    bus.on<Rung>(bell, "sum", none);  // another plugin's
    EXPECT_THAT(what([&] { bus.on<Rung>(bell, "The Sum", none); }), HasSubstr("lower-case"));
}

TEST_F(EventBusTest, AnEventOfAnotherTypeParksItsSubscriberWithTheReason) {
    const Statement raw =
        store->prepare("INSERT INTO events (name, data, emitted_at) VALUES ('bell.rung/1', $1, 0)");
    store->transact([&](Transaction& tx) { return tx.execute(raw, {R"({"times":"x"})"}); }).value();
    bus.on<Rung>(counter, "sum", [&](Transaction&, const Rung&) -> Status {
        seen.push_back(1);
        return {};
    });
    open(bus);
    jobs.run_all();
    EXPECT_THAT(at("counter.sum").error, HasSubstr("bell.rung/1/times"));
    EXPECT_THAT(seen, IsEmpty());
}

}  // namespace kitchen::events
