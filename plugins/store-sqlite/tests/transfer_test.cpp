// store-transfer/1, and a copy from a file into memory and back.
#include <gmock/gmock.h>

#include "memory_store.h"
#include "sqlite_fixture.h"
#include "transfer/store_copy.h"

namespace kitchen::sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view schema =
    "CREATE TABLE kitchen_migrations (plugin TEXT NOT NULL, number BIGINT NOT NULL, checksum TEXT "
    "NOT NULL);"
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, referred_by BIGINT "
    "REFERENCES users (id));"
    "CREATE TABLE photos (user_id BIGINT NOT NULL REFERENCES users (id), \"order\" BIGINT, score "
    "DOUBLE PRECISION, data BLOB);";

template <class AnyStore>
void make_tables(AnyStore& store, std::string_view sql = schema) {
    store.migrate([&](SchemaTransaction& tx) { return tx.script(sql); }).value();
}

/// The source, and what is read from it.
class WatchedStore final : public Store {
public:
    explicit WatchedStore(Store& store) : store_(store) {}
    std::size_t rows = 0;
    bool loses_connection = false;  ///< so that a read begins anew

    Dialect dialect() const override { return store_.dialect(); }
    Statement prepare(std::string_view sql) override { return store_.prepare(sql); }
    Status verify() override { return store_.verify(); }
    Status read(const Body& body, Staleness staleness) override {
        const Body watched = [&](Transaction& tx) {
            WatchedTransaction all(tx, rows);
            return body(all);
        };
        if (loses_connection) (void)store_.read(watched, staleness);
        return store_.read(watched, staleness);
    }
    Status transact(const Body& body, Isolation isolation) override {
        return store_.transact(body, isolation);
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return store_.migrate(body);
    }
    Status ping() override { return store_.ping(); }

private:
    class WatchedTransaction final : public Transaction {
    public:
        WatchedTransaction(Transaction& inner, std::size_t& rows) : inner_(inner), rows_(rows) {}
        Status run(Statement statement, std::span<const Param> params, Rows& out) override {
            Status done = inner_.run(statement, params, out);
            rows_ += out.size();
            return done;
        }
        void after_commit(std::function<void()> hook) override {
            inner_.after_commit(std::move(hook));
        }

    private:
        Transaction& inner_;
        std::size_t& rows_;
    };
    Store& store_;
};

class Transfer : public testing::Test {
protected:
    void SetUp() override {
        file.open({.path = dir.file()}).value();
        memory.open().value();
        make_tables(file);
        make_tables(memory);
        write(file,
              "INSERT INTO users (id, name, referred_by) "  // several batches
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
              "SELECT i, CASE WHEN i % 7 > 0 THEN 'Ọlá \"''' END, CASE WHEN i > 1 THEN i - 1 END "
              "FROM n")
            .value();
        write(file, "INSERT INTO photos VALUES ($1, $2, $3, $4)",
              {std::int64_t{2}, nullptr, 0.1, Param::blob(std::string_view("\0\xff'", 3))})
            .value();
    }
    Result<std::vector<transfer::CopiedTable>> copy() {
        return transfer::copy_store({file, file}, {memory, memory});
    }

    TempDir dir;
    SqliteStore file;
    MemoryStore memory;
};

TEST_F(Transfer, DescribesItsTables) {
    const auto tables = file.tables();
    ASSERT_TRUE(tables);
    std::vector<std::string> names;
    for (const TransferTable& table : *tables) names.push_back(table.name);
    EXPECT_THAT(names, ElementsAre("kitchen_migrations", "photos", "users"));
    const TransferTable& photos = (*tables)[1];
    EXPECT_THAT(photos.references, ElementsAre("users"));
    ASSERT_EQ(photos.columns.size(), 4u);
    EXPECT_EQ(photos.columns[1].name, "order");
    EXPECT_EQ(photos.columns[1].type, TransferTable::Type::integer);
    EXPECT_EQ(photos.columns[2].type, TransferTable::Type::real);
    EXPECT_EQ(photos.columns[3].type, TransferTable::Type::blob);
    EXPECT_THAT((*tables)[2].references, IsEmpty()) << "to itself";
}

TEST_F(Transfer, CarriesEveryCellOver) {
    const auto copied = copy();
    ASSERT_TRUE(copied) << copied.error().detail;
    ASSERT_EQ(copied->size(), 2u);
    EXPECT_EQ((*copied)[0].name, "users");
    EXPECT_EQ((*copied)[0].rows, 2500);
    EXPECT_EQ(number(memory, "SELECT count(*) FROM users WHERE name IS NULL"), 357);
    EXPECT_EQ(number(memory,
                     "SELECT count(*) FROM photos WHERE data = X'00ff27' AND score = 0.1 AND "
                     "\"order\" IS NULL"),
              1);
    write(memory, "INSERT INTO users (name) VALUES ('new')").value();
    EXPECT_EQ(number(memory, "SELECT max(id) FROM users"), 2501);
}

// Its transaction must not rest while the other end is read back, and a large table is long enough
// to read once.
TEST_F(Transfer, ReadsTheSourceOnce) {
    WatchedStore source(file);
    ASSERT_TRUE(transfer::copy_store({source, file}, {memory, memory}));
    EXPECT_EQ(source.rows, 2501u);
}

TEST_F(Transfer, ASourceThatIsLostMeanwhileLeavesTheTargetEmpty) {
    WatchedStore source(file);
    source.loses_connection = true;
    const auto refused = transfer::copy_store({source, file}, {memory, memory});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "store_copy_interrupted");
    EXPECT_EQ(number(memory, "SELECT count(*) FROM users"), 0);
}

TEST_F(Transfer, OnlyIntoAnEmptyStore) {
    write(memory, "INSERT INTO users (id) VALUES (9)").value();
    const auto refused = copy();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "store_not_empty");
    EXPECT_EQ(number(memory, "SELECT count(*) FROM users"), 1);
}

TEST_F(Transfer, OnlyBetweenTheSameTables) {
    make_tables(memory, "CREATE TABLE extra (id BIGINT); ALTER TABLE photos ADD COLUMN more TEXT;");
    make_tables(file, "CREATE TABLE gone (id BIGINT);");
    const auto refused = copy();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, testing::AllOf(HasSubstr("the target has no table gone"),
                                                       HasSubstr("the source has no table extra"),
                                                       HasSubstr("the columns of photos differ")));
}

TEST_F(Transfer, OnlyBetweenTheSameMigrations) {
    write(file, "INSERT INTO kitchen_migrations VALUES ('auth', 1, 'fnv1a64:1')").value();
    const auto refused = copy();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "store_migrations_differ");
}

TEST_F(Transfer, AFailureLeavesTheTargetEmpty) {
    make_tables(memory, "CREATE UNIQUE INDEX names ON users (name);");
    const auto refused = copy();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unique);
    EXPECT_THAT(refused.error().detail, HasSubstr("Table users: "));
    EXPECT_EQ(number(memory, "SELECT count(*) FROM users"), 0);
}

}  // namespace
}  // namespace kitchen::sqlite
