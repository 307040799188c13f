#include "redis_connection_pool.h"

#include "failure.h"

namespace kitchen::redis {

void ConnectionPool::use(const Address& address, std::unique_ptr<Connection> first) {
    std::vector<std::unique_ptr<Connection>> gone;
    std::lock_guard lock(mutex_);
    gone.swap(idle_);
    address_ = address;
    ++generation_;
    idle_.push_back(std::move(first));
    changed_.notify_all();
}

void ConnectionPool::close() {
    std::vector<std::unique_ptr<Connection>> gone;
    std::lock_guard lock(mutex_);
    gone.swap(idle_);
    address_.reset();
    ++generation_;
    changed_.notify_all();
}

Result<ConnectionPool::Lease> ConnectionPool::acquire(Deadline deadline) {
    std::vector<std::unique_ptr<Connection>> stale;  // closed after the lock is released
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return !address_ || lent_ < settings_.size; };
    if (!changed_.wait_until(lock, deadline, ready))
        return failed(failure::busy, "all connections are in use");
    if (!address_) return failed(failure::unreachable, "not connected");
    const std::uint64_t generation = generation_;
    ++lent_;
    while (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->reusable()) return Lease(*this, std::move(connection), generation);
        stale.push_back(std::move(connection));
    }
    const Address address = *address_;
    lock.unlock();
    auto opened = Connection::open(address, settings_.login, Connection::Use::commands,
                                   std::chrono::steady_clock::now() + settings_.connect_timeout);
    if (!opened) {
        give_back(nullptr, generation);
        return std::move(opened).error();
    }
    return Lease(*this, std::move(*opened), generation);
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection, std::uint64_t generation) {
    std::unique_ptr<Connection> gone;
    std::lock_guard lock(mutex_);
    --lent_;
    if (connection && generation == generation_ && !connection->broken())
        idle_.push_back(std::move(connection));
    else
        gone = std::move(connection);
    changed_.notify_one();
}

}  // namespace kitchen::redis
