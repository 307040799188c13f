#include "redis_client.h"

#include <algorithm>

#include "failure.h"

namespace kitchen::redis {

namespace {

using Steady = std::chrono::steady_clock;

Error refusal(const std::string& response) { return failed(failure::refused, response); }

// What a caller of the cache sees.
Error shown(Error failure) {
    failure.code = failure.code == failure::unanswered ? "cache_unanswered" : "cache_unavailable";
    return std::move(failure).retry_in(std::chrono::seconds(2));
}

}  // namespace

RedisClient::RedisClient(ClientSettings settings, const Clock& clock, Logger& log)
    : settings_(std::move(settings)),
      log_(log),
      breaker_(clock, settings_.breaker),
      pool_({settings_.connections, settings_.server.login, settings_.server.connect_timeout}),
      discovery_(settings_.server) {}

RedisClient::~RedisClient() { stop(); }

void RedisClient::start(Random& random) {
    keeper_ = std::thread([this, &random] { keep(random); });
    const auto servers = static_cast<int>(2 * settings_.server.sentinels.size() + 1);
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
    pool_.close();
}

std::optional<Address> RedisClient::address() const {
    std::lock_guard lock(mutex_);
    return address_;
}

std::string RedisClient::reason() const {
    std::lock_guard lock(mutex_);
    return reason_;
}

Result<Reply> RedisClient::call(const Arguments& arguments) {
    return with_connection([&](Connection& connection, Deadline deadline) {
        return connection.call(arguments, deadline);
    });
}

Result<Reply> RedisClient::run(Script script, std::string_view key, const Arguments& arguments) {
    return with_connection([&](Connection& connection, Deadline deadline) {
        return connection.run(script, key, arguments, deadline);
    });
}

Result<Reply> RedisClient::with_connection(const Exchange& exchange) {
    if (!breaker_.closed()) return shown(failed(failure::unreachable, "away"));
    auto lease = pool_.acquire(Steady::now() + settings_.server.command_timeout);
    if (!lease) return gave_up(std::move(lease).error());
    auto reply = exchange(*lease->operator->(), Steady::now() + settings_.server.command_timeout);
    if (!reply) return gave_up(std::move(reply).error());
    // A key that holds another kind of thing is the caller's to understand; every other refusal
    // says something of the server.
    if (reply->is_error() && !reply->text.starts_with("WRONGTYPE"))
        return gave_up(refusal(reply->text));
    breaker_.succeeded();
    return reply;
}

Error RedisClient::gave_up(Error failure) {
    // No free connection says nothing of the server: those who hold one will tell.
    if (failure.code != failure::busy)
        if (failure.code == failure::refused ? breaker_.trip() : breaker_.failed())
            went_away(failure.subject);
    return shown(std::move(failure));
}

void RedisClient::went_away(const std::string& reason) {
    {
        std::lock_guard lock(mutex_);
        if (breaker_.closed()) return;  // found again meanwhile
        pool_.close();
        reason_ = reason;
        address_.reset();
        changed_.notify_all();
    }
    log_.warn("Redis is away", {{"reason", reason}});
    if (notify_) notify_();
}

Result<Found> RedisClient::attempt() {
    auto found = discovery_.find();
    if (!found) return found;
    const auto written = found->connection->call({"SET", settings_.probe_key, "1", "PX", "1000"},
                                                 Steady::now() + settings_.server.command_timeout);
    if (!written) return written.error();
    if (written->is_error()) return refusal(found->address.text + ": " + written->text);
    return found;
}

void RedisClient::keep(Random& random) {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (breaker_.closed()) {
            changed_.wait(lock, [this] { return stopping_ || !breaker_.closed(); });
            continue;
        }
        if (!breaker_.begin_probe()) {
            // A manual clock does not move while we wait: look again now and then.
            changed_.wait_for(lock, std::max(breaker_.until_probe(), CircuitBreaker::Millis(10)),
                              [this] { return stopping_; });
            continue;
        }
        lock.unlock();
        auto found = attempt();
        lock.lock();
        if (found) {
            const std::string text = found->address.text;
            address_ = found->address;
            reason_.clear();
            pool_.use(found->address, std::move(found->connection));
            breaker_.probe_succeeded();
            lock.unlock();
            log_.info("connected to Redis", {{"address", text}});
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
}

}  // namespace kitchen::redis
