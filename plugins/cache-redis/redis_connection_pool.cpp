#include "redis_connection_pool.h"

#include "failure.h"

namespace kitchen::redis {

ConnectionPool::ConnectionPool(Settings settings, Address address,
                               std::unique_ptr<Connection> first)
    : settings_(std::move(settings)), address_(std::move(address)) {
    if (first) idle_.push_back(std::move(first));
}

void ConnectionPool::close() {
    std::vector<std::unique_ptr<Connection>> gone;
    std::lock_guard lock(mutex_);
    gone.swap(idle_);
    closed_ = true;
    changed_.notify_all();
}

Result<ConnectionPool::Lease> ConnectionPool::acquire(Deadline deadline) {
    std::vector<std::unique_ptr<Connection>> stale;  // closed after the lock is released
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return closed_ || lent_ < settings_.size; };
    const std::uint64_t good_before = good_;
    if (!changed_.wait_until(lock, deadline, ready))
        return good_ != good_before ? failed(failure::busy, "all connections are in use")
                                    : failed(failure::stuck, "no connection comes back");
    if (closed_) return failed(failure::unreachable, "not connected");
    ++lent_;
    while (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->reusable()) return Lease(*this, std::move(connection));
        stale.push_back(std::move(connection));
    }
    lock.unlock();
    auto opened = Connection::open(address_, settings_.login, settings_.use,
                                   std::chrono::steady_clock::now() + settings_.connect_timeout);
    if (!opened) {
        give_back(nullptr);
        return std::move(opened).error();
    }
    return Lease(*this, std::move(*opened));
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
    std::unique_ptr<Connection> gone;
    std::lock_guard lock(mutex_);
    --lent_;
    if (connection && !closed_ && !connection->broken()) {
        ++good_;
        idle_.push_back(std::move(connection));
    } else {
        gone = std::move(connection);
    }
    changed_.notify_one();
}

}  // namespace kitchen::redis
