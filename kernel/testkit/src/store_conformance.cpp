// What every store/1 must do. All in one file: a linker takes only those objects of the testkit
// that something refers to, and a test refers to PrintTo() alone. The SQL stays inside the portable
// subset of store.h.
#include "kitchen/testkit/conformance.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <ostream>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

namespace kitchen::testkit {

void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }

// Whoever links the testkit for something else need not have a backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

void StoreConformance::SetUp() {
    store = GetParam().make();
    ASSERT_NE(store, nullptr);
}

namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Values = std::vector<Param>;

void schema(Store& store, std::string sql) {
    const auto replace = [&sql](std::string_view token, std::string_view by) {
        for (auto at = sql.find(token); at != std::string::npos; at = sql.find(token))
            sql.replace(at, token.size(), by);
    };
    replace("{{identity}}", store.dialect().identity);
    replace("{{blob}}", store.dialect().blob);
    store.migrate([&sql](SchemaTransaction& tx) { return tx.script(sql); }).value();
}

Status run(Transaction& tx, Statement statement, const Values& params) {
    Rows rows;
    return tx.run(statement, params, rows);
}

Status write(Store& store, Statement statement, const Values& params = {}) {
    return store.transact([&](Transaction& tx) { return run(tx, statement, params); });
}
Status write(Store& store, std::string_view sql, const Values& params = {}) {
    return write(store, store.prepare(sql), params);
}

Result<Rows> rows_of(Store& store, std::string_view sql, const Values& params = {}) {
    const Statement statement = store.prepare(sql);
    return store.read<Rows>([&](Transaction& tx) { return tx.query(statement, params); });
}
Result<Rows> written(Store& store, std::string_view sql, const Values& params = {}) {
    const Statement statement = store.prepare(sql);
    return store.transact<Rows>([&](Transaction& tx) { return tx.query(statement, params); });
}
std::int64_t number(Store& store, std::string_view sql, const Values& params = {}) {
    return rows_of(store, sql, params).value().front().integer(0);
}
std::vector<std::string> texts(const Rows& rows) {
    std::vector<std::string> all;
    for (Row row : rows) all.push_back(row.string(0));
    return all;
}

/// Conflicts may surface as busy once a store has given up retrying; a caller would come again.
template <class Call>
Status until_not_busy(Call call) {
    Status done;
    for (int i = 0; i < 1000; ++i) {
        done = call();
        if (done || done.error().kind != Errc::busy) break;
    }
    return done;
}

/// Runs `work(i)` on `count` threads that begin together.
template <class Work>
void in_parallel(int count, Work work) {
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    std::vector<std::future<void>> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(std::async(std::launch::async, [i, open, &work] {
            open.wait();
            work(i);
        }));
    }
    gate.set_value();
    for (auto& each : all) each.get();
}

class OneShot {
public:
    void set() {
        std::lock_guard lock(mutex_);
        set_ = true;
        changed_.notify_all();
    }
    /// True when it was set in time.
    bool wait_for(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, [this] { return set_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

constexpr auto accounts = "CREATE TABLE accounts (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL);";

// ---- values ----

TEST_P(StoreConformance, GivesBackEveryIntegerAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, n BIGINT);");
    const std::vector<std::int64_t> all = {0,
                                           1,
                                           -1,
                                           280000,
                                           std::numeric_limits<std::int64_t>::max(),
                                           std::numeric_limits<std::int64_t>::min(),
                                           std::int64_t{1} << 53};
    for (auto n : all) write(*store, "INSERT INTO t (n) VALUES ($1)", {n}).value();
    write(*store, "INSERT INTO t (n) VALUES ($1)", {true}).value();
    const Rows rows = rows_of(*store, "SELECT n FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size() + 1);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].integer(0), all[i]);
    EXPECT_TRUE(rows[all.size()].boolean(0));
    EXPECT_EQ(
        number(*store, "SELECT id FROM t WHERE n = $1", {std::numeric_limits<std::int64_t>::min()}),
        6);
}

TEST_P(StoreConformance, GivesBackEveryRealAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, x DOUBLE PRECISION);");
    using Limits = std::numeric_limits<double>;
    const std::vector<double> all = {0.0,
                                     1.0,
                                     -2.5,
                                     0.1,
                                     1.0 / 3,
                                     Limits::max(),
                                     Limits::lowest(),
                                     Limits::min(),
                                     Limits::denorm_min(),
                                     1e15 + 0.5};
    for (double x : all) write(*store, "INSERT INTO t (x) VALUES ($1)", {x}).value();
    const Rows rows = rows_of(*store, "SELECT x FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].real(0), all[i]);
}

TEST_P(StoreConformance, GivesBackEveryTextAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, s TEXT NOT NULL);");
    const std::vector<std::string> all = {"",
                                          " ",
                                          "Jollof rice",
                                          "Ọ̀fadà with ẹ̀wà — ₦2,800 🍛",
                                          "Robert'); DROP TABLE t; --",
                                          "\"quoted\" 'twice' $1 ?1 :x \\",
                                          "line\r\nline\ttab\x01",
                                          "<script>alert(1)</script>",
                                          "007",
                                          "1e3",
                                          "null",
                                          std::string(1 << 20, 'x') + "end"};
    for (const auto& s : all) write(*store, "INSERT INTO t (s) VALUES ($1)", {s}).value();
    const Rows rows = rows_of(*store, "SELECT s FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_FALSE(rows[i].is_null(0));
        EXPECT_EQ(rows[i].text(0), all[i]);
    }
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE s = $1", {all[4]}), 1);
}

TEST_P(StoreConformance, GivesBackEveryBlobAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, b {{blob}} NOT NULL);");
    std::string octets;
    for (int i = 0; i < 1 << 18; ++i) octets += static_cast<char>(i);
    const std::vector<std::string> all = {"", std::string(1, '\0'), std::string("a\0b\0", 4),
                                          "\xff\xfe", octets};
    for (const auto& b : all)
        write(*store, "INSERT INTO t (b) VALUES ($1)", {Param::blob(b)}).value();
    write(*store, "INSERT INTO t (b) VALUES ($1)", {Param::blob({})})
        .value();  // an empty view without a pointer
    const Rows rows = rows_of(*store, "SELECT b FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size() + 1);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].text(0), all[i]);
    EXPECT_FALSE(rows[all.size()].is_null(0));
}

TEST_P(StoreConformance, TellsNullFromEmptyAndZero) {
    schema(*store,
           "CREATE TABLE t (id {{identity}}, n BIGINT, x DOUBLE PRECISION, s TEXT, b {{blob}});");
    write(*store, "INSERT INTO t (n, x, s, b) VALUES ($1, $2, $3, $4)",
          {nullptr, nullptr, nullptr, nullptr})
        .value();
    write(*store, "INSERT INTO t (n, x, s, b) VALUES ($1, $2, $3, $4)",
          {0, 0.0, "", Param::blob("")})
        .value();
    const std::optional<std::string> absent;
    const std::optional<std::int64_t> present = 7;
    write(*store, "INSERT INTO t (n, s) VALUES ($1, $2)", {present, absent}).value();
    write(*store, "INSERT INTO t (s) VALUES ($1)", {std::string_view()}).value();
    const Rows rows = rows_of(*store, "SELECT n, x, s, b FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), 4u);
    for (std::uint32_t column = 0; column < 4; ++column) {
        EXPECT_TRUE(rows[0].is_null(column));
        EXPECT_FALSE(rows[1].is_null(column));
    }
    EXPECT_EQ(rows[0].maybe_string(2), std::nullopt);
    EXPECT_EQ(rows[1].maybe_string(2), "");
    EXPECT_EQ(rows[2].maybe_integer(0), 7);
    EXPECT_TRUE(rows[2].is_null(2));
    EXPECT_FALSE(rows[3].is_null(2));
}

// ---- statements ----

TEST_P(StoreConformance, BindsParametersByTheirNumber) {
    schema(*store, "CREATE TABLE t (a TEXT, b TEXT, c TEXT, d BIGINT);");
    write(*store, "INSERT INTO t (a, b, c, d) VALUES ($3, $1, $3, $2)", {"one", 2, "three"})
        .value();
    const Rows rows =
        rows_of(*store, "SELECT a, b, c, d FROM t WHERE d = $2 AND b = $1", {"one", 2}).value();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().text(0), "three");
    EXPECT_EQ(rows.front().text(1), "one");
    EXPECT_EQ(rows.front().text(2), "three");
    EXPECT_EQ(rows.front().integer(3), 2);

    std::string many = "INSERT INTO t (d) VALUES ($12), ($11)";
    for (int i = 10; i >= 1; --i) many += ", ($" + std::to_string(i) + ")";
    Values params;
    for (int i = 1; i <= 12; ++i) params.push_back(i * 100);
    write(*store, many, params).value();
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE d >= 100"), 12);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE d = 1200"), 1);
}

TEST_P(StoreConformance, KeepsNothingOfAnEarlierRun) {
    schema(*store, "CREATE TABLE t (a BIGINT, b TEXT);");
    const Statement add = store->prepare("INSERT INTO t (a, b) VALUES ($1, $2)");
    write(*store, add, {1, "first"}).value();
    write(*store, add, {2, nullptr}).value();
    const Statement get = store->prepare("SELECT b FROM t WHERE a = $1");
    store
        ->read([&](Transaction& tx) -> Status {
            Rows rows;
            for (int round = 0; round < 3; ++round) {
                for (int a = 1; a <= 3; ++a) {
                    const Param params[] = {a};
                    if (Status done = tx.run(get, params, rows); !done) return done;
                    EXPECT_EQ(rows.size(), a == 3 ? 0u : 1u);
                    if (rows.empty()) continue;
                    EXPECT_EQ(rows.front().text(0), a == 1 ? "first" : "");
                    EXPECT_EQ(rows.front().is_null(0), a == 2);
                }
            }
            return {};
        })
        .value();
}

TEST_P(StoreConformance, RefusesTheWrongNumberOfParameters) {
    schema(*store, accounts);
    const std::string_view sql = "INSERT INTO accounts (id, amount) VALUES ($1, $2)";
    EXPECT_EQ(write(*store, sql, {1}).error().kind, Errc::internal);
    EXPECT_EQ(write(*store, sql, {1, 2, 3}).error().kind, Errc::internal);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
    write(*store, sql, {1, 2}).value();
}

TEST_P(StoreConformance, CountsWhatChanged) {
    schema(*store, accounts);
    const auto changed = [this](std::string_view sql) {
        return written(*store, sql).value().changed();
    };
    EXPECT_EQ(changed("INSERT INTO accounts (id, amount) VALUES (1, 10), (2, 20), (3, 30)"), 3);
    EXPECT_EQ(changed("SELECT id FROM accounts"), 0);
    EXPECT_EQ(changed("UPDATE accounts SET amount = amount + 1 WHERE id > 1"), 2);
    EXPECT_EQ(changed("UPDATE accounts SET amount = 0 WHERE id = 99"), 0);
    EXPECT_EQ(
        changed("INSERT INTO accounts (id, amount) VALUES (1, 0) ON CONFLICT (id) DO NOTHING"), 0);
    EXPECT_EQ(changed("UPDATE accounts SET amount = 5 RETURNING id"), 3);
    EXPECT_EQ(changed("DELETE FROM accounts WHERE id = 1"), 1);
    EXPECT_EQ(changed("DELETE FROM accounts"), 2);
    EXPECT_EQ(changed("DELETE FROM accounts"), 0);
}

TEST_P(StoreConformance, ReturnsGeneratedIds) {
    schema(*store, "CREATE TABLE t (id {{identity}}, name TEXT NOT NULL);");
    const Rows two =
        written(*store, "INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, name").value();
    ASSERT_EQ(two.size(), 2u);
    EXPECT_EQ(two.columns(), 2u);
    EXPECT_GT(two[0].integer(0), 0);
    EXPECT_GT(two[1].integer(0), two[0].integer(0));
    EXPECT_EQ(two[1].text(1), "b");
    // Never one that was used before, also when its row is gone.
    write(*store, "DELETE FROM t").value();
    const Rows next =
        written(*store, "INSERT INTO t (name) VALUES ($1) RETURNING id", {"c"}).value();
    EXPECT_GT(next.front().integer(0), two[1].integer(0));
    const Rows none = written(*store, "UPDATE t SET name = 'x' WHERE id = -1 RETURNING id").value();
    EXPECT_TRUE(none.empty());
}

TEST_P(StoreConformance, InsertsOrUpdates) {
    schema(
        *store,
        "CREATE TABLE lines (cart BIGINT NOT NULL, food BIGINT NOT NULL, quantity BIGINT NOT NULL);"
        "CREATE UNIQUE INDEX lines_food ON lines (cart, food);");
    const std::string_view add =
        "INSERT INTO lines (cart, food, quantity) VALUES ($1, $2, $3) ON CONFLICT (cart, food) "
        "DO UPDATE SET quantity = lines.quantity + excluded.quantity RETURNING quantity";
    EXPECT_EQ(written(*store, add, {1, 7, 2}).value().front().integer(0), 2);
    const Rows again = written(*store, add, {1, 7, 3}).value();
    EXPECT_EQ(again.front().integer(0), 5);
    EXPECT_EQ(again.changed(), 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM lines"), 1);
}

TEST_P(StoreConformance, KnowsCommonTablesWindowsAndJoins) {
    schema(*store,
           "CREATE TABLE sales (id {{identity}}, food TEXT NOT NULL, amount BIGINT NOT NULL);");
    write(*store,
          "INSERT INTO sales (food, amount) VALUES ('rice', 10), ('rice', 20), ('yam', 5), ('yam', "
          "50), ('egg', 1)")
        .value();
    const Rows best = rows_of(*store,
                              "WITH totals AS (SELECT food, CAST(sum(amount) AS BIGINT) AS total "
                              "FROM sales GROUP BY food) "
                              "SELECT t.food, t.total, row_number() OVER (ORDER BY t.total DESC, "
                              "t.food) AS place, count(*) OVER () "
                              "FROM totals t JOIN sales s ON s.food = t.food AND s.amount = "
                              "(SELECT min(amount) FROM sales m WHERE m.food = t.food) "
                              "ORDER BY place LIMIT $1 OFFSET $2",
                              {2, 0})
                          .value();
    EXPECT_THAT(texts(best), ElementsAre("yam", "rice"));
    EXPECT_EQ(best[1].integer(1), 30);
    EXPECT_EQ(best[1].integer(2), 2);
    EXPECT_EQ(best[0].integer(3), 3);
    EXPECT_EQ(number(*store,
                     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                     "10) SELECT count(*) FROM n"),
              10);
}

TEST_P(StoreConformance, ComparesTextByCaseUnlessLowered) {
    schema(*store, "CREATE TABLE foods (id {{identity}}, name TEXT NOT NULL);");
    write(*store,
          "INSERT INTO foods (name) VALUES ('Jollof Rice'), ('jollof spaghetti'), ('100% beef'), "
          "('100 beef')")
        .value();
    EXPECT_THAT(texts(rows_of(*store, "SELECT name FROM foods WHERE name LIKE 'Jollof%'").value()),
                ElementsAre("Jollof Rice"));
    EXPECT_THAT(
        texts(rows_of(*store, "SELECT name FROM foods WHERE lower(name) LIKE lower($1) ORDER BY id",
                      {"JOLLOF%"})
                  .value()),
        ElementsAre("Jollof Rice", "jollof spaghetti"));
    EXPECT_THAT(
        texts(rows_of(*store, "SELECT name FROM foods WHERE name LIKE $1 ESCAPE '!'", {"100!%%"})
                  .value()),
        ElementsAre("100% beef"));
}

TEST_P(StoreConformance, ReadsManyRowsInOneBlock) {
    schema(*store, "CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT NOT NULL);");
    const Statement add = store->prepare("INSERT INTO t (id, s) VALUES ($1, $2)");
    store
        ->transact([&](Transaction& tx) -> Status {
            for (int i = 0; i < 5000; ++i) {
                if (Status done = run(tx, add, {i, "row " + std::to_string(i)}); !done) return done;
            }
            return {};
        })
        .value();
    const Rows rows = rows_of(*store, "SELECT id, s FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), 5000u);
    std::int64_t i = 0;
    for (Row row : rows) {
        ASSERT_EQ(row.integer(0), i);
        ASSERT_EQ(row.text(1), "row " + std::to_string(i++));
    }
}

TEST_P(StoreConformance, RefusesTextsOfSeveralStatementsAndUnknownHandles) {
    schema(*store, accounts);
    EXPECT_FALSE(write(*store, "INSERT INTO accounts VALUES (1, 1); DELETE FROM accounts"));
    EXPECT_FALSE(write(*store, ""));
    EXPECT_EQ(write(*store, Statement{}).error().kind, Errc::internal);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);
}

TEST_P(StoreConformance, InternsEachTextOnceFromAnyThread) {
    std::vector<std::vector<std::uint32_t>> seen(16);
    in_parallel(16, [&](int thread) {
        for (int i = 0; i < 100; ++i) {
            seen[thread].push_back(store->prepare("SELECT " + std::to_string(i)).index);
        }
    });
    for (const auto& each : seen) EXPECT_EQ(each, seen[0]);
    std::sort(seen[0].begin(), seen[0].end());
    EXPECT_EQ(std::unique(seen[0].begin(), seen[0].end()), seen[0].end());
    store->verify().value();
}

TEST_P(StoreConformance, VerifyNamesTheTextThatIsWrong) {
    schema(*store, accounts);
    store->prepare("SELECT amount FROM accounts WHERE id = $1");
    store->prepare("UPDATE accounts SET amount = $1");
    store->verify().value();
    const std::string wrong = "SELECT ammount FROM accounts";
    store->prepare(wrong);
    const Status done = store->verify();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail + done.error().subject, HasSubstr(wrong));
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 0);  // and is none the worse for it
}

TEST_P(StoreConformance, VerifyFindsTextsThatOnlySomeStoresTake) {
    schema(*store, accounts);
    store->prepare(
        "SELECT id FROM accounts WHERE \"nothing\" = 'nothing'");  // a name in double quotes is
                                                                   // never a text
    EXPECT_FALSE(store->verify());
}

// ---- transactions ----

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
            // A store that lets nobody write beside a reader never gets there; what is read must be
            // the same either way.
            wrote.wait_for(std::chrono::milliseconds(200));
            EXPECT_EQ(tx.query(get).value().front().integer(0), 100);
            return {};
        })
        .value();
    writer.get();
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts"), 999);
}

// ---- constraints ----

TEST_P(StoreConformance, NamesTheUniqueIndexThatRefused) {
    schema(*store,
           "CREATE TABLE users (id BIGINT PRIMARY KEY, email TEXT NOT NULL, phone TEXT NOT NULL, "
           "shop BIGINT, favourite BIGINT);"
           "CREATE UNIQUE INDEX users_email ON users (lower(email));"
           "CREATE UNIQUE INDEX users_phone ON users (phone);"
           "CREATE UNIQUE INDEX users_shop_phone ON users (shop, phone);"
           "CREATE UNIQUE INDEX users_favourite ON users (shop) WHERE favourite = 1;");
    const std::string_view add =
        "INSERT INTO users (id, email, phone, shop, favourite) VALUES ($1, $2, $3, $4, $5)";
    write(*store, add, {1, "Ada@example.com", "+1", 1, 1}).value();
    const auto refused_by = [&](const Values& params) {
        const Status done = write(*store, add, params);
        if (done) return std::string("nothing");
        EXPECT_EQ(done.error().kind, Errc::unique);
        return done.error().subject;
    };
    EXPECT_EQ(refused_by({2, "ada@EXAMPLE.com", "+2", 2, 0}), "users_email");
    EXPECT_EQ(refused_by({2, "b@example.com", "+1", 2, 0}), "users_phone");
    EXPECT_EQ(refused_by({2, "b@example.com", "+2", 1, 1}), "users_favourite");
    EXPECT_EQ(refused_by({1, "b@example.com", "+2", 2, 0}), "users_pkey");
    EXPECT_EQ(refused_by({2, "b@example.com", "+2", 1, 0}), "nothing");
    write(*store, "DROP INDEX users_phone").value();
    EXPECT_EQ(refused_by({3, "c@example.com", "+2", 1, 0}), "users_shop_phone");
    const Status updated = write(*store, "UPDATE users SET email = 'ADA@example.com' WHERE id = 2");
    EXPECT_TRUE(!updated && updated.error().is_unique("users_email"));
}

TEST_P(StoreConformance, NamesTheCheckThatRefused) {
    schema(*store,
           "CREATE TABLE foods (id BIGINT PRIMARY KEY, name TEXT NOT NULL, price BIGINT NOT NULL, "
           "CONSTRAINT foods_price_positive CHECK (price >= 0));");
    const Status price =
        write(*store, "INSERT INTO foods (id, name, price) VALUES (1, 'Rice', -1)");
    ASSERT_FALSE(price);
    EXPECT_EQ(price.error().kind, Errc::check);
    EXPECT_EQ(price.error().subject, "foods_price_positive");
    const Status name =
        write(*store, "INSERT INTO foods (id, name, price) VALUES (1, $1, 1)", {nullptr});
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().kind, Errc::check);
    EXPECT_EQ(name.error().subject, "foods.name");
}

TEST_P(StoreConformance, RefusesBrokenReferences) {
    schema(*store,
           "CREATE TABLE foods (id BIGINT PRIMARY KEY);"
           "CREATE TABLE lines (id BIGINT PRIMARY KEY, food BIGINT NOT NULL REFERENCES foods (id));"
           "CREATE TABLE tags (food BIGINT NOT NULL REFERENCES foods (id) ON DELETE CASCADE);"
           "INSERT INTO foods (id) VALUES (1), (2); INSERT INTO lines VALUES (1, 1); INSERT INTO "
           "tags VALUES (2);");
    EXPECT_EQ(write(*store, "INSERT INTO lines (id, food) VALUES (2, 9)").error().kind,
              Errc::reference);
    EXPECT_EQ(write(*store, "DELETE FROM foods WHERE id = 1").error().kind, Errc::reference);
    write(*store, "DELETE FROM foods WHERE id = 2").value();
    EXPECT_EQ(number(*store, "SELECT count(*) FROM tags"), 0);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM lines"), 1);
}

TEST_P(StoreConformance, ChecksDeferredReferencesAtTheEndOfEachTransaction) {
    schema(*store,
           "CREATE TABLE a (id BIGINT PRIMARY KEY);"
           "CREATE TABLE b (id BIGINT PRIMARY KEY, a BIGINT REFERENCES a (id) DEFERRABLE INITIALLY "
           "DEFERRED);");
    const Statement child = store->prepare("INSERT INTO b (id, a) VALUES ($1, $2)");
    const Statement parent = store->prepare("INSERT INTO a (id) VALUES ($1)");
    store
        ->transact([&](Transaction& tx) -> Status {
            if (Status done = run(tx, child, {1, 1}); !done) return done;
            return run(tx, parent, {1});
        })
        .value();
    EXPECT_EQ(write(*store, child, {2, 2}).error().kind, Errc::reference);
    in_parallel(8, [&](int i) {  // in a group, only those that are wrong
        const Status done = write(*store, child, {10 + i, i % 2 ? 1 : 2});
        EXPECT_EQ(done.has_value(), i % 2 == 1);
    });
    EXPECT_EQ(number(*store, "SELECT count(*) FROM b"), 5);
}

// ---- concurrency ----

TEST_P(StoreConformance, LosesNoIncrement) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 0), (2, 0)").value();
    const Statement add = store->prepare("UPDATE accounts SET amount = amount + 1 WHERE id = 1");
    const Statement get = store->prepare("SELECT amount FROM accounts WHERE id = 2");
    const Statement set = store->prepare("UPDATE accounts SET amount = $1 WHERE id = 2");
    std::atomic<int> left{1000};
    in_parallel(16, [&](int) {
        while (left.fetch_sub(1) > 0) {
            until_not_busy([&] { return write(*store, add); }).value();
            until_not_busy([&] {
                return store->transact([&](Transaction& tx) -> Status {  // read, compute, write
                    auto rows = tx.query(get);
                    if (!rows) return std::move(rows).error();
                    return run(tx, set, {rows->front().integer(0) + 1});
                });
            }).value();
        }
    });
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 1"), 1000);
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 2"), 1000);
}

TEST_P(StoreConformance, ConflictingTransfersKeepTheirSum) {
    schema(*store, accounts);
    constexpr int count = 5, each = 100;
    for (int i = 0; i < count; ++i)
        write(*store, "INSERT INTO accounts (id, amount) VALUES ($1, $2)", {i, each}).value();
    const Statement take =
        store->prepare("UPDATE accounts SET amount = amount - $2 WHERE id = $1 AND amount >= $2");
    const Statement give = store->prepare("UPDATE accounts SET amount = amount + $2 WHERE id = $1");
    const Statement sum =
        store->prepare("SELECT CAST(sum(amount) AS BIGINT), min(amount) FROM accounts");
    std::atomic<int> moved{0};
    in_parallel(8, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            const int from = (thread + i) % count, to = (thread * 3 + i * 2 + 1) % count,
                      amount = 1 + (i * 37 + thread) % 60;
            const Status done = until_not_busy([&] {
                return store->transact([&](Transaction& tx) -> Status {
                    if (Status given = run(tx, give, {to, amount}); !given) return given;
                    auto taken = tx.query(take, {from, amount});
                    if (!taken) return std::move(taken).error();
                    if (taken->changed() == 0)
                        return Error(Errc::conflict, "short", "Too little left.");
                    return {};
                });
            });
            moved += done.has_value();
            EXPECT_TRUE(done || done.error().code == "short");
            store
                ->read([&](Transaction& tx) -> Status {
                    auto rows = tx.query(sum);
                    if (!rows) return std::move(rows).error();
                    EXPECT_EQ(rows->front().integer(0), count * each);
                    EXPECT_GE(rows->front().integer(1), 0);
                    return {};
                })
                .value();
        }
    });
    EXPECT_GT(moved.load(), 0);
    EXPECT_EQ(number(*store, "SELECT CAST(sum(amount) AS BIGINT) FROM accounts"), count * each);
}

TEST_P(StoreConformance, AFailingBodyDisturbsNoOther) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (-1, 0)").value();
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES ($1, $2)");
    std::atomic<int> refused{0}, thrown{0};
    in_parallel(8, [&](int thread) {
        for (int i = 0; i < 30; ++i) {
            const int id = thread * 100 + i;
            try {
                const Status done = until_not_busy([&] {
                    return store->transact([&](Transaction& tx) -> Status {
                        if (Status added = run(tx, add, {id, thread}); !added) return added;
                        if (i % 3 == 1) return run(tx, add, {-1, 0});
                        if (i % 3 == 2) throw std::runtime_error("no");
                        return {};
                    });
                });
                EXPECT_EQ(done.has_value(), i % 3 == 0);
                if (!done) ++refused;
            } catch (const std::runtime_error&) {
                ++thrown;
            }
        }
    });
    EXPECT_EQ(refused.load(), 80);
    EXPECT_EQ(thrown.load(), 80);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 81);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts WHERE id >= 0 AND id % 100 % 3 = 0"),
              80);
}

TEST_P(StoreConformance, WhatWasAcknowledgedIsSeenByTheNextRead) {
    schema(*store, accounts);
    in_parallel(4, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            const int id = thread * 1000 + i;
            write(*store, "INSERT INTO accounts (id, amount) VALUES ($1, 1)", {id}).value();
            EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts WHERE id = $1", {id}), 1);
        }
    });
}

// ---- hooks ----

TEST_P(StoreConformance, HooksRunInOrderOnceTheirTransactionIsDurable) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    std::vector<std::string> ran;
    const auto caller = std::this_thread::get_id();
    store
        ->transact([&](Transaction& tx) -> Status {
            tx.after_commit([&] {
                EXPECT_EQ(std::this_thread::get_id(), caller);
                // The transaction is over: another may begin, and sees what it wrote.
                EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 1);
                ran.push_back("first");
            });
            Status done = run(tx, add, {});
            tx.after_commit([&] { ran.push_back("second"); });
            EXPECT_THAT(ran, testing::IsEmpty());
            return done;
        })
        .value();
    EXPECT_THAT(ran, ElementsAre("first", "second"));
    write(*store, "INSERT INTO accounts (id, amount) VALUES (2, 1)").value();
    EXPECT_THAT(ran, ElementsAre("first", "second"));
    store
        ->migrate([&](SchemaTransaction& tx) -> Status {
            tx.after_commit([&] { ran.push_back("migrated"); });
            return {};
        })
        .value();
    EXPECT_THAT(ran, ElementsAre("first", "second", "migrated"));
}

TEST_P(StoreConformance, HooksOfWhatWasUndoneNeverRun) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    write(*store, add).value();
    const auto hook = [] { ADD_FAILURE() << "it was rolled back"; };
    EXPECT_EQ(store
                  ->transact([&](Transaction& tx) -> Status {
                      tx.after_commit(hook);
                      return Error(Errc::conflict, "changed_mind", "No.");
                  })
                  .error()
                  .code,
              "changed_mind");
    EXPECT_EQ(store
                  ->transact([&](Transaction& tx) -> Status {
                      tx.after_commit(hook);
                      return run(tx, add, {});
                  })
                  .error()
                  .kind,
              Errc::unique);
    EXPECT_FALSE(store->transact([&](Transaction& tx) -> Status {
        (void)run(tx, add, {});
        tx.after_commit(hook);  // of a transaction that is doomed
        return {};
    }));
    EXPECT_THROW((void)store->transact([&](Transaction& tx) -> Status {
        tx.after_commit(hook);
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_FALSE(store->migrate([&](SchemaTransaction& tx) -> Status {
        tx.after_commit(hook);
        return tx.script("CREATE TABEL oops (id BIGINT)");
    }));
    write(*store, "INSERT INTO accounts (id, amount) VALUES (2, 1)").value();
}

TEST_P(StoreConformance, AHookThatThrowsTakesNothingBack) {
    schema(*store, accounts);
    const Statement add = store->prepare("INSERT INTO accounts (id, amount) VALUES (1, 1)");
    int ran = 0;
    store
        ->transact([&](Transaction& tx) -> Status {
            tx.after_commit([] { throw std::runtime_error("no"); });
            tx.after_commit([] { throw 1; });
            tx.after_commit([&] { ++ran; });
            return run(tx, add, {});
        })
        .value();
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM accounts"), 1);
}

TEST_P(StoreConformance, AReadHasNoHooks) {
    EXPECT_THROW((void)store->read([](Transaction& tx) -> Status {
        tx.after_commit([] { ADD_FAILURE(); });
        return {};
    }),
                 std::logic_error);
    store->ping().value();
}

TEST_P(StoreConformance, HooksRunOnceForEachBodyThatWasKept) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 0), (2, 0)").value();
    const Statement get = store->prepare("SELECT amount FROM accounts WHERE id = 1");
    const Statement set = store->prepare("UPDATE accounts SET amount = $1 WHERE id = 1");
    const Statement clash = store->prepare("INSERT INTO accounts (id, amount) VALUES (2, 0)");
    std::atomic<int> hooks{0}, kept{0};
    in_parallel(8, [&](int thread) {
        const auto caller = std::this_thread::get_id();
        for (int i = 0; i < 30; ++i) {
            int mine = 0;
            const Status done = store->transact(
                [&](Transaction& tx) -> Status {  // may lose against another, and run again
                    tx.after_commit([&] {
                        EXPECT_EQ(std::this_thread::get_id(), caller);
                        ++mine;
                        ++hooks;
                    });
                    if ((thread + i) % 4 == 0) return run(tx, clash, {});
                    auto rows = tx.query(get);
                    if (!rows) return std::move(rows).error();
                    return run(tx, set, {rows->front().integer(0) + 1});
                });
            EXPECT_EQ(mine, done ? 1 : 0);
            kept += done.has_value();
        }
    });
    EXPECT_EQ(hooks.load(), kept.load());
    EXPECT_EQ(number(*store, "SELECT amount FROM accounts WHERE id = 1"), kept.load());
    EXPECT_GT(kept.load(), 0);
}

// ---- schema ----

TEST_P(StoreConformance, MigrateRunsScriptsAndTexts) {
    store
        ->migrate([](SchemaTransaction& tx) -> Status {
            if (Status done =
                    tx.script("-- a comment; with a semicolon\n"
                              "CREATE TABLE notes (id BIGINT PRIMARY KEY, body TEXT NOT NULL);\n"
                              "INSERT INTO notes (id, body) VALUES (1, 'one; two');\n\n"
                              "CREATE INDEX notes_body ON notes (body); -- the end\n");
                !done) {
                return done;
            }
            Rows rows;
            const Param add[] = {2, "it's"};
            if (Status done = tx.run_text(
                    "INSERT INTO notes (id, body) VALUES ($1, $2) RETURNING id", add, rows);
                !done)
                return done;
            EXPECT_EQ(rows.front().integer(0), 2);
            return tx.script("");
        })
        .value();
    EXPECT_THAT(texts(rows_of(*store, "SELECT body FROM notes ORDER BY id").value()),
                ElementsAre("one; two", "it's"));
}

TEST_P(StoreConformance, AMigrationThatFailsLeavesNothing) {
    const Status done = store->migrate([](SchemaTransaction& tx) -> Status {
        return tx.script(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY); INSERT INTO notes VALUES (1); CREATE "
            "TABEL oops (id BIGINT);");
    });
    EXPECT_FALSE(done);
    const Status blind = store->migrate([](SchemaTransaction& tx) -> Status {
        (void)tx.script(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY); INSERT INTO missing VALUES (1);");
        EXPECT_FALSE(tx.script("CREATE TABLE later (id BIGINT)"));
        return {};
    });
    EXPECT_FALSE(blind);
    EXPECT_THROW((void)store->migrate([](SchemaTransaction& tx) -> Status {
        tx.script("CREATE TABLE notes (id BIGINT PRIMARY KEY)").value();
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_FALSE(rows_of(*store, "SELECT id FROM notes"));
    schema(*store, "CREATE TABLE notes (id BIGINT PRIMARY KEY);");
    EXPECT_EQ(number(*store, "SELECT count(*) FROM notes"), 0);
}

TEST_P(StoreConformance, OnlyOneMigratesAtATime) {
    schema(*store, "CREATE TABLE applied (number BIGINT PRIMARY KEY);");
    std::atomic<int> inside{0}, applied{0};
    in_parallel(6, [&](int) {
        store
            ->migrate([&](SchemaTransaction& tx) -> Status {
                EXPECT_EQ(inside.fetch_add(1), 0);
                Rows rows;
                Status done = tx.run_text("SELECT number FROM applied", {}, rows);
                if (done && rows.empty()) {
                    done = tx.script(
                        "CREATE TABLE things (id BIGINT PRIMARY KEY); INSERT INTO applied (number) "
                        "VALUES (1);");
                    ++applied;
                }
                --inside;
                return done;
            })
            .value();
    });
    EXPECT_EQ(applied.load(), 1);
    EXPECT_EQ(number(*store, "SELECT count(*) FROM things"), 0);
}

TEST_P(StoreConformance, StatementsFollowAChangedSchema) {
    schema(*store, accounts);
    write(*store, "INSERT INTO accounts (id, amount) VALUES (1, 5)").value();
    EXPECT_EQ(rows_of(*store, "SELECT amount FROM accounts").value().front().integer(0), 5);
    schema(*store, "ALTER TABLE accounts ADD COLUMN note TEXT NOT NULL DEFAULT 'none';");
    EXPECT_EQ(rows_of(*store, "SELECT amount FROM accounts").value().front().integer(0), 5);
    EXPECT_EQ(rows_of(*store, "SELECT note FROM accounts").value().front().text(0), "none");
}

TEST_P(StoreConformance, AnswersPingAndNamesItsDialect) {
    store->ping().value();
    EXPECT_THAT(std::string(store->dialect().name), AnyOf("sqlite", "postgresql"));
    EXPECT_FALSE(store->dialect().identity.empty());
    EXPECT_FALSE(store->dialect().blob.empty());
}

}  // namespace
}  // namespace kitchen::testkit
