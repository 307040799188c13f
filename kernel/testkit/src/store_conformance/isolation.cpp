// A body means the same on every store: as if it ran alone. Where writers overlap, each case makes
// its bodies read before any of them writes, so that the anomaly would come every time.
#include <atomic>
#include <utility>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_isolation() {}

namespace {

/// Where bodies that run at once wait for each other.
class Meeting {
public:
    explicit Meeting(int bodies) : bodies_(bodies) {}

    void wait() {
        std::unique_lock lock(mutex_);
        ++arrived_;
        changed_.notify_all();
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(1), [this] {
            return arrived_ >= bodies_;
        })) << "StoreFactory says that writers overlap on this store, but they do not";
    }

private:
    const int bodies_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
};

/// Half of a body: the reads, which leave what they found in `found`, or the writes.
using Half = std::function<Status(Transaction&, int body, std::int64_t& found)>;

Error refused() { return {Errc::conflict, "refused", "The rule says no."}; }

/// Runs `count` transactions at once, each on a thread of its own; the first run of each waits
/// between its halves until all have read. Gives how many were kept; the others must have been
/// refused by their body.
int run_at_once(Store& store, bool writers_overlap, int count, const Half& reads,
                const Half& writes, Isolation isolation = Isolation::serializable) {
    Meeting meeting(count);
    std::atomic<int> inside{0}, kept{0}, hooks{0};
    in_parallel(count, [&](int body) {
        bool is_first_run = true;
        const Status done = until_not_busy([&] {
            return store.transact(
                [&](Transaction& tx) -> Status {
                    if (!writers_overlap) {
                        EXPECT_EQ(inside++, 0) << "writers overlap: StoreFactory must say so";
                    }
                    tx.after_commit([&] { ++hooks; });
                    std::int64_t found = 0;
                    Status status = reads(tx, body, found);
                    if (writers_overlap && std::exchange(is_first_run, false)) meeting.wait();
                    if (status) status = writes(tx, body, found);
                    if (!writers_overlap) --inside;
                    return status;
                },
                isolation);
        });
        kept += done.has_value();
        if (!done) {
            EXPECT_EQ(done.error().code, "refused") << done.error().detail;
        }
    });
    EXPECT_EQ(hooks.load(), kept.load()) << "hooks of runs that were not kept";
    return kept;
}

/// Reads one number.
Half reading(Statement statement) {
    return [statement](Transaction& tx, int, std::int64_t& found) -> Status {
        auto value = number(tx, statement);
        if (!value) return std::move(value).error();
        found = *value;
        return {};
    };
}

}  // namespace

TEST_P(StoreConformance, ReadComputeWriteLosesNoUpdate) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 100)").value();
    const Statement get = store->prepare("SELECT amount FROM accounts WHERE id = 1");
    const Statement set = store->prepare("UPDATE accounts SET amount = $1 WHERE id = 1");
    const auto raise = [&](Transaction& tx, int, std::int64_t amount) {
        return run(tx, set, {amount + 1});
    };
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot})
        EXPECT_EQ(
            run_at_once(*store, GetParam().writers_overlap, 4, reading(get), raise, isolation), 4);
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts"), 108);
}

// Each transaction may write its own row as long as the rows together allow it.
TEST_P(StoreConformance, ARuleOverRowsThatOthersWriteHolds) {
    schema(*store, "CREATE TABLE cooks (id BIGINT PRIMARY KEY, on_duty BIGINT NOT NULL);");
    write(*store, "INSERT INTO cooks (id, on_duty) VALUES (0, 1), (1, 1), (2, 1)").value();
    const Statement leave = store->prepare("UPDATE cooks SET on_duty = 0 WHERE id = $1");
    const int kept =
        run_at_once(*store, GetParam().writers_overlap, 3,
                    reading(store->prepare("SELECT count(*) FROM cooks WHERE on_duty = 1")),
                    [&](Transaction& tx, int cook, std::int64_t on_duty) -> Status {
                        if (on_duty <= 1) return refused();
                        return run(tx, leave, {cook});
                    });
    EXPECT_EQ(kept, 2);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM cooks WHERE on_duty = 1"), 1);
}

TEST_P(StoreConformance, CountThenInsertKeepsTheLimit) {
    schema(*store,
           "CREATE TABLE favourites (id {{identity}}, customer BIGINT NOT NULL, food BIGINT NOT "
           "NULL);"
           "CREATE INDEX favourites_customer ON favourites (customer);");
    write(*store, "INSERT INTO favourites (customer, food) VALUES (8, 1), (8, 2), (8, 3)").value();
    const Statement add = store->prepare("INSERT INTO favourites (customer, food) VALUES (7, $1)");
    const int kept =
        run_at_once(*store, GetParam().writers_overlap, 4,
                    reading(store->prepare("SELECT count(*) FROM favourites WHERE customer = 7")),
                    [&](Transaction& tx, int food, std::int64_t count) -> Status {
                        if (count >= 2) return refused();
                        return run(tx, add, {food});
                    });
    EXPECT_EQ(kept, 2);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM favourites WHERE customer = 7"), 2);
}

TEST_P(StoreConformance, LookThenInsertFindsWhatOthersInsert) {
    schema(*store, "CREATE TABLE names (id {{identity}}, name TEXT NOT NULL);");
    const Statement add = store->prepare("INSERT INTO names (name) VALUES ('Suya')");
    const int kept =
        run_at_once(*store, GetParam().writers_overlap, 4,
                    reading(store->prepare("SELECT count(*) FROM names WHERE name = 'Suya'")),
                    [&](Transaction& tx, int, std::int64_t count) -> Status {
                        if (count > 0) return refused();
                        return run(tx, add);
                    });
    EXPECT_EQ(kept, 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM names"), 1);
}

// Each sums the other's rows and adds a row of its own: whichever comes second counts the first.
TEST_P(StoreConformance, TwoSumsOfEachOthersRowsCannotBothBeOld) {
    schema(*store, "CREATE TABLE sums (id {{identity}}, kind BIGINT NOT NULL, n BIGINT NOT NULL);");
    write(*store, "INSERT INTO sums (kind, n) VALUES (0, 10), (1, 100)").value();
    const Statement sum = store->prepare("SELECT CAST(sum(n) AS BIGINT) FROM sums WHERE kind = $1");
    const Statement add = store->prepare("INSERT INTO sums (kind, n) VALUES ($1, $2)");
    const int kept = run_at_once(
        *store, GetParam().writers_overlap, 2,
        [&](Transaction& tx, int kind, std::int64_t& found) -> Status {
            auto value = number(tx, sum, {1 - kind});
            if (!value) return std::move(value).error();
            found = *value;
            return {};
        },
        [&](Transaction& tx, int kind, std::int64_t found) {
            return run(tx, add, {kind, found});
        });
    EXPECT_EQ(kept, 2);
    // 10 + 100 + 100 + 110, or 10 + 100 + 10 + 110.
    const std::int64_t all = number(*store, "SELECT CAST(sum(n) AS BIGINT) FROM sums");
    EXPECT_THAT(all, AnyOf(320, 230));
}

}  // namespace kitchen::testkit
