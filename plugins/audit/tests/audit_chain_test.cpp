#include "audit_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "sqlite_store.h"

namespace kitchen::audit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AuditChainTest : public testing::Test {
protected:
    AuditChainTest() { testkit::apply_migrations(*store, "audit", kitchen_migrations); }

    void add(int count) {
        for (int i = 0; i < count; ++i) {
            AuditEntry entry;
            entry.at = from_millis(1'700'000'000'000);
            entry.user_id = 7;
            entry.action = "PATCH /foods/{id}/";
            entry.request.text = "{}";
            EXPECT_TRUE(store->transact([&](Transaction& tx) { return entries.add(tx, entry); }));
        }
    }
    /// As one does who can write to the database.
    void tamper(std::string_view sql) {
        const Statement statement = store->prepare(sql);
        EXPECT_TRUE(store->transact([&](Transaction& tx) { return tx.execute(statement); }));
    }
    AuditChain::Report verify(const Head& since = {}) { return chain.verify(since).value(); }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    AuditRepository entries{*store};
    AuditChain chain{*store, entries};
};

}  // namespace

TEST_F(AuditChainTest, IsWholeWhenNothingWasTouched) {
    EXPECT_THAT(verify().faults, IsEmpty());
    add(3);
    EXPECT_EQ(verify().waiting, 3);
    ASSERT_TRUE(chain.extend());
    add(1200);  // more than are read at once
    ASSERT_TRUE(chain.extend());
    const AuditChain::Report report = verify();
    EXPECT_THAT(report.faults, IsEmpty());
    EXPECT_EQ(report.checked, 1203);
    EXPECT_EQ(report.waiting, 0);
    EXPECT_EQ(report.head.position, 1203);
}

TEST_F(AuditChainTest, AChangedEntryIsFound) {
    add(5);
    ASSERT_TRUE(chain.extend());
    for (const char* change :
         {"user_id = 8", "user_id = NULL", "role = 'x'", "action = 'x'", "path = 'x'", "kind = 'x'",
          "object_id = 'x'", "request = '{\"a\":1}'", "old_row = 'x'", "new_row = 'x'",
          "request_id = 'x'", "address = 'x'", "client_id = 'x'", "made_at = 1"}) {
        tamper("CREATE TEMPORARY TABLE kept AS SELECT * FROM audit_entries WHERE position = 3");
        tamper("UPDATE audit_entries SET " + std::string(change) + " WHERE position = 3");
        EXPECT_THAT(verify().faults, ElementsAre("entry 3: not as it was chained")) << change;
        tamper("DELETE FROM audit_entries WHERE position = 3");
        tamper("INSERT INTO audit_entries SELECT * FROM kept");
        tamper("DROP TABLE kept");
        EXPECT_THAT(verify().faults, IsEmpty()) << change;
    }
}

TEST_F(AuditChainTest, ARemovedEntryIsFound) {
    add(5);
    ASSERT_TRUE(chain.extend());
    tamper("DELETE FROM audit_entries WHERE position = 3");
    EXPECT_THAT(verify().faults, ElementsAre("entry 3: missing, with those up to 3"));
    // Also when the gap is closed.
    tamper("UPDATE audit_entries SET position = position - 1 WHERE position = 4");
    tamper("UPDATE audit_entries SET position = position - 1 WHERE position = 5");
    tamper("UPDATE audit_head SET position = 4");
    EXPECT_THAT(verify().faults,
                ElementsAre("entry 3: not as it was chained", "entry 4: not as it was chained"));
}

TEST_F(AuditChainTest, ARemovedEndIsFound) {
    add(5);
    ASSERT_TRUE(chain.extend());
    tamper("DELETE FROM audit_entries WHERE position > 3");
    EXPECT_THAT(verify().faults,
                ElementsAre("entry 4: missing, with all up to the end, which was 5"));
    tamper("UPDATE audit_head SET position = 3");
    EXPECT_THAT(verify().faults, ElementsAre("entry 3: not the one at which the chain ended"));
}

TEST_F(AuditChainTest, EntriesThatChangedPlacesAreFound) {
    add(5);
    ASSERT_TRUE(chain.extend());
    tamper("UPDATE audit_entries SET position = 99 WHERE position = 2");
    tamper("UPDATE audit_entries SET position = 2 WHERE position = 3");
    tamper("UPDATE audit_entries SET position = 3 WHERE position = 99");
    EXPECT_EQ(verify().faults.size(), 3U);
}

TEST_F(AuditChainTest, AForgedChainIsFoundByAPlaceThatWasNoted) {
    add(5);
    ASSERT_TRUE(chain.extend());
    const Head noted = verify().head;
    add(2);
    ASSERT_TRUE(chain.extend());
    EXPECT_THAT(verify(noted).faults, IsEmpty());
    EXPECT_EQ(verify(noted).checked, 2);
    // The forger changes an old entry, and has all of them chained anew.
    tamper("UPDATE audit_entries SET user_id = 8 WHERE position = 3");
    tamper("UPDATE audit_entries SET position = NULL, hash = NULL");
    tamper("UPDATE audit_head SET position = 0, hash = ''");
    ASSERT_TRUE(chain.extend());
    EXPECT_THAT(verify().faults, IsEmpty());
    EXPECT_THAT(verify(noted).faults, ElementsAre("entry 6: not as it was chained"));
    // After old entries were removed on purpose, the rest is verified from such a place.
    tamper("DELETE FROM audit_entries WHERE position <= 5");
    EXPECT_EQ(verify().faults.size(), 1U);
}

TEST(AuditMask, HidesWhatIsAPassword) {
    using http::Schema;
    const Schema schema =
        Schema::object({{"password", Schema::string().format(http::Format::password)},
                        {"note", Schema::string()},
                        {"old", Schema::array(Schema::string().format(http::Format::password))}});
    const Json body = Json::object(
        {{"password", "jollof"}, {"note", "rice"}, {"old", Json::array({"a", "b"})}, {"count", 3}});
    EXPECT_EQ(masked(body, schema).dump(),
              R"({"password":"***","note":"rice","old":["***","***"],"count":3})");
}

}  // namespace kitchen::audit
