#include "sqlite_connection_pool.h"

namespace kitchen::sqlite {

void ConnectionPool::open(std::vector<std::unique_ptr<Connection>> connections,
                          std::chrono::milliseconds timeout) {
    std::lock_guard lock(mutex_);
    const std::size_t count = connections.size();
    start(std::move(connections), count);
    timeout_ = timeout;
}

Result<ConnectionPool::Lease> ConnectionPool::acquire() {
    std::unique_lock lock(mutex_);
    if (held_by(std::this_thread::get_id())) return nested_error();
    if (!returned_.wait_for(lock, timeout_, [this] { return !open_ || !free_.empty(); }))
        return exhausted_error();
    if (!open_) return closed_error();
    return lend(take_free());
}

}  // namespace kitchen::sqlite
