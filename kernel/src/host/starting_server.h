// Answers in the place of the server while the start of a plugin waits, for a database say: that
// the process is alive, and what it waits for. A start that does not wait is over before this
// begins, so that a proxy passes on to another replica by the refused connection.
//
//     GET /livez    200
//     GET /readyz   503 {"status": "starting", "waiting_for": "store-postgres"}
//     all else      503
//
// Thread-safety: construct and destroy on one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "http/server.h"

namespace kitchen::host {

class StartingServer {
public:
    /// `waits_for` names the plugin, or nothing; this begins when that has been the same for
    /// `patience`. All references must outlive this.
    StartingServer(http::ServerOptions options, std::chrono::milliseconds patience,
                   std::function<std::string()> waits_for, Logger& log, const Clock& clock,
                   Random& random);
    /// Lets go of the port.
    ~StartingServer();
    StartingServer(const StartingServer&) = delete;
    StartingServer& operator=(const StartingServer&) = delete;

private:
    void watch();
    void open();
    http::ServerTable table() const;

    http::ServerOptions options_;
    const std::chrono::milliseconds patience_;
    const std::function<std::string()> waits_for_;
    Logger& log_;
    const Clock& clock_;
    Random& random_;
    std::unique_ptr<http::Server> server_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool finished_ = false;
    std::thread thread_;
};

}  // namespace kitchen::host
