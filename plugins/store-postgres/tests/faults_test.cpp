// A database that goes away in every way there is. What was acknowledged is there, what was refused
// is not, and no call waits for ever.
#include "postgres_fixture.h"

#include <atomic>
#include <set>
#include <thread>

namespace kitchen::postgres {
namespace {

using Towards = FaultProxy::Towards;

class Faults : public PostgresStoreTest {
protected:
    /// Adds items from several threads until told to stop; what became of each is in acknowledged
    /// and unknown.
    void begin_adding() {
        for (int thread = 0; thread < 4; ++thread)
            adding_.emplace_back([this, thread] {
                for (int i = 0; !stop_.load(); ++i) {
                    const int id = thread * 1'000'000 + i;
                    const Status done = add(id);
                    std::lock_guard lock(mutex_);
                    if (done)
                        acknowledged_.insert(id);
                    else if (done.error().code == "commit_unknown")
                        unknown_.insert(id);
                    else
                        refused_.insert(id);
                    EXPECT_TRUE(done || done.error().kind == Errc::unavailable ||
                                done.error().kind == Errc::busy)
                        << done.error().code << " " << done.error().detail << " "
                        << done.error().subject;
                }
            });
    }
    std::size_t acknowledged() {
        std::lock_guard lock(mutex_);
        return acknowledged_.size();
    }
    void wait_for_more() {
        const std::size_t before = acknowledged();
        ASSERT_TRUE(testkit::wait_until([&] { return acknowledged() > before + 8; }));
    }
    void end_adding() {
        stop_ = true;
        for (auto& thread : adding_) thread.join();
        adding_.clear();
        const Statement all = store.prepare("SELECT id FROM items");
        std::set<int> stored;
        ASSERT_TRUE(testkit::wait_until([&] { return store.ping().has_value(); }));
        const Rows rows = store.read<Rows>([&](Transaction& tx) { return tx.query(all); }).value();
        for (const Row row : rows) stored.insert(static_cast<int>(row.integer(0)));
        for (const int id : acknowledged_)
            EXPECT_TRUE(stored.contains(id)) << id << " was acknowledged and is lost";
        for (const int id : refused_)
            EXPECT_FALSE(stored.contains(id)) << id << " was refused and is there";
        EXPECT_LE(stored.size(), acknowledged_.size() + unknown_.size());
    }

private:
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::set<int> acknowledged_, unknown_, refused_;
    std::vector<std::thread> adding_;
};

TEST_F(Faults, SessionsKilledInTheMiddle) {
    open();
    begin_adding();
    for (int round = 0; round < 5; ++round) {
        wait_for_more();
        database.terminate_sessions();
    }
    wait_for_more();
    end_adding();
}

TEST_F(Faults, AKilledSessionIsRetriedWhenNothingWasCommitted) {
    open();
    int runs = 0;
    store
        .transact([&](Transaction& tx) -> Status {
            if (auto added = tx.query(store.prepare("INSERT INTO items (id) VALUES (1)")); !added)
                return std::move(added).error();
            if (++runs == 1) database.terminate_sessions();
            return {};
        })
        .value();
    EXPECT_EQ(runs, 2);
    runs = 0;
    store
        .read([&](Transaction& tx) -> Status {
            if (auto rows = tx.query(store.prepare("SELECT id FROM items")); !rows)
                return std::move(rows).error();
            if (++runs == 1) database.terminate_sessions();
            auto rows = tx.query(store.prepare("SELECT id FROM items"));
            if (!rows) return std::move(rows).error();
            EXPECT_EQ(rows->size(), 1u);
            return {};
        })
        .value();
    EXPECT_EQ(runs, 2);
}

TEST_F(Faults, TheServerRestartsAtOnce) {
    open();
    begin_adding();
    for (int round = 0; round < 2; ++round) {
        wait_for_more();
        PostgresServer::shared().restart();
    }
    wait_for_more();
    end_adding();
}

TEST_F(Faults, AServerThatStaysAwayIsUnavailable) {
    open(hasty(database.url()));
    create_items(store);
    PostgresServer::shared().stop();
    EXPECT_EQ(store.ping().error().kind, Errc::unavailable);
    const Status refused = add(1);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_TRUE(refused.error().retry_after);
    EXPECT_EQ(read_number(store, "SELECT 1").error().kind, Errc::unavailable);
    EXPECT_TRUE(log.contains("database out of reach"));
    PostgresServer::shared().start();
    ASSERT_TRUE(testkit::wait_until([&] { return store.ping().has_value(); }));
    EXPECT_TRUE(log.contains("database reached again"));
    add(1).value();
}

TEST_F(Faults, AFrozenServerIsUnavailableInTime) {
    open(hasty(database.url()));
    create_items(store);
    add(1).value();
    PostgresServer::shared().freeze();
    EXPECT_EQ(store.ping().error().code, "store_timeout");
    EXPECT_EQ(add(2).error().kind, Errc::unavailable);  // a new connection that gets no response
    PostgresServer::shared().thaw();
    ASSERT_TRUE(testkit::wait_until([&] { return store.ping().has_value(); }));
    add(3).value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items WHERE id <> 2"), 2);
}

TEST_F(Faults, AServerThatFreezesDuringCommitLeavesItUnknown) {
    open(hasty(database.url()));
    create_items(store);
    const Status done = store.transact([&](Transaction& tx) -> Status {
        if (auto added = tx.query(store.prepare("INSERT INTO items (id) VALUES (1)")); !added)
            return std::move(added).error();
        PostgresServer::shared().freeze();
        return {};
    });
    PostgresServer::shared().thaw();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::unavailable);
    EXPECT_EQ(done.error().code, "commit_unknown");
}

TEST_F(Faults, TheReplyToCommitIsLost) {
    FaultProxy proxy(PostgresServer::shared().port());
    open({.url = PostgresServer::url_on(proxy.port(), database.name())});
    create_items(store);
    proxy.cut_response_to("COMMIT");
    int runs = 0, hooks = 0;
    const auto adding = [&](int id) {
        return store.transact([&, id](Transaction& tx) -> Status {
            ++runs;
            tx.after_commit([&] { ++hooks; });
            Rows rows;
            const Param params[] = {id};
            return tx.run(store.prepare("INSERT INTO items (id) VALUES ($1)"), params, rows);
        });
    };
    const Status done = adding(1);
    ASSERT_FALSE(done);
    EXPECT_EQ(proxy.strikes(), 1);
    EXPECT_EQ(done.error().kind, Errc::unavailable);
    EXPECT_EQ(done.error().code, "commit_unknown");
    EXPECT_EQ(runs, 1) << "it may have happened, so it must not be run again";
    EXPECT_EQ(count(), 1);  // it had
    EXPECT_EQ(hooks, 1);
    adding(2).value();
    EXPECT_EQ(hooks, 2);

    proxy.cut_before("COMMIT");
    EXPECT_EQ(adding(3).error().code, "commit_unknown");
    EXPECT_EQ(proxy.strikes(), 2);
    EXPECT_EQ(count(), 2);  // it had not: this process could not tell
    EXPECT_EQ(hooks, 3);
}

TEST_F(Faults, ALineThatBreaksBeforeCommitIsRetried) {
    FaultProxy proxy(PostgresServer::shared().port());
    open({.url = PostgresServer::url_on(proxy.port(), database.name())});
    create_items(store);
    add(1).value();
    int runs = 0, hooks = 0;
    store
        .transact([&](Transaction& tx) -> Status {
            tx.after_commit([&] { ++hooks; });
            if (auto added = tx.query(store.prepare("INSERT INTO items (id) VALUES ($1)"), {2});
                !added)
                return std::move(added).error();
            if (++runs == 1) proxy.cut();
            if (auto added = tx.query(store.prepare("INSERT INTO items (id) VALUES ($1)"), {3});
                !added)
                return std::move(added).error();
            return {};
        })
        .value();
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(hooks, 1) << "those of the lost run are dropped";
    EXPECT_EQ(count(), 3);
    proxy.cut();  // free connections too
    add(4).value();
}

TEST_F(Faults, ABlackHoleEndsInTime) {
    FaultProxy proxy(PostgresServer::shared().port());
    open(hasty(PostgresServer::url_on(proxy.port(), database.name())));
    create_items(store);
    for (const Towards direction : {Towards::client, Towards::server}) {
        ASSERT_TRUE(testkit::wait_until([&] { return store.ping().has_value(); }));
        proxy.black_hole(direction);
        EXPECT_EQ(read_number(store, "SELECT count(*) FROM items").error().kind, Errc::unavailable);
        proxy.black_hole(direction, false);
        proxy.cut();
    }
    ASSERT_TRUE(testkit::wait_until([&] { return store.ping().has_value(); }));
}

TEST_F(Faults, BytesInSmallPiecesAreTheSameResults) {
    FaultProxy proxy(PostgresServer::shared().port());
    proxy.slice(Towards::client, 7);
    proxy.slice(Towards::server, 3);
    proxy.delay(Towards::client, 1ms);
    open({.url = PostgresServer::url_on(proxy.port(), database.name())});
    create_items(store);
    for (int i = 0; i < 5; ++i) add(i).value();
    EXPECT_EQ(count(), 5);
    EXPECT_FALSE(add(1));
}

TEST(FaultsOfAFullServer, OurOwnConnectionsAreWaitedFor) {
    PostgresServer server({.settings = {"max_connections=5", "superuser_reserved_connections=0",
                                        "max_wal_senders=0"}});
    PostgresDatabase database(server);
    PostgresStore store;
    store.open({.url = database.url(), .pool_size = 20, .pool_timeout = 1min}).value();
    create_items(store);
    std::vector<std::thread> threads;
    std::atomic<int> added{0};
    for (int thread = 0; thread < 16; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 10; ++i)
                added += write(store, "INSERT INTO items (id) VALUES ($1)", {thread * 100 + i})
                             .has_value();
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(added.load(), 160);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 160);
    store.close();

    // When others hold all of them, it is the server that is unavailable.
    PostgresStore hog, late;
    hog.open({.url = database.url(), .pool_size = 5}).value();
    std::promise<void> go;
    auto open_gate = go.get_future().share();
    std::atomic<int> inside{0};
    std::vector<std::thread> holders;
    for (int i = 0; i < 5; ++i)
        holders.emplace_back([&] {
            (void)hog.read([&](Transaction&) -> Status {
                ++inside;
                open_gate.wait();
                return {};
            });
        });
    ASSERT_TRUE(testkit::wait_until([&] { return inside.load() == 5; }));
    const Status refused = late.open({.url = database.url(), .start_timeout = 0s});
    go.set_value();
    for (auto& thread : holders) thread.join();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, testing::HasSubstr("too many clients"));
}

}  // namespace
}  // namespace kitchen::postgres
