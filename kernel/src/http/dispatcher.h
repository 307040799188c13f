// Takes framed requests from the transport and gives each its response: at once when it is refused
// by its head, on the transport's worker for inline routes, on the pool for the others.
//
// A request is decided once, by on_head(): its route and what the path captures, the type of its
// body, where it comes from, its ids. The decision travels with the request, and is also the pool's
// task.
//
// Thread-safety: the calls of TransportHandler from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/server.h"
#include "http/shield/request_shield.h"
#include "http/transport/transport.h"
#include "pipeline.h"
#include "request_id.h"
#include "request_metrics.h"
#include "routing/router.h"
#include "transport/worker_pool.h"

namespace kitchen::http {

class Dispatcher final : public TransportHandler {
public:
    /// Everything referred to must outlive this.
    Dispatcher(const ServerOptions& options, const Router& router, const Pipeline& pipeline,
               Logger& log, const Clock& clock, Random& random);

    /// Before the first request. The pool must be stopped before this is destroyed.
    void use_pool(WorkerPool* pool) noexcept { pool_ = pool; }
    /// The same, for requests whose bodies are streamed: a thread is taken as long as one arrives.
    /// One client has a quarter of ServerOptions::upload_threads such requests under way at most.
    void use_upload_pool(WorkerPool* pool) noexcept { upload_pool_ = pool; }
    /// For the links of HTTP/1.0 requests without Host. May come when requests already do.
    void use_port(std::uint16_t port) noexcept { port_ = port; }
    /// Before the first request; must outlive this.
    void use_metrics(RequestMetrics* metrics) noexcept { metrics_ = metrics; }

    const RequestShield& shield() const noexcept { return shield_; }

    std::unique_ptr<HeadDecision> on_head(Request& head) override;
    void on_request(std::unique_ptr<Request> request, std::unique_ptr<HeadDecision> decision,
                    std::shared_ptr<Exchange> exchange) override;
    Response on_framing_error(const FramingError& error, std::string_view peer, const Request* head,
                              const HeadDecision* decision) override;

private:
    using Time = std::chrono::steady_clock::time_point;
    class Pending;
    /// What can be said without the body.
    struct Refusal {
        int status;
        std::string code;  ///< "" for the response to OPTIONS *, which is no problem
        std::string detail;
        std::string_view allow = {};
    };
    /// What is said of a request in the log, and counted.
    struct Access {
        std::string_view request_id;
        std::string_view trace_id = {};
        std::string_view client = {};
        std::string_view method;  ///< known_method()
        const Route* route = nullptr;
        int status;
        Time received;
        std::size_t bytes = 0;
        const Principal* principal = nullptr;
    };

    std::optional<Refusal> refusal_of(const Request& head, const Match& match,
                                      const Sender& sender) const;
    Response refuse(const Request& head, const Pending& pending, const Refusal& refusal);
    void run(Pending& pending);
    void give_up(Pending& pending, std::string_view detail);
    bool begin_upload(Pending& pending);
    void end_upload(Pending& pending) noexcept;
    void respond(Pending& pending, Response response);
    std::string base_url(const Sender& sender) const;
    static Access access_of(const Request& request, int status, Time received, std::size_t bytes);
    void note(const Access& access) const;

    const ServerOptions& options_;
    const Router& router_;
    const Pipeline& pipeline_;
    Logger& log_;
    const Clock& clock_;
    RequestIds ids_;
    std::string public_url_;
    const RequestShield shield_;
    std::atomic<std::uint16_t> port_{0};
    WorkerPool* pool_ = nullptr;
    WorkerPool* upload_pool_ = nullptr;
    RequestMetrics* metrics_ = nullptr;
    Compressor compressor_;
    std::mutex uploads_mutex_;
    std::unordered_map<std::string, unsigned> uploads_;  ///< under way, by client_network()
};

}  // namespace kitchen::http
