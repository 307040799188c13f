#include "redis_client.h"

#include <algorithm>

#include "failure.h"

namespace kitchen::redis {

namespace {

using Steady = std::chrono::steady_clock;

Error refusal(const std::string& response) { return failed(failure::refused, response); }

// What a caller of the cache sees.
Error shown(Error failure) {
    if (failure.code == failure::busy)
        return Error(Errc::unavailable, "cache_busy",
                     "The cache is busy at this moment. Try again in a second.")
            .with_subject(std::move(failure.subject))
            .retry_in(std::chrono::seconds(1));
    failure.code = failure.code == failure::unanswered ? "cache_unanswered" : "cache_unavailable";
    return std::move(failure).retry_in(std::chrono::seconds(2));
}

}  // namespace

RedisClient::RedisClient(ClientSettings settings, const Clock& clock, Logger& log)
    : settings_(std::move(settings)),
      log_(log),
      breaker_(clock, settings_.breaker),
      nodes_({settings_.connections, settings_.server.login, settings_.server.use(),
              settings_.server.connect_timeout}),
      discovery_(settings_.server) {}

RedisClient::~RedisClient() { stop(); }

void RedisClient::start(Random& random, const std::string& prefix) {
    keeper_ = std::thread([this, &random, prefix] { keep(random, prefix); });
    const auto servers = static_cast<int>(
        2 * (settings_.server.sentinels.size() + settings_.server.cluster.size()) + 1);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock,
                      servers * settings_.server.connect_timeout + settings_.server.command_timeout,
                      [this] { return attempted_; });
}

void RedisClient::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    if (keeper_.joinable()) keeper_.join();
    breaker_.trip();
    nodes_.close();
}

std::optional<Address> RedisClient::address() const {
    std::lock_guard lock(mutex_);
    return address_;
}

std::string RedisClient::reason() const {
    std::lock_guard lock(mutex_);
    return reason_;
}

void RedisClient::look_again() {
    if (settings_.server.cluster.empty()) return;
    std::lock_guard lock(mutex_);
    moved_ = true;
    changed_.notify_all();
}

Result<Reply> RedisClient::call(const Arguments& arguments) {
    return with_key(arguments.at(1), [&](Connection& connection, Deadline deadline, bool asking) {
        return connection.call(arguments, deadline, asking);
    });
}

Result<Reply> RedisClient::run(Script script, std::string_view key, const Arguments& arguments) {
    return with_key(key, [&](Connection& connection, Deadline deadline, bool asking) {
        return connection.run(script, key, arguments, deadline, asking);
    });
}

Status RedisClient::ping() {
    const auto nodes = nodes_.all();
    if (!breaker_.closed() || nodes.empty()) return shown(failed(failure::unreachable, "away"));
    for (const Nodes::Ptr& node : nodes) {
        auto reply = at(*node, [](Connection& connection, Deadline deadline, bool) {
            return connection.call({"PING"}, deadline);
        });
        if (!reply && reply.error().code == failure::busy) continue;  // no news of that server
        if (!reply) return gave_up(*node, std::move(reply).error());
        if (reply->is_error()) return gave_up(*node, refusal(reply->text));
        node->failures = 0;
    }
    return {};
}

Result<Reply> RedisClient::at(Node& node, const Exchange& exchange, bool asking) {
    auto lease = node.pool.acquire(Steady::now() + settings_.server.command_timeout);
    if (!lease) return std::move(lease).error();
    return exchange(**lease, Steady::now() + settings_.server.command_timeout, asking);
}

Result<Reply> RedisClient::with_key(std::string_view key, const Exchange& exchange) {
    auto node = breaker_.closed() ? nodes_.serving(key) : nullptr;
    const Deadline follow_until = Steady::now() + settings_.server.command_timeout;
    for (bool asking = false;;) {
        if (!node) return shown(failed(failure::unreachable, "away"));
        auto reply = at(*node, exchange, asking);
        if (!reply) return gave_up(*node, std::move(reply).error());
        // A key that holds another kind of thing is the caller's to understand; every other refusal
        // says something of the server.
        if (!reply->is_error() || reply->text.starts_with("WRONGTYPE")) {
            if (node->failures.load(std::memory_order_relaxed) != 0) node->failures = 0;
            return reply;
        }
        const auto redirection = parse_redirection(reply->text, node->endpoint);
        // Half of a slot is on its way; a master has not heard of another's heir yet.
        const bool again =
            reply->text.starts_with("TRYAGAIN") || reply->text.starts_with("CLUSTERDOWN");
        if (settings_.server.cluster.empty() || (!redirection && !again) ||
            Steady::now() >= follow_until)
            return gave_up(*node, refusal(reply->text));
        if (again) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            continue;
        }
        asking = redirection->ask;
        node = nodes_.follow(*redirection);
        if (!asking) look_again();
    }
}

Error RedisClient::gave_up(Node& node, Error failure) {
    // Those who hold the connections will tell how the server is.
    if (failure.code != failure::busy && failure.code != failure::stuck)
        if (failure.code == failure::refused ? breaker_.trip() : breaker_.failed(node.failures))
            went_away(failure.subject);
    return shown(std::move(failure));
}

void RedisClient::went_away(const std::string& reason) {
    {
        std::lock_guard lock(mutex_);
        if (breaker_.closed()) return;  // found again meanwhile
        nodes_.close();
        reason_ = reason;
        address_.reset();
        changed_.notify_all();
    }
    log_.warn("Redis is away", {{"reason", reason}});
    if (notify_) notify_();
}

void RedisClient::attempt(Random& random, const std::string& prefix) {
    auto found = discovery_.find(prefix);
    std::unique_lock lock(mutex_);
    if (found) {
        nodes_.use(std::move(*found));
        address_ = nodes_.address(std::nullopt);
        reason_.clear();
        moved_ = false;
        breaker_.probe_succeeded(random);
        lock.unlock();
        log_.info("connected to Redis", {{"address", nodes_.text()}});
    } else {
        const bool news = reason_ != found.error().subject;
        reason_ = found.error().subject;
        breaker_.probe_failed(random);
        lock.unlock();
        if (news) log_.warn("Redis cannot be used", {{"reason", found.error().subject}});
    }
    if (notify_) notify_();
    lock.lock();
    attempted_ = true;
    changed_.notify_all();
}

void RedisClient::follow_slots() {
    auto map = discovery_.slots();
    if (!map) return;  // a call will find out what it is
    const std::string before = nodes_.text();
    nodes_.change(std::move(*map));
    {
        std::lock_guard lock(mutex_);
        if (!breaker_.closed()) return;
        address_ = nodes_.address(address_);
    }
    const std::string text = nodes_.text();
    if (text == before) return;
    log_.info("the Redis Cluster has other masters", {{"address", text}});
    if (notify_) notify_();
}

void RedisClient::keep(Random& random, const std::string& prefix) {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (breaker_.closed()) {
            changed_.wait(lock, [this] { return stopping_ || moved_ || !breaker_.closed(); });
            if (stopping_ || !breaker_.closed()) continue;
            moved_ = false;
            lock.unlock();
            follow_slots();
            lock.lock();
            // While slots move, each call to one says so; callers know the way by then.
            changed_.wait_for(lock, settings_.breaker.min_delay,
                              [this] { return stopping_ || !breaker_.closed(); });
            continue;
        }
        using Millis = CircuitBreaker::Millis;
        if (const Millis wait = breaker_.until_probe(); wait > Millis(0)) {
            // A manual clock does not move while we wait: look again now and then.
            changed_.wait_for(lock, std::max(wait, Millis(10)), [this] { return stopping_; });
            continue;
        }
        lock.unlock();
        attempt(random, prefix);
        lock.lock();
    }
}

}  // namespace kitchen::redis
