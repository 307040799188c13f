#include "postgres_transaction.h"

#include <gtest/gtest.h>

namespace kitchen::postgres {

TEST(PortableVerb, TakesStatementsOfTheSubset) {
    for (const char* sql :
         {"SELECT 1", "  select 1", "(SELECT 1)", "-- why\nINSERT INTO t VALUES (1)",
          "/* a */ UPDATE t SET a = 1", "delete from t", "WITH x AS (SELECT 1) SELECT * FROM x",
          "VALUES(1)", "CREATE TABLE t (a BIGINT)", "DROP INDEX i"})
        EXPECT_TRUE(is_portable_verb(sql)) << sql;
}

TEST(PortableVerb, RefusesWhatIsNotABodysBusiness) {
    for (const char* sql :
         {"", "   ", "--", "/* never ends", "COMMIT", "rollback", "BEGIN", "SAVEPOINT a",
          "SET search_path = x", "RESET ALL", "DISCARD ALL", "COPY t FROM STDIN", "LISTEN a",
          "selection", "select_all", "PRAGMA x", "DO $$ $$", "; SELECT 1"})
        EXPECT_FALSE(is_portable_verb(sql)) << sql;
}

}  // namespace kitchen::postgres
