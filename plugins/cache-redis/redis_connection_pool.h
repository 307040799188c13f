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
#include <optional>
#include <vector>

#include "redis_connection.h"

namespace kitchen::redis {

class ConnectionPool {
public:
    struct Settings {
        std::size_t size = 8;
        Login login;
        std::chrono::milliseconds connect_timeout{500};
    };
    /// Gives the connection back.
    class Lease {
    public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection,
              std::uint64_t generation)
            : pool_(&pool), connection_(std::move(connection)), generation_(generation) {}
        ~Lease() {
            if (pool_) pool_->give_back(std::move(connection_), generation_);
        }
        Lease(Lease&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)),
              connection_(std::move(other.connection_)),
              generation_(other.generation_) {}
        Lease& operator=(Lease&&) = delete;
        Connection* operator->() const noexcept { return connection_.get(); }

    private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
        std::uint64_t generation_;
    };

    explicit ConnectionPool(Settings settings) : settings_(std::move(settings)) {}

    /// From now on to that server; connections to the one before go as they come back. `first` is
    /// the first idle one.
    void use(const Address& address, std::unique_ptr<Connection> first);
    /// To none: who waits is refused at once.
    void close();
    /// Waits for a free connection until `deadline`; opening one may take the connect timeout on
    /// top. Errors: failures, `busy` when none became free.
    Result<Lease> acquire(Deadline deadline);

private:
    void give_back(std::unique_ptr<Connection> connection, std::uint64_t generation);

    const Settings settings_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Address> address_;
    std::uint64_t generation_ = 0;  // of address_; connections of another one are not kept
    std::size_t lent_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace kitchen::redis
