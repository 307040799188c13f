#include "sqlite_connection_pool.h"

#include <algorithm>

namespace kitchen::sqlite {

void ConnectionPool::open(std::vector<std::unique_ptr<Connection>> connections,
                          std::chrono::milliseconds timeout) {
    std::lock_guard lock(mutex_);
    free_ = std::move(connections);
    holders_.reserve(free_.size());  // giving back never allocates
    timeout_ = timeout;
    open_ = true;
}

void ConnectionPool::close() noexcept {
    std::unique_lock lock(mutex_);
    open_ = false;
    returned_.notify_all();
    all_returned_.wait(lock, [this] { return holders_.empty(); });
    free_.clear();
}

Result<ConnectionPool::Lease> ConnectionPool::acquire() {
    const auto self = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    if (held_by(self)) return nested_error();
    if (!returned_.wait_for(lock, timeout_, [this] { return !open_ || !free_.empty(); })) {
        return Error(Errc::busy, "store_busy", "The database is busy. Try again in a moment.")
            .with_subject("no free connection")
            .retry_in(std::chrono::seconds(1));
    }
    if (!open_) return closed_error();
    Lease lease(*this, std::move(free_.back()));
    free_.pop_back();
    holders_.push_back(self);
    return lease;
}

bool ConnectionPool::held_here() const {
    std::lock_guard lock(mutex_);
    return held_by(std::this_thread::get_id());
}

bool ConnectionPool::held_by(std::thread::id thread) const noexcept {
    return std::find(holders_.begin(), holders_.end(), thread) != holders_.end();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) noexcept {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
    holders_.erase(std::find(holders_.begin(), holders_.end(), std::this_thread::get_id()));
    // Under the lock: after the last one close() returns, and the pool may be gone.
    returned_.notify_one();
    if (holders_.empty()) all_returned_.notify_all();
}

}  // namespace kitchen::sqlite
