// Connections that threads borrow, one thread at a time.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "sqlite_connection.h"
#include "lending_pool.h"

namespace kitchen::sqlite {

class ConnectionPool : public LendingPool<Connection> {
public:
    /// Begins to lend them.
    void open(std::vector<std::unique_ptr<Connection>> connections,
              std::chrono::milliseconds timeout);
    /// Waits for a free one. Errors: busy after the timeout; unavailable when closed; internal when
    /// this thread holds one already.
    Result<Lease> acquire();

private:
    std::chrono::milliseconds timeout_{0};
};

}  // namespace kitchen::sqlite
