// A server that does as it is told: keeps what it was sent, and answers, or not, as a function
// says. For what nginx makes of servers.
//
// Thread-safety: requests() and connections() from any thread; the rest on one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kitchen::tests {

class ScriptedReplica {
public:
    /// The whole response to a whole request, or "": the connection is closed without one. Called
    /// on threads of this object's.
    using Script = std::function<std::string(const std::string& request)>;

    explicit ScriptedReplica(Script script);
    ~ScriptedReplica();

    std::uint16_t port() const { return port_; }
    std::vector<std::string> requests() const;
    int connections() const { return connections_; }

    static std::string response(const std::string& body);

private:
    void accept_all();
    void serve(int fd);

    const Script script_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<int> open_;
    std::vector<std::thread> serving_;
    std::thread accepting_;
};

}  // namespace kitchen::tests
