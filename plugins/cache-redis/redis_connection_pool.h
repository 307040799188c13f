// Connections to one server, lent to one thread at a time, opened when they are needed and kept.
//
// An idle connection that the server has closed meanwhile is noticed before it is lent, so that a
// restarted server costs no caller an unanswered call. Of the idle ones the one used last is lent
// first.
//
// Thread-safety: all calls, from any thread. A lease may not outlive the pool.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "redis_connection.h"

namespace kitchen::redis {

class ConnectionPool {
public:
    struct Settings {
        std::size_t size = 8;
        Login login;
        Connection::Use use = Connection::Use::commands;
        std::chrono::milliseconds connect_timeout{500};
    };
    /// Gives the connection back.
    class Lease {
    public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        ~Lease() {
            if (pool_) pool_->give_back(std::move(connection_));
        }
        Lease(Lease&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)),
              connection_(std::move(other.connection_)) {}
        Lease& operator=(Lease&&) = delete;
        Connection& operator*() const noexcept { return *connection_; }

    private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// `first`, if there is one, is the first idle connection.
    ConnectionPool(Settings settings, Address address, std::unique_ptr<Connection> first);

    const Address& address() const noexcept { return address_; }
    /// For good: who waits is refused at once, and what comes back is closed.
    void close();
    /// Waits for a free connection until `deadline`; opening one may take the connect timeout on
    /// top. Errors: failures; `busy` when others took all that became free, `stuck` when none did:
    /// then those who hold them wait for the server as well.
    Result<Lease> acquire(Deadline deadline);

private:
    void give_back(std::unique_ptr<Connection> connection);

    const Settings settings_;
    const Address address_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool closed_ = false;
    std::size_t lent_ = 0;
    std::uint64_t good_ = 0;  // that came back fit for the next
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace kitchen::redis
