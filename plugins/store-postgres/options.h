// The settings of this store.
//
// Thread-safety: a plain value.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/cores.h"
#include "kitchen/settings.h"

namespace kitchen::postgres {

using Milliseconds = std::chrono::milliseconds;

struct Options {
    std::string url{};                        ///< of the primary, as libpq takes it; a secret
    std::vector<std::string> replica_urls{};  ///< of hot standbys that serve reads; secrets
    Milliseconds replica_max_lag{10'000};     ///< one that is further behind serves none
    int pool_size = 0;                 ///< connections to each server at most; 0: see connections()
    Milliseconds pool_timeout{5'000};  ///< longest wait for a free one
    Milliseconds connect_timeout{5'000};  ///< of one attempt, for each host of the url
    Milliseconds start_timeout{60'000};  ///< how long open() waits for a database that is not there
    Milliseconds statement_timeout{5'000};  ///< of one statement, lock waits included
    Milliseconds lock_timeout{2'000};       ///< of one wait for a lock
    Milliseconds migration_timeout{
        300'000};  ///< of the wait for the migration lock, and of one statement under it
    Milliseconds tcp_user_timeout{
        10'000};  ///< until what was sent must have been acknowledged by the other machine
    int retry_attempts = 100;        ///< runs of one body at most
    Milliseconds retry_time{5'000};  ///< no run begins after this
    bool pgbouncer = false;  ///< behind a pooler that gives every transaction another session

    /// More than a few for each core only meet each other's locks and conflicts
    /// (bench/cases/postgres.py: on two cores, orders of 32 customers are a third faster with 4
    /// than with 10).
    std::size_t connections() const noexcept {
        return pool_size > 0 ? static_cast<std::size_t>(pool_size)
                             : std::max<std::size_t>(4, 2 * usable_cores());
    }

    /// How often the primary is asked how far its log has come, and each replica how far it has
    /// replayed it.
    Milliseconds replica_interval() const noexcept {
        return std::min<Milliseconds>(replica_max_lag / 10, std::chrono::seconds(1));
    }

    static void describe(Fields<Options>& field) {
        using namespace std::chrono_literals;
        field("url", &Options::url,
              "postgresql://user:password@host:port/database, or keyword=value pairs")
            .secret()
            .required();
        field("replica_urls", &Options::replica_urls,
              "Hot standbys that serve reads, in turn: a list, each as url")
            .secret();
        field("replica_max_lag", &Options::replica_max_lag,
              "A replica that is further behind the primary serves no reads")
            .between(1s, 1h);
        field("pool_size", &Options::pool_size,
              "Connections at most, to the primary and to each replica; 0: two for each core that "
              "it may use, and at least 4")
            .between(0, 500);
        field("pool_timeout", &Options::pool_timeout, "Longest wait for a free connection")
            .between(10ms, 10min);
        field("connect_timeout", &Options::connect_timeout,
              "Longest wait for one address to take a connection")
            .between(2s, 10min);
        field("start_timeout", &Options::start_timeout,
              "How long the start waits for a database that does not respond yet")
            .between(0s, 1h);
        field("statement_timeout", &Options::statement_timeout, "Longest run of one statement")
            .between(10ms, 10min);
        field("lock_timeout", &Options::lock_timeout, "Longest wait for a lock")
            .between(10ms, 10min);
        field("migration_timeout", &Options::migration_timeout,
              "Longest wait for another's migration, and run of one statement in ours")
            .between(1s, 24h);
        field("tcp_user_timeout", &Options::tcp_user_timeout,
              "After so long without an acknowledgement a connection is dead")
            .between(1s, 10min);
        field("retry_attempts", &Options::retry_attempts,
              "Runs of a transaction that meets conflicts, at most")
            .between(1, 100);
        field("retry_time", &Options::retry_time, "No run of a transaction begins after this")
            .between(0s, 1min);
        field("pgbouncer", &Options::pgbouncer,
              "The url leads to a pooler that works by transactions");
    }
    static void check(const Options& options, Problems& problems);
};

}  // namespace kitchen::postgres
