// Takes new connections from the kernel, one thread, and hands them to the least busy worker.
//
// When descriptors run out it does not spin: a descriptor held in reserve is given up to accept and
// turn away one client after another, and when even that fails it looks away for a moment.
// Thread-safety: stop_listening() and stop() from any thread, one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "tcp_socket.h"
#include "transport_state.h"
#include "worker.h"

namespace kitchen::http {

class Acceptor {
public:
    /// `workers` outlive it.
    Acceptor(UniqueFd listening, std::shared_ptr<TransportState> state,
             const std::vector<std::unique_ptr<Worker>>& workers);
    ~Acceptor();

    void start();
    /// Accepts what the kernel has queued, then closes the listening socket. Idempotent.
    void stop_listening();
    /// Closes the listening socket. Idempotent.
    void stop();

private:
    enum class Outcome { accepted, nothing_queued, out_of_descriptors, failed };

    void run();
    void end(bool take_queued);
    void take_the_queue();
    Outcome accept_one();
    void admit(UniqueFd client, const sockaddr_storage& address);
    Outcome shed_one();
    Worker& least_busy_worker() const;

    UniqueFd listening_;
    UniqueFd wake_;
    UniqueFd reserve_;
    const std::shared_ptr<TransportState> state_;
    const std::vector<std::unique_ptr<Worker>>& workers_;
    std::uint64_t next_tag_;
    std::atomic<bool> ending_{false};
    std::atomic<bool> take_queued_{false};
    std::thread thread_;
};

}  // namespace kitchen::http
