#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/postgres_server.h"
#include "pgbouncer.h"
#include "postgres_store.h"

namespace kitchen::testkit {

namespace {

/// A store on an empty database that it takes along.
std::shared_ptr<Store> in_database() {
    struct Both {
        PostgresDatabase database;
        postgres::PostgresStore store;
    };
    auto both = std::make_shared<Both>();
    both->store.open({.url = both->database.url()}).value();
    return {both, &both->store};
}

/// The same through a pooler that gives every transaction another session.
std::shared_ptr<Store> behind_pooler() {
    struct Three {
        PostgresDatabase database;
        postgres::PgBouncer pooler{PostgresServer::shared().port()};
        postgres::PostgresStore store;
    };
    auto three = std::make_shared<Three>();
    three->store
        .open({.url = PostgresServer::url_on(three->pooler.port(), three->database.name()),
               .pgbouncer = true})
        .value();
    return {three, &three->store};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, StoreConformance,
                         testing::Values(StoreFactory{"direct", &in_database, true},
                                         StoreFactory{"pgbouncer", &behind_pooler, true}),
                         [](const auto& info) { return info.param.name; });

}  // namespace kitchen::testkit
