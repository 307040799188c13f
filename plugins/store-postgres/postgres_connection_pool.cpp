#include "postgres_connection_pool.h"

namespace kitchen::postgres {

namespace {

constexpr Milliseconds first_pause{100}, longest_pause{5'000};

/// The server's limit, or the role's or the database's: our own connections will come free.
bool is_server_full(const Error& error) noexcept {
    return error.subject.find("too many") != std::string::npos ||
           error.subject.find("remaining connection slots") != std::string::npos ||
           error.subject.find("no more connections allowed") != std::string::npos;  // PgBouncer
}

}  // namespace

void ConnectionPool::open(std::string url, const Options& options, Logger* log,
                          std::unique_ptr<Connection> first) {
    std::lock_guard lock(mutex_);
    url_ = std::move(url);
    options_ = &options;
    log_ = log;
    failures_ = 0;
    std::vector<std::unique_ptr<Connection>> connections;
    if (first) connections.push_back(std::move(first));
    start(std::move(connections), options.connections());
}

Result<ConnectionPool::Lease> ConnectionPool::acquire() {
    std::unique_lock lock(mutex_);
    if (held_by(std::this_thread::get_id())) return nested_error();
    if (!open_) return closed_error();
    const auto deadline = Clock::now() + options_->pool_timeout;
    std::size_t most = options_->connections();
    for (;;) {
        if (!open_) return closed_error();
        if (failures_ > 0 && (probing_ || Clock::now() < next_try_)) {
            returned_.notify_one();  // the next in line is refused as well
            return lost_error("the " + role_ + " is out of reach");
        }
        if (!free_.empty()) {
            std::unique_ptr<Connection> connection = take_free();
            if (connection->is_fit()) return lend(std::move(connection));
            --total_;
            continue;  // the connection is closed here
        }
        if (total_ < most) {
            auto made = connect(lock);
            if (made) return lend(*std::move(made));
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
    auto made = Connection::open(url_, *options_, texts_, writes_);
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
    close_free();
}

void ConnectionPool::refresh() noexcept {
    std::lock_guard lock(mutex_);
    close_free();
}

}  // namespace kitchen::postgres
