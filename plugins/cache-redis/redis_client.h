// The Redis server as the cache sees it: calls that are answered within a bound, or refused at once
// while the server is away.
//
// A thread of its own keeps the connection: it finds the server (discovery.h), makes sure that it
// can be written to, and tries again with growing delays whenever the breaker opens. Callers never
// look names up, never wait for a reconnect, and never probe.
//
// What counts as away: no response `failures` times in a row; and at once, because it does not pass
// by itself or another server must be found: a replica (READONLY), no room (OOM), writes stopped
// (MISCONF, NOREPLICAS), loading, wrong credentials, any other refusal.
//
// Errors, kind unavailable: "cache_unavailable" (not carried out) or "cache_unanswered" (perhaps
// carried out). Thread-safety: call(), run(), and what only reads, from any thread between start()
// and stop(); those two on one thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "circuit_breaker.h"
#include "redis_connection_pool.h"
#include "discovery.h"
#include "kitchen/log.h"

namespace kitchen::redis {

struct ClientSettings {
    ServerSettings server;
    std::size_t connections = 8;
    CircuitBreaker::Settings breaker;
    std::string probe_key;  ///< written, with a TTL of a second, to see whether writing is possible
};

class RedisClient {
public:
    /// All must outlive the client. Opens nothing.
    RedisClient(ClientSettings settings, const Clock& clock, Logger& log);
    ~RedisClient();

    /// Waits for the outcome of the first attempt, and not longer than an attempt with its timeouts
    /// should take.
    void start(Random& random);
    /// No thread and no connection is left once it has returned. Idempotent.
    void stop();

    Result<Reply> call(const Arguments& arguments);
    Result<Reply> run(Script script, std::string_view key, const Arguments& arguments);

    bool available() const noexcept { return breaker_.closed(); }
    /// Of the server in use; changes when another one is found.
    std::optional<Address> address() const;
    /// Why it is away, for logs; "" while it is not.
    std::string reason() const;
    const ClientSettings& settings() const noexcept { return settings_; }
    /// Called, on any thread and without delay, each time the server comes or goes. Set before
    /// start().
    void on_change(std::function<void()> notify) { notify_ = std::move(notify); }

private:
    using Exchange = std::function<Result<Reply>(Connection&, Deadline)>;
    Result<Reply> with_connection(const Exchange& exchange);
    Error gave_up(Error failure);
    void went_away(const std::string& reason);
    void keep(Random& random);
    Result<Found> attempt();

    const ClientSettings settings_;
    Logger& log_;
    CircuitBreaker breaker_;
    ConnectionPool pool_;
    Discovery discovery_;
    std::function<void()> notify_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    bool attempted_ = false;
    std::optional<Address> address_;
    std::string reason_ = "not connected yet";
    std::thread keeper_;
};

}  // namespace kitchen::redis
