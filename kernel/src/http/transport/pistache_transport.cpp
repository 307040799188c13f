// Puts the parts together: acceptor, workers, and the threads that poll.
#include <mutex>
#include <stdexcept>
#include <utility>

#include "acceptor.h"
#include "signals_blocked.h"
#include "transport.h"
#include "transport_state.h"
#include "worker.h"
#include "worker_pool.h"

namespace kitchen::http {
namespace {

class PistacheTransport final : public Transport {
public:
    PistacheTransport(TransportOptions options, TransportHandler& handler, WorkerPool& pool)
        : state_(std::make_shared<TransportState>(std::move(options), handler)), pool_(pool) {}

    ~PistacheTransport() override { stop(); }

    void start() override {
        const std::lock_guard lock(mutex_);
        if (used_) throw std::logic_error("an HTTP transport is started once");
        const TransportOptions& options = state_->options();
        auto listening = options.listening_fd >= 0 ? UniqueFd(options.listening_fd)
                                                   : listen_on(options.address, options.port);
        for (unsigned i = 0; i < std::max(state_->options().workers, 1u); ++i)
            workers_.push_back(std::make_unique<Worker>(state_));
        port_ = local_port(listening.get());
        acceptor_ = std::make_unique<Acceptor>(std::move(listening), state_, workers_);
        for (const auto& worker : workers_) pool_.attend(*worker);
        used_ = running_ = true;
        const SignalsBlocked blocked;
        acceptor_->start();
    }

    std::uint16_t port() const override { return port_; }

    void begin_drain() override { state_->start_draining(); }

    bool finish_drain(std::chrono::milliseconds deadline) override {
        const auto until = Clock::now() + deadline;
        begin_drain();
        {
            const std::lock_guard lock(mutex_);
            if (!running_) return stats().in_flight == 0;
            acceptor_->stop_listening();
            // Not before: a client that comes back at once must find another server, not this one.
            state_->start_closing_idle();
            state_->start_ending_streams();
            for (const auto& worker : workers_) {
                worker->close_idle();
                worker->end_streams();
            }
        }
        state_->wait_until_settled(until);
        return stats().in_flight == 0;
    }

    void stop() override {
        const std::lock_guard lock(mutex_);
        if (running_) {
            acceptor_->stop();
            for (const auto& worker : workers_) worker->close_all();
            running_ = false;
        }
        acceptor_.reset();
        for (const auto& worker : workers_) pool_.leave(*worker);
        workers_.clear();
    }

    TransportStats stats() const override { return state_->stats(); }

private:
    const std::shared_ptr<TransportState> state_;
    WorkerPool& pool_;
    std::mutex mutex_;
    bool used_ = false;
    bool running_ = false;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace

std::unique_ptr<Transport> make_pistache_transport(TransportOptions options,
                                                   TransportHandler& handler, WorkerPool& pool) {
    return std::make_unique<PistacheTransport>(std::move(options), handler, pool);
}

}  // namespace kitchen::http
