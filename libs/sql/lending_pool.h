// Connections that are lent to threads, at most one to each: what the pools of the stores share.
// A pool derives from it, and says how connections are made and waited for.
//
// Connection: bool is_fit() const, false for one that is to be closed when it comes back.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace kitchen {

template <class Connection>
class LendingPool {
public:
    /// Gives the connection back when it dies.
    class Lease {
    public:
        Lease(LendingPool& pool, std::unique_ptr<Connection> connection) noexcept
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_) pool_->give_back(std::move(connection_));
        }
        Connection& operator*() const noexcept { return *connection_; }
        Connection* operator->() const noexcept { return connection_.get(); }

    private:
        LendingPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// Lends no more, waits for those lent, and closes them all. Idempotent.
    void close() noexcept {
        std::unique_lock lock(mutex_);
        open_ = false;
        returned_.notify_all();
        all_returned_.wait(lock, [this] { return holders_.empty() && total_ == free_.size(); });
        free_.clear();
        total_ = 0;
    }
    /// True when this thread holds one.
    bool held_here() const {
        std::lock_guard lock(mutex_);
        return held_by(std::this_thread::get_id());
    }

protected:
    LendingPool() = default;
    ~LendingPool() = default;

    // All under the lock.
    /// `most`: connections that there can ever be.
    void start(std::vector<std::unique_ptr<Connection>> connections, std::size_t most) {
        free_ = std::move(connections);
        free_.reserve(most);  // giving back never allocates
        holders_.reserve(most);
        total_ = free_.size();
        open_ = true;
    }
    bool held_by(std::thread::id thread) const noexcept {
        return std::find(holders_.begin(), holders_.end(), thread) != holders_.end();
    }
    Lease lend(std::unique_ptr<Connection> connection) {
        holders_.push_back(std::this_thread::get_id());
        return Lease(*this, std::move(connection));
    }
    /// Not of none.
    std::unique_ptr<Connection> take_free() {
        std::unique_ptr<Connection> connection = std::move(free_.back());
        free_.pop_back();
        return connection;
    }
    void close_free() noexcept {
        total_ -= free_.size();
        free_.clear();
        returned_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::condition_variable all_returned_;
    std::vector<std::unique_ptr<Connection>> free_;  // the last one used is the warmest
    std::vector<std::thread::id> holders_;
    std::size_t total_ = 0;  // free, lent, and being made
    bool open_ = false;

private:
    void give_back(std::unique_ptr<Connection> connection) noexcept {
        if (!connection->is_fit()) connection.reset();
        std::lock_guard lock(mutex_);
        if (connection)
            free_.push_back(std::move(connection));
        else
            --total_;
        holders_.erase(std::find(holders_.begin(), holders_.end(), std::this_thread::get_id()));
        // Under the lock: after the last one close() returns, and the pool may be gone.
        returned_.notify_one();
        if (holders_.empty()) all_returned_.notify_all();
    }
};

}  // namespace kitchen
