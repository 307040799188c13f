#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <latch>

#include "fault_vfs.h"
#include "memory_store.h"
#include "sqlite_fixture.h"

namespace kitchen::sqlite {
namespace {

using testing::HasSubstr;

class SqliteStoreFile : public SqliteStoreTest {
protected:
    /// Another program's connection to the same file.
    struct Outsider {
        explicit Outsider(const std::string& path) {
            EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
        }
        ~Outsider() { sqlite3_close(db); }
        int run(const char* sql) { return sqlite3_exec(db, sql, nullptr, nullptr, nullptr); }
        sqlite3* db = nullptr;
    };
};

unsigned mode_of(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777;
}

TEST_F(SqliteStoreFile, MakesFoldersAndFileForTheOwnerOnly) {
    const std::string path = dir.file("a/b/kitchen.db");
    store.open({.path = path}).value();
    create_items(store);
    EXPECT_EQ(mode_of(path), 0600u);
    EXPECT_EQ(mode_of(path + "-wal"), 0600u);
    EXPECT_EQ(mode_of(dir.file("a")), 0700u);
    EXPECT_EQ(mode_of(dir.file("a/b")), 0700u);
}

TEST_F(SqliteStoreFile, KeepsWhatItHasAndLeavesOneFileWhenClosed) {
    open();
    store.transact(adding(1)).value();
    store.close();
    store.close();
    EXPECT_FALSE(std::filesystem::exists(dir.file() + "-wal"));
    EXPECT_EQ(store.transact(adding(2)).error().kind, Errc::unavailable);
    EXPECT_EQ(read_number(store, "SELECT count(*) FROM items").error().kind, Errc::unavailable);
    EXPECT_EQ(store.ping().error().kind, Errc::unavailable);
    EXPECT_EQ(store.verify().error().kind, Errc::unavailable);
    store.open({.path = dir.file(), .check_on_start = true}).value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 1);
    store.transact(adding(2)).value();
}

TEST_F(SqliteStoreFile, TextsMayBeInternedBeforeItIsOpen) {
    const Store::Body add = adding(1);
    EXPECT_EQ(store.transact(add).error().kind, Errc::unavailable);
    open();
    store.transact(add).value();
}

TEST_F(SqliteStoreFile, RefusesAFileThatIsNoDatabaseByName) {
    std::ofstream(dir.file()) << std::string(10'000, 'q');
    const Status opened = store.open({.path = dir.file()});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Errc::corrupt);
    EXPECT_THAT(opened.error().detail, HasSubstr(dir.file()));
    EXPECT_THROW(open_sqlite({.path = dir.file()}), std::runtime_error);
    std::ifstream still(dir.file());
    EXPECT_EQ(still.get(), 'q');
}

TEST_F(SqliteStoreFile, RefusesAPathThatCannotBeByName) {
    std::ofstream(dir.file("plain")) << "text";
    for (const std::string& path : {dir.file("plain/kitchen.db"), dir.file("")}) {
        const Status opened = store.open({.path = path});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, Errc::unavailable);
        EXPECT_THAT(opened.error().detail, HasSubstr(path));
    }
}

TEST_F(SqliteStoreFile, FindsDamageInTheMiddle) {
    open();
    for (int i = 0; i < 50; ++i) store.transact(adding(i, std::string(3000, 'x'))).value();
    store.close();
    {
        std::fstream file(dir.file(), std::ios::in | std::ios::out | std::ios::binary);
        for (int page = 2; page < 20; ++page) {
            file.seekp(page * 4096);
            file << std::string(4096, '\xee');
        }
    }
    SqliteStore careful;
    const Status opened = careful.open({.path = dir.file(), .check_on_start = true});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Errc::corrupt);
    EXPECT_THAT(opened.error().detail, HasSubstr(dir.file()));
    store.open({.path = dir.file()}).value();
    EXPECT_EQ(read_number(store, "SELECT sum(length(body)) FROM items").error().kind,
              Errc::corrupt);
}

TEST_F(SqliteStoreFile, LockedFromOutsideWritesAreBusyAndReadsGoOn) {
    open({.busy_timeout = std::chrono::milliseconds(30)});
    store.transact(adding(1)).value();
    Outsider outsider(dir.file());
    ASSERT_EQ(outsider.run("BEGIN IMMEDIATE; INSERT INTO items VALUES (100, 'y')"), SQLITE_OK);
    const Status done = store.transact(adding(2));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Errc::busy);
    EXPECT_TRUE(done.error().retry_after.has_value());
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 1);
    store.ping().value();
    ASSERT_EQ(outsider.run("COMMIT"), SQLITE_OK);
    store.transact(adding(2)).value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 3);
}

TEST_F(SqliteStoreFile, LockedFromOutsideAllThatWaitAreRefused) {
    open({.busy_timeout = std::chrono::milliseconds(30), .group_limit = 2});
    Outsider outsider(dir.file());
    ASSERT_EQ(outsider.run("BEGIN IMMEDIATE"), SQLITE_OK);
    std::vector<std::future<Status>> results;
    for (int i = 0; i < 12; ++i)
        results.push_back(
            std::async(std::launch::async, [this, i] { return store.transact(adding(i)); }));
    for (auto& result : results) EXPECT_EQ(result.get().error().kind, Errc::busy);
    ASSERT_EQ(outsider.run("ROLLBACK"), SQLITE_OK);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 0);
}

TEST_F(SqliteStoreFile, WaitsForALockThatGoesInTime) {
    open({.busy_timeout = std::chrono::minutes(1)});
    Outsider outsider(dir.file());
    ASSERT_EQ(outsider.run("BEGIN IMMEDIATE"), SQLITE_OK);
    auto result = std::async(std::launch::async, [this] { return store.transact(adding(1)); });
    ASSERT_EQ(outsider.run("COMMIT"), SQLITE_OK);
    EXPECT_TRUE(result.get());
}

TEST_F(SqliteStoreFile, WaitsForAnotherProgramBeforeItSwitchesToTheLog) {
    FaultVfs vfs("switch-waits");
    Outsider outsider(dir.file());
    ASSERT_EQ(outsider.run("CREATE TABLE old (id BIGINT); BEGIN; SELECT count(*) FROM old"),
              SQLITE_OK);
    auto opened = std::async(std::launch::async, [&] {
        return store.open(
            {.path = dir.file(), .busy_timeout = std::chrono::minutes(1), .vfs = vfs.name()});
    });
    while (vfs.exclusive_locks == 0) std::this_thread::yield();  // it has met the reader
    ASSERT_EQ(outsider.run("COMMIT"), SQLITE_OK);
    EXPECT_TRUE(opened.get());
    store.close();
}

TEST_F(SqliteStoreFile, RefusesToGrowPastItsSizeAndGoesOn) {
    open({.max_size = {100 * 4096}});
    int added = 0;
    Status done;
    while ((done = store.transact(adding(added, std::string(10'000, 'x')))))
        ASSERT_LT(++added, 100);
    EXPECT_EQ(done.error().kind, Errc::storage_full);
    EXPECT_GT(added, 10);
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), added);
    EXPECT_EQ(store.transact(adding(1000, std::string(10'000, 'x'))).error().kind,
              Errc::storage_full);
    write(store, "DELETE FROM items WHERE id < 5").value();
    store.transact(adding(1000, std::string(10'000, 'x'))).value();
    store.close();
    store.open({.path = dir.file(), .check_on_start = true}).value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), added - 4);
}

TEST_F(SqliteStoreFile, ReadsBesideAWriterSeeTheOldState) {
    open();
    store.transact(adding(1)).value();
    const Statement count = store.prepare("SELECT count(*) FROM items");
    store
        .read([&](Transaction& tx) -> Status {
            EXPECT_EQ(tx.query(count).value().front().integer(0), 1);
            std::async(std::launch::async, [&] {
                store.transact(adding(2)).value();
            }).get();  // commits meanwhile
            EXPECT_EQ(tx.query(count).value().front().integer(0), 1);
            return {};
        })
        .value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 2);
}

TEST_F(SqliteStoreFile, AReadThatFindsNoFreeConnectionIsBusy) {
    open({.readers = 1, .busy_timeout = std::chrono::milliseconds(30)});
    store
        .read([&](Transaction&) -> Status {
            const auto other = std::async(std::launch::async, [&] { return store.ping(); }).get();
            EXPECT_EQ(other.error().kind, Errc::busy);
            return {};
        })
        .value();
    store.ping().value();
}

TEST_F(SqliteStoreFile, AsManyReadAtOnceAsThereAreReaders) {
    open({.readers = 3});
    std::latch all_in(3);
    std::vector<std::future<Status>> reads;
    for (int i = 0; i < 3; ++i) {
        reads.push_back(std::async(std::launch::async, [&] {
            return store.read([&](Transaction&) -> Status {
                all_in.arrive_and_wait();
                return {};
            });
        }));
    }
    for (auto& read : reads) EXPECT_TRUE(read.get());
}

TEST_F(SqliteStoreFile, CloseFinishesWhatIsUnderWay) {
    open();
    std::promise<void> started;
    auto slow = std::async(std::launch::async, [&] {
        return store.transact([&](Transaction& tx) -> Status {
            started.set_value();
            return adding(1)(tx);
        });
    });
    started.get_future().wait();
    store.close();
    EXPECT_TRUE(slow.get());
    store.open({.path = dir.file()}).value();
    EXPECT_EQ(number(store, "SELECT count(*) FROM items"), 1);
}

/// What a body must not do, on both stores.
class SqliteBodies : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        store = GetParam() ? open_sqlite({.path = dir.file()}) : open_memory();
        create_items(*store);
    }
    TempDir dir;
    std::unique_ptr<Store> store;
};

TEST_P(SqliteBodies, CannotEndTheTransactionNorReachAround) {
    for (const char* sql :
         {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT x", "RELEASE body", "ROLLBACK TO body",
          "PRAGMA foreign_keys = OFF", "ATTACH ':memory:' AS other", "VACUUM"}) {
        const Status done = store->transact([&](Transaction& tx) -> Status {
            Rows rows;
            if (Status added = tx.run(
                    store->prepare("INSERT INTO items (id, body) VALUES (1, 'x')"), {}, rows);
                !added)
                return added;
            return tx.run(store->prepare(sql), {}, rows);
        });
        ASSERT_FALSE(done) << sql;
        EXPECT_EQ(done.error().kind, Errc::internal) << sql;
        EXPECT_EQ(number(*store, "SELECT count(*) FROM items"), 0) << sql;
        EXPECT_FALSE(store->migrate([&](SchemaTransaction& tx) { return tx.script(sql); })) << sql;
    }
    write(*store, "INSERT INTO items (id, body) VALUES (1, 'x')").value();
}

TEST_P(SqliteBodies, CannotCallTheStoreAgain) {
    const auto nested = [](const Status& done) {
        return !done && done.error().code == "store_nested";
    };
    const Store::Body nothing = [](Transaction&) -> Status { return {}; };
    const auto all_refused = [&](Transaction&) -> Status {
        EXPECT_TRUE(nested(store->read(nothing)));
        EXPECT_TRUE(nested(store->transact(nothing)));
        EXPECT_TRUE(nested(store->migrate([](SchemaTransaction&) -> Status { return {}; })));
        return {};
    };
    store->read(all_refused).value();
    store->transact(all_refused).value();
}

TEST_P(SqliteBodies, WriteParametersAsDollarAndNumber) {
    for (const char* sql :
         {"SELECT id FROM items WHERE id = ?", "SELECT id FROM items WHERE id = ?1",
          "SELECT id FROM items WHERE id = :id", "SELECT id FROM items WHERE id = $id",
          "SELECT id FROM items WHERE id = $0", "SELECT id FROM items WHERE id = $2",
          "SELECT id FROM items WHERE id = $1x"}) {
        const Statement statement = store->prepare(sql);
        const Status done = store->read([&](Transaction& tx) -> Status {
            Rows rows;
            const Param one[] = {1};
            return tx.run(statement, one, rows);
        });
        EXPECT_FALSE(done) << sql;
    }
}

TEST_P(SqliteBodies, HearTheNamesThatPostgresqlWouldGive) {
    store
        ->migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TABLE t (a BIGINT, b BIGINT, c TEXT UNIQUE, PRIMARY KEY (a, b), UNIQUE (b, "
                "c));");
        })
        .value();
    write(*store, "INSERT INTO t VALUES (1, 1, 'x')").value();
    EXPECT_EQ(write(*store, "INSERT INTO t VALUES (1, 1, 'y')").error().subject, "t_pkey");
    EXPECT_EQ(write(*store, "INSERT INTO t VALUES (1, 2, 'x')").error().subject, "t_c_key");
}

INSTANTIATE_TEST_SUITE_P(Both, SqliteBodies, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "file" : "memory"; });

TEST(MemoryStore, SharesNothingWithAnother) {
    auto one = open_memory();
    auto two = open_memory();
    create_items(*one);
    EXPECT_FALSE(write(*two, "INSERT INTO items (id, body) VALUES (1, 'x')"));
    write(*one, "INSERT INTO items (id, body) VALUES (1, 'x')").value();
}

TEST(MemoryStore, ForgetsWhenClosed) {
    MemoryStore store;
    EXPECT_EQ(store.ping().error().kind, Errc::unavailable);
    store.open().value();
    create_items(store);
    store.close();
    EXPECT_EQ(store.ping().error().kind, Errc::unavailable);
    store.open().value();
    EXPECT_FALSE(read_number(store, "SELECT count(*) FROM items"));
}

TEST(MemoryStore, RefusesThoseWhoWaitTooLong) {
    MemoryStore store;
    store.open(std::chrono::milliseconds(30)).value();
    store
        .transact([&](Transaction&) -> Status {
            EXPECT_EQ(
                std::async(std::launch::async, [&] { return store.ping(); }).get().error().kind,
                Errc::busy);
            return {};
        })
        .value();
}

}  // namespace
}  // namespace kitchen::sqlite
