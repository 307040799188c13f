// All or nothing, and what a body sees.
#include <future>
#include <stdexcept>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_transactions() {}

namespace {

TEST_P(StoreConformance, ATransactionSeesItsOwnWritesAndLeavesThem) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    const Statement sum = store->prepare("SELECT CAST(sum(amount) AS BIGINT) FROM accounts");
    auto seen = store->transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        for (int i = 1; i <= 3; ++i) {
            if (Status done = run(tx, add, {i, i * 10}); !done) return std::move(done).error();
        }
        auto rows = tx.query(sum);
        if (!rows) return std::move(rows).error();
        return rows->front().integer(0);
    });
    EXPECT_EQ(seen.value(), 60);
    EXPECT_EQ(number(*store, "SELECT CAST(sum(amount) AS BIGINT) FROM accounts"), 60);
}

TEST_P(StoreConformance, AnErrorOfTheBodyUndoesEverything) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    const Status done = store->transact([&](Transaction& tx) -> Status {
        if (Status added = run(tx, add, {1, 1}); !added) return added;
        return Error(Errc::conflict, "insufficient_stock", "There is not enough left.")
            .with_subject("mine");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::conflict);
    EXPECT_EQ(done.error().code, "insufficient_stock");
    EXPECT_EQ(done.error().subject, "mine");
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
    write(*store, add, {1, 1}).value();
}

TEST_P(StoreConformance, AnExceptionOfTheBodyUndoesEverythingAndReachesTheCaller) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    const auto failing = [&](Transaction& tx) -> Status {
        run(tx, add, {1, 1}).value();
        throw std::out_of_range("seven");
    };
    try {
        (void)store->transact(failing);
        ADD_FAILURE() << "no exception";
    } catch (const std::out_of_range& e) {
        EXPECT_STREQ(e.what(), "seven");
    }
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
    write(*store, add, {1, 1}).value();
    EXPECT_THROW(
        (void)store->read([](Transaction&) -> Status { throw std::out_of_range("eight"); }),
        std::out_of_range);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 1);
}

TEST_P(StoreConformance, AFailedCallDoomsTheTransaction) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    const Status done = store->transact([&](Transaction& tx) -> Status {
        run(tx, add, {1, 1}).value();
        EXPECT_EQ(run(tx, add, {1, 2}).error().kind, Errc::unique);
        EXPECT_EQ(run(tx, add, {2, 2}).error().kind, Errc::unique);
        return {};  // a body that does not look
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::unique);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);

    const Status mapped = store->transact([&](Transaction& tx) -> Status {
        run(tx, add, {1, 1}).value();
        if (!run(tx, add, {1, 2})) return Error(Errc::conflict, "taken", "Taken.");
        return {};
    });
    EXPECT_EQ(mapped.error().code, "taken");
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
}

TEST_P(StoreConformance, ReadsCannotWrite) {
    schema(*store, accounts);
    for (const char* sql :
         {"INSERT INTO accounts (id, amount) VALUES (1, 1)", "CREATE TABLE more (id BIGINT)",
          "INSERT INTO accounts (id, amount) VALUES (2, 2) RETURNING id"}) {
        EXPECT_FALSE(rows_of(*store, sql)) << sql;
    }
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 1)").value();
}

TEST_P(StoreConformance, AReadStaysOnItsSnapshot) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 100)").value();
    const Statement get = store->prepare("SELECT CAST(sum(amount) AS BIGINT) FROM accounts");
    OneShot read_once, wrote;
    auto writer = std::async(std::launch::async, [&] {
        EXPECT_TRUE(read_once.wait_for(std::chrono::minutes(1)));
        write(*store, "UPDATE accounts SET amount = 999").value();
        wrote.set();
    });
    store
        ->read([&](Transaction& tx) -> Status {
            EXPECT_EQ(tx.query(get).value().front().integer(0), 100);
            read_once.set();
            // A store that lets no one write beside a reader never gets there; what is read must be
            // the same either way.
            wrote.wait_for(std::chrono::milliseconds(200));
            EXPECT_EQ(tx.query(get).value().front().integer(0), 100);
            return {};
        })
        .value();
    writer.get();
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts"), 999);
}

}  // namespace
}  // namespace kitchen::testkit
