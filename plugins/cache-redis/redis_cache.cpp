#include "redis_cache.h"

#include <algorithm>
#include <utility>

#include "cache_limits.h"

namespace kitchen::redis {

using namespace cache_limits;
using Outcome = Comparison::Outcome;

namespace {

// The numbers and names of one command as text, alive for as long as its arguments.
std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string stored_name(std::string_view field) { return field_prefix + std::string(field); }
std::string milliseconds(Cache::Millis ttl) { return text_of(std::min(ttl, max_ttl).count()); }

Error not_understood() {
    return Error(Errc::internal, "cache_answer_unknown",
                 "The cache gave an answer that is not understood.");
}

std::chrono::milliseconds from_microseconds(std::int64_t count) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(count));
}

// Fields as a command's arguments: stored name and sealed value in turn.
std::vector<std::string> sealed_fields(const Envelope& envelope, const std::string& place,
                                       const CacheFields& fields) {
    std::vector<std::string> out;
    out.reserve(2 * fields.size());
    for (const auto& [name, value] : fields) {
        out.push_back(stored_name(name));
        out.push_back(envelope.seal(place, out.back(), value));
    }
    return out;
}

}  // namespace

RedisCache::RedisCache(CacheSettings settings, const Clock& clock, Logger& log)
    : prefix_(std::move(settings.prefix)),
      envelope_(settings.integrity_key),
      damage_(clock, log),
      client_(std::move(settings.client), clock, log),
      subscriptions_(client_, envelope_, damage_, log, channel_prefix_) {
    client_.on_change([this] { subscriptions_.wake(); });
}

RedisCache::~RedisCache() { stop(); }

void RedisCache::start(Random& random, const std::string& installation) {
    prefix_ += ':' + installation;
    channel_prefix_ = prefix_ + ":channel:";
    client_.start(random, prefix_);
}

void RedisCache::stop() {
    subscriptions_.stop();
    client_.stop();
}

// The braces keep all that is ever stored for one key in one slot of a Redis Cluster; the prefix is
// the same for all keys.
std::string RedisCache::place(std::string_view key) const {
    return prefix_ + ":{" + std::string(key) + "}";
}

Result<std::optional<std::string>> RedisCache::get(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    const std::string at = place(key);
    auto reply = client_.call({"GET", at});
    if (!reply) return std::move(reply).error();
    if (!reply->is_text()) return std::optional<std::string>();
    auto value = envelope_.open(at, {}, reply->text);
    if (!value && !envelope_.is_rate(at, reply->text)) damage_.count(key);
    return value;
}

Status RedisCache::set(std::string_view key, std::string_view value, Millis ttl) {
    if (Status ok = check_write(key, value.size(), ttl); !ok) return ok;
    const std::string at = place(key);
    auto reply = client_.call({"SET", at, envelope_.seal(at, {}, value), "PX", milliseconds(ttl)});
    if (!reply) return std::move(reply).error();
    return {};
}

Result<bool> RedisCache::set_if_absent(std::string_view key, std::string_view value, Millis ttl) {
    if (Status ok = check_write(key, value.size(), ttl); !ok) return std::move(ok).error();
    const std::string at = place(key), sealed = envelope_.seal(at, {}, value),
                      lifetime = milliseconds(ttl);
    std::string damaged;
    for (int tries = 0; tries < 2; ++tries) {
        auto reply = client_.run(Script::set_if_absent, at, {sealed, lifetime, damaged});
        if (!reply) return std::move(reply).error();
        if (reply->kind == Reply::Kind::integer) return reply->integer == 1;
        if (envelope_.open(at, {}, reply->text) || envelope_.is_rate(at, reply->text)) return false;
        damage_.count(key);
        damaged = std::move(reply->text);
    }
    return false;  // another thread was faster in replacing it
}

Result<bool> RedisCache::erase(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    auto reply = client_.call({"DEL", place(key)});
    if (!reply) return std::move(reply).error();
    return reply->integer == 1;
}

Result<std::optional<Cache::Millis>> RedisCache::ttl(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    auto reply = client_.call({"PTTL", place(key)});
    if (!reply) return std::move(reply).error();
    // -2: nothing there. -1: without a TTL, so not ours.
    return reply->integer < 0 ? std::nullopt
                              : std::optional(Millis(std::max<std::int64_t>(reply->integer, 1)));
}

Status RedisCache::set_fields(std::string_view key, const CacheFields& fields, Millis ttl) {
    if (Status ok = check_write(key, bytes_of(fields), ttl); !ok) return ok;
    const std::string at = place(key), lifetime = milliseconds(ttl);
    const auto sealed = sealed_fields(envelope_, at, fields);
    Arguments arguments = {lifetime};
    arguments.insert(arguments.end(), sealed.begin(), sealed.end());
    auto reply = client_.run(Script::set_fields, at, arguments);
    if (!reply) return std::move(reply).error();
    return {};
}

Result<bool> RedisCache::update_fields(std::string_view key, const CacheFields& fields) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    if (Status ok = check_size(bytes_of(fields)); !ok) return std::move(ok).error();
    const std::string at = place(key), limit = text_of(max_value_bytes),
                      header = text_of(Envelope::header_bytes);
    const auto sealed = sealed_fields(envelope_, at, fields);
    Arguments arguments = {limit, header};
    arguments.insert(arguments.end(), sealed.begin(), sealed.end());
    auto reply = client_.run(Script::update_fields, at, arguments);
    if (!reply) return std::move(reply).error();
    if (reply->integer < 0) return too_large(static_cast<std::size_t>(-reply->integer));
    return reply->integer == 1;
}

// Names and values in turn, as HGETALL gives them. Nothing, and counted, when any of it is not as
// it was written.
std::optional<CacheFields> RedisCache::open_fields(std::string_view key, const std::string& place,
                                                   const std::vector<Reply>& stored) {
    CacheFields fields;
    fields.reserve(stored.size() / 2);
    bool marked = false;
    for (std::size_t i = 0; i + 1 < stored.size(); i += 2) {
        const std::string& name = stored[i].text;
        if (name == marker_field) {
            marked = true;
            continue;
        }
        auto value = envelope_.open(place, name, stored[i + 1].text);
        if (!value || !name.starts_with(field_prefix)) {
            damage_.count(key);
            return std::nullopt;
        }
        fields.emplace_back(name.substr(1), std::move(*value));
    }
    if (marked) return fields;
    damage_.count(key);
    return std::nullopt;
}

Result<std::optional<CacheFields>> RedisCache::get_fields(std::string_view key) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    const std::string at = place(key);
    auto reply = client_.call({"HGETALL", at});
    if (!reply) return std::move(reply).error();
    if (reply->kind != Reply::Kind::array || reply->elements.empty())
        return std::optional<CacheFields>();
    return open_fields(key, at, reply->elements);
}

Result<std::optional<std::int64_t>> RedisCache::increment_field(std::string_view key,
                                                                std::string_view field,
                                                                std::int64_t max) {
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    const std::string at = place(key), name = stored_name(field);
    auto reply = client_.run(Script::increment_field, at,
                             {name, envelope_.counter_header(at, name), text_of(max)});
    if (!reply) return std::move(reply).error();
    if (reply->kind == Reply::Kind::integer) return std::optional(reply->integer);
    if (reply->text == "text") return not_integer(field);
    if (reply->text == "damaged") damage_.count(key);
    return std::optional<std::int64_t>();
}

Result<Comparison> RedisCache::compare_and_count(std::string_view key, std::string_view field,
                                                 std::string_view candidate,
                                                 std::int64_t max_attempts) {
    constexpr std::string_view attempts = "attempts";
    if (Status ok = check_key(key); !ok) return std::move(ok).error();
    const std::string at = place(key), name = stored_name(field), counter = stored_name(attempts);
    auto reply = client_.run(Script::compare_and_count, at,
                             {name, envelope_.seal(at, name, candidate), text_of(max_attempts),
                              counter, envelope_.counter_header(at, counter)});
    if (!reply) return std::move(reply).error();
    if (reply->elements.empty()) return not_understood();
    const std::string& outcome = reply->elements[0].text;
    if (outcome == "missing") return Comparison{};
    if (outcome == "text") return not_integer(attempts);
    if (outcome == "damaged") {
        damage_.count(key);
        return Comparison{};
    }
    if (reply->elements.size() != 3) return not_understood();
    const std::int64_t left = reply->elements[1].integer;
    const Reply& there = reply->elements[2];
    if (outcome == "match") {
        auto fields = open_fields(key, at, there.elements);
        return fields ? Comparison{Outcome::match, left, std::move(*fields)} : Comparison{};
    }
    // The candidate was not equal to something damaged: that says nothing of the candidate.
    if (there.is_text() && !envelope_.open(at, name, there.text)) {
        damage_.count(key);
        return Comparison{};
    }
    return Comparison{outcome == "mismatch" ? Outcome::mismatch : Outcome::exhausted, left, {}};
}

Result<RateDecision> RedisCache::rate_tick(std::string_view key, std::int64_t burst,
                                           Millis period) {
    if (Status ok = check_rate(key, burst, period); !ok) return std::move(ok).error();
    const std::string at = place(key);
    const std::chrono::microseconds micros = period;
    auto reply = client_.run(Script::rate_tick, at,
                             {envelope_.rate_header(at), text_of(burst), text_of(micros.count())});
    if (!reply) return std::move(reply).error();
    if (reply->elements.size() != 5) return not_understood();
    const auto number = [&](std::size_t i) { return reply->elements[i].integer; };
    if (number(4) == 1) damage_.count(key);
    return RateDecision{number(0) == 1, number(1), from_microseconds(number(2)),
                        from_microseconds(number(3))};
}

Status RedisCache::publish(std::string_view channel, std::string_view message) {
    if (Status ok = check_key(channel); !ok) return ok;
    if (Status ok = check_size(message.size()); !ok) return ok;
    const std::string name = channel_prefix_ + std::string(channel);
    auto reply = client_.call({"PUBLISH", name, envelope_.seal_message(name, message)});
    if (!reply) return std::move(reply).error();
    return {};
}

std::shared_ptr<void> RedisCache::subscribe(std::string_view channel, Subscriber subscriber) {
    return subscriptions_.subscribe(channel, std::move(subscriber));
}

Status RedisCache::ping() { return client_.ping(); }

}  // namespace kitchen::redis
