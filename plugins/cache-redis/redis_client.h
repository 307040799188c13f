// The Redis server, or Cluster, as the cache sees it: calls that are answered within a bound, or
// refused at once while the server is away.
//
// A thread of its own keeps the connection: it finds the server (discovery.h), makes sure that it
// can be written to, and tries again with growing delays whenever the breaker opens. Callers never
// look names up, never wait for a reconnect, and never probe.
//
// In a Cluster a call goes to the node that has the slot of its key (redis_nodes.h), follows MOVED
// and ASK, and is made again at TRYAGAIN and CLUSTERDOWN for the time of a command; after a MOVED
// the thread asks anew where the slots are. One node that is away makes the whole Cluster count as
// away, as the Cluster itself refuses everything when a slot has no master
// (cluster-require-full-coverage): there is one truth, in Redis or in memory.
//
// What counts as away: no response `failures` times in a row; and at once, because it does not pass
// by itself or another server must be found: a replica (READONLY), no room (OOM), writes stopped
// (MISCONF, NOREPLICAS), loading, wrong credentials, any other refusal.
//
// Errors, kind unavailable: "cache_unavailable" (not carried out), "cache_unanswered" (perhaps
// carried out) or "cache_busy" (not carried out: no connection became free in time, which says
// nothing of the server). Thread-safety: call(), run(), and what only reads, from any thread
// between start() and stop(); those two on one thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "circuit_breaker.h"
#include "discovery.h"
#include "kitchen/log.h"
#include "redis_nodes.h"

namespace kitchen::redis {

struct ClientSettings {
    ServerSettings server;
    std::size_t connections = 8;
    CircuitBreaker::Settings breaker;
};

class RedisClient {
public:
    /// All must outlive the client. Opens nothing.
    RedisClient(ClientSettings settings, const Clock& clock, Logger& log);
    ~RedisClient();

    /// Waits for the outcome of the first attempt, and not longer than an attempt with its timeouts
    /// should take. Below `prefix` a key is written, with a TTL of a second, to see whether writing
    /// is possible.
    void start(Random& random, const std::string& prefix);
    /// No thread and no connection is left once it has returned. Idempotent.
    void stop();

    /// The key stands after the command's name.
    Result<Reply> call(const Arguments& arguments);
    Result<Reply> run(Script script, std::string_view key, const Arguments& arguments);

    /// Whether every server responds. One whose connections are all in use counts as responding.
    Status ping();

    bool available() const noexcept { return breaker_.closed(); }
    /// Of the server in use, of a Cluster one that tells of all messages; changes when another one
    /// is found.
    std::optional<Address> address() const;
    /// Something did not go as expected: a Cluster is asked anew where its slots are.
    void look_again();
    /// Why it is away, for logs; "" while it is not.
    std::string reason() const;
    const ClientSettings& settings() const noexcept { return settings_; }
    /// Called, on any thread and without delay, each time the server comes or goes. Set before
    /// start().
    void on_change(std::function<void()> notify) { notify_ = std::move(notify); }

private:
    using Exchange = std::function<Result<Reply>(Connection&, Deadline, bool asking)>;
    Result<Reply> with_key(std::string_view key, const Exchange& exchange);
    Result<Reply> at(Node& node, const Exchange& exchange, bool asking = false);
    Error gave_up(Node& node, Error failure);
    void went_away(const std::string& reason);
    void keep(Random& random, const std::string& prefix);
    void attempt(Random& random, const std::string& prefix);
    void follow_slots();

    const ClientSettings settings_;
    Logger& log_;
    CircuitBreaker breaker_;
    Nodes nodes_;
    Discovery discovery_;
    std::function<void()> notify_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    bool attempted_ = false;
    bool moved_ = false;  // slots of the Cluster may be elsewhere
    std::optional<Address> address_;
    std::string reason_ = "not connected yet";
    std::thread keeper_;
};

}  // namespace kitchen::redis
