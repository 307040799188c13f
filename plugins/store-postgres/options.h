// What the configuration says about this store; the keys of the plugin have the same names.
//
// Thread-safety: a plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kitchen::postgres {

using Milliseconds = std::chrono::milliseconds;

struct Options {
    std::string url{};          ///< of the primary, as libpq takes it; a secret
    std::string replica_url{};  ///< of a hot standby that serves reads; empty: none; a secret
    int pool_size = 10;         ///< connections to each of the two at most
    Milliseconds pool_timeout{5'000};     ///< longest wait for a free one
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
};

}  // namespace kitchen::postgres
