// What the contract is tested on.
#include "kitchen_server.h"

namespace kitchen::tests {

INSTANTIATE_TEST_SUITE_P(Backends, Api,
                         testing::Values(BackendsFactory{"Memory", in_memory},
                                         BackendsFactory{"Sqlite", on_sqlite},
                                         BackendsFactory{"Postgres", on_postgres},
                                         BackendsFactory{"Redis", on_redis},
                                         BackendsFactory{"PostgresAndRedis", on_postgres_and_redis},
                                         BackendsFactory{"ThreeBehindNginx", on_replicas}),
                         [](const auto& info) { return info.param.name; });

}  // namespace kitchen::tests
