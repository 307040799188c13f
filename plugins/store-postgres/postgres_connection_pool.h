// Connections to one server that threads borrow, one thread at a time; opened when they are needed,
// closed when they broke.
//
// While the server cannot be reached, one caller at a time tries to connect, at growing intervals;
// the others are refused at once.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "jitter.h"
#include "postgres_connection.h"
#include "kitchen/log.h"
#include "lending_pool.h"

namespace kitchen::postgres {

class ConnectionPool : public LendingPool<Connection> {
public:
    /// `role` is for the log: "primary", which must take writes, or "replica". What is given must
    /// outlive the pool.
    ConnectionPool(std::string role, bool writes, const StatementTexts& texts, Jitter& jitter)
        : role_(std::move(role)), writes_(writes), texts_(texts), jitter_(jitter) {}
    ~ConnectionPool() { close(); }

    /// Begins to lend. `options` and `log` must outlive the pool; `first`, when given, is lent
    /// first.
    void open(std::string url, const Options& options, Logger* log,
              std::unique_ptr<Connection> first);

    /// Waits for a free one. Errors: busy after the pool's timeout; unavailable when closed or out
    /// of reach; internal when this thread holds one already.
    Result<Lease> acquire();
    /// Closes the free ones.
    void refresh() noexcept;
    /// Refuses every caller for a while that grows each time, until a connection can be made again.
    void suspend(const std::string& reason);

private:
    using Clock = std::chrono::steady_clock;

    Result<std::unique_ptr<Connection>> connect(std::unique_lock<std::mutex>& lock);
    void note_failure(const std::string& reason);

    const std::string role_;
    const bool writes_;
    const StatementTexts& texts_;
    Jitter& jitter_;
    std::string url_;
    const Options* options_ = nullptr;
    Logger* log_ = nullptr;

    int failures_ = 0;  // in a row
    bool probing_ = false;
    Clock::time_point next_try_{};
};

}  // namespace kitchen::postgres
