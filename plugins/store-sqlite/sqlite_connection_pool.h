// Connections that threads borrow, one thread at a time.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sqlite_connection.h"

namespace kitchen::sqlite {

class ConnectionPool {
public:
    /// Gives the connection back when it dies.
    class Lease {
    public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection) noexcept
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_) pool_->give_back(std::move(connection_));
        }
        Connection& operator*() const noexcept { return *connection_; }
        Connection* operator->() const noexcept { return connection_.get(); }

    private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// Begins to lend them.
    void open(std::vector<std::unique_ptr<Connection>> connections,
              std::chrono::milliseconds timeout);
    /// Lends no more, waits for those lent, and closes them all. Idempotent.
    void close() noexcept;

    /// Waits for a free one. Errors: busy after the timeout; unavailable when closed; internal when
    /// this thread holds one already.
    Result<Lease> acquire();
    /// True when this thread holds one.
    bool held_here() const;

private:
    void give_back(std::unique_ptr<Connection> connection) noexcept;
    bool held_by(std::thread::id thread) const noexcept;

    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::condition_variable all_returned_;
    std::vector<std::unique_ptr<Connection>> free_;  // the last one used is the warmest
    std::vector<std::thread::id> holders_;
    std::chrono::milliseconds timeout_{0};
    bool open_ = false;
};

}  // namespace kitchen::sqlite
