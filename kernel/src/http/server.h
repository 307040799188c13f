// The HTTP side of a kernel: routes and middleware in, a listening server out.
//
// Thread-safety: construct and start() on one thread; the rest from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/server_table.h"
#include "http/shield/cors.h"
#include "http/transport/transport.h"
#include "kitchen/clock.h"
#include "kitchen/ip.h"
#include "kitchen/log.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"

namespace kitchen::http {

struct ServerOptions {
    TransportOptions transport;
    unsigned pool_threads = 0;  ///< for blocking routes; 0: four times the cores, at least 16
    std::size_t pool_queue =
        1024;  ///< requests waiting for a pool thread; past it 503 with Retry-After
    std::size_t body_limit = 64 * 1024;                ///< bytes, unless the route says otherwise
    std::filesystem::path upload_folder = "/var/tmp";  ///< looked at when a route takes files
    std::uint64_t upload_total = std::uint64_t{1} << 30;  ///< bytes of all uploads under way
    unsigned upload_threads = 16;                         ///< uploads that are received at once
    std::chrono::milliseconds request_timeout{
        30'000};  ///< a request still waiting for a pool thread then is refused (503)
    /// Behind another server of ours, which logs, looks at origins and compresses.
    bool is_inner = false;
    std::string public_url;                  ///< "" : from the Host header
    std::vector<IpNetwork> trusted_proxies;  ///< whose X-Forwarded-* count
    CorsOptions cors;
    std::string service_name = "Chuks Kitchen";
    std::map<std::string, std::string> plugin_summaries = {};  ///< by id, for the documentation
    std::string service_version;
};

class Server {
public:
    /// Throws std::runtime_error listing every conflict in the table: duplicate routes (naming both
    /// plugins), routes that identify their client when no plugin does, bad patterns. `metrics`
    /// null: nothing is measured.
    Server(ServerOptions options, ServerTable table, Logger& log, const Clock& clock,
           Random& random, Metrics* metrics = nullptr);
    ~Server();

    void start();
    std::uint16_t port() const;
    void begin_drain();
    bool finish_drain(std::chrono::milliseconds deadline);
    void stop();
    TransportStats stats() const;

    /// The routes, for `chuks-kitchen routes`.
    const std::vector<Route>& routes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::http
