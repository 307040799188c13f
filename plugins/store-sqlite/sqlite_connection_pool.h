// Connections that threads borrow, one thread at a time.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sqlite_connection.h"
#include "lending_pool.h"

namespace kitchen::sqlite {

class ConnectionPool : public LendingPool<Connection> {
public:
    /// Begins to lend them.
    void open(std::vector<std::unique_ptr<Connection>> connections,
              std::chrono::milliseconds timeout) {
        std::lock_guard lock(mutex_);
        const std::size_t count = connections.size();
        start(std::move(connections), count);
        timeout_ = timeout;
    }
    /// Waits for a free one. Errors: busy after the timeout; unavailable when closed; internal when
    /// this thread holds one already.
    Result<Lease> acquire() {
        std::unique_lock lock(mutex_);
        if (held_by(std::this_thread::get_id())) return nested_error();
        if (!returned_.wait_for(lock, timeout_, [this] { return !open_ || !free_.empty(); }))
            return exhausted_error();
        if (!open_) return closed_error();
        return lend(take_free());
    }

private:
    std::chrono::milliseconds timeout_{0};
};

}  // namespace kitchen::sqlite
