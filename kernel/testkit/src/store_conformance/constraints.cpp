// Errors name the constraint that refused.

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_constraints() {}

namespace {

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

}  // namespace
}  // namespace kitchen::testkit
