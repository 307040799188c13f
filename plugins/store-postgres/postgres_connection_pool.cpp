#include "postgres_connection_pool.h"

#include <algorithm>

namespace kitchen::postgres {

namespace {

constexpr Milliseconds first_pause{100}, longest_pause{5'000};

/// The server's limit, or the role's or the database's: our own connections will come free.
bool is_server_full(const Error& error) noexcept {
    return error.subject.find("too many") != std::string::npos ||
           error.subject.find("remaining connection slots") != std::string::npos;
}

}  // namespace

void ConnectionPool::open(std::string url, const Options& options, Logger* log,
                          std::unique_ptr<Connection> first) {
    std::lock_guard lock(mutex_);
    url_ = std::move(url);
    options_ = &options;
    log_ = log;
    free_.reserve(static_cast<std::size_t>(options.pool_size));  // giving back never allocates
    holders_.reserve(static_cast<std::size_t>(options.pool_size));
    if (first) {
        free_.push_back(std::move(first));
        total_ = 1;
    }
    failures_ = 0;
    open_ = true;
}

void ConnectionPool::close() noexcept {
    std::unique_lock lock(mutex_);
    open_ = false;
    returned_.notify_all();
    all_returned_.wait(
        lock, [this] { return holders_.empty() && total_ == static_cast<int>(free_.size()); });
    free_.clear();
    total_ = 0;
}

Result<ConnectionPool::Lease> ConnectionPool::acquire() {
    const auto self = std::this_thread::get_id();
    std::unique_lock lock(mutex_);
    if (held_by(self)) return nested_error();
    if (!open_) return closed_error();
    const auto deadline = Clock::now() + options_->pool_timeout;
    int most = options_->pool_size;
    for (;;) {
        if (!open_) return closed_error();
        if (failures_ > 0 && (probing_ || Clock::now() < next_try_)) {
            returned_.notify_one();  // the next in line is refused as well
            return lost_error("the " + role_ + " is out of reach");
        }
        if (!free_.empty()) {
            std::unique_ptr<Connection> connection = std::move(free_.back());
            free_.pop_back();
            if (connection->is_fit()) {
                holders_.push_back(self);
                return Lease(*this, std::move(connection));
            }
            --total_;
            continue;  // the connection is closed here
        }
        if (total_ < most) {
            auto made = connect(lock);
            if (made) {
                holders_.push_back(self);
                return Lease(*this, *std::move(made));
            }
            if (!is_server_full(made.error()) || total_ == 0) return std::move(made).error();
            most = total_;  // so many it allows us; more only in the place of one that is lost
            continue;       // one may have come back while this thread was busy connecting
        }
        if (returned_.wait_until(lock, deadline) == std::cv_status::timeout && free_.empty())
            return exhausted_error();
    }
}

Result<std::unique_ptr<Connection>> ConnectionPool::connect(std::unique_lock<std::mutex>& lock) {
    ++total_;
    probing_ = failures_ > 0;
    lock.unlock();
    auto made = Connection::open(url_, *options_, texts_);
    lock.lock();
    probing_ = false;
    if (made) {
        if (failures_ > 0 && log_)
            log_->info("database reached again", {{"server", role_}, {"failures", failures_}});
        failures_ = 0;
        return made;
    }
    --total_;
    if (!is_server_full(made.error()) || total_ == 0) note_failure(made.error().subject);
    returned_.notify_one();
    all_returned_.notify_all();
    return made;
}

void ConnectionPool::note_failure(const std::string& reason) {
    next_try_ = Clock::now() + jitter_.pause(failures_, first_pause, longest_pause);
    if (failures_++ == 0 && log_)
        log_->warn("database out of reach", {{"server", role_}, {"reason", reason}});
}

void ConnectionPool::suspend(const std::string& reason) {
    std::lock_guard lock(mutex_);
    if (failures_ == 0 || Clock::now() >= next_try_) note_failure(reason);
    total_ -= static_cast<int>(free_.size());
    free_.clear();
    returned_.notify_all();
}

bool ConnectionPool::held_here() const {
    std::lock_guard lock(mutex_);
    return held_by(std::this_thread::get_id());
}

bool ConnectionPool::held_by(std::thread::id thread) const noexcept {
    return std::find(holders_.begin(), holders_.end(), thread) != holders_.end();
}

void ConnectionPool::refresh() noexcept {
    std::lock_guard lock(mutex_);
    total_ -= static_cast<int>(free_.size());
    free_.clear();
    returned_.notify_all();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) noexcept {
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

}  // namespace kitchen::postgres
