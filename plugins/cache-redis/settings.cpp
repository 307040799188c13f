#include "settings.h"

#include <stdexcept>

namespace kitchen::redis {

namespace {

constexpr std::uint16_t sentinel_port = 26379;

// A value may stand in the URL or in a key of its own, not in both.
void complete(std::string& from_url, const Config& config, const char* key) {
    if (!config.has(key)) return;
    if (!from_url.empty())
        throw std::runtime_error(std::string(key) +
                                 ": stands in url already; leave one of them out");
    from_url = config.text(key);
}

void read_server(ServerSettings& server, const Config& config) {
    const auto sentinels =
        config.has("sentinel.nodes") ? config.list("sentinel.nodes") : std::vector<std::string>();
    const bool has_url = !config.text("url").empty();
    if (has_url == !sentinels.empty())
        throw std::runtime_error(
            has_url
                ? "url: leave it out when sentinel.nodes is set; user, password and database have "
                  "keys of their own"
                : "url: missing; write redis://host:port, or name the Sentinels in sentinel.nodes");
    if (has_url) {
        auto url = parse_url(config.text("url"));
        if (!url) throw std::runtime_error("url: " + url.error().detail);
        server.endpoint = std::move(url->endpoint);
        server.login = std::move(url->login);
    }
    for (const std::string& node : sentinels) {
        auto endpoint = parse_endpoint(node, sentinel_port);
        if (!endpoint)
            throw std::runtime_error("sentinel.nodes: '" + node + "': " + endpoint.error().detail);
        server.sentinels.push_back(std::move(*endpoint));
    }
    complete(server.login.user, config, "user");
    complete(server.login.password, config, "password");
    if (!server.login.user.empty() && server.login.password.empty())
        throw std::runtime_error("user: signing in as a user needs a password");
    if (config.has("database")) {
        if (server.login.database != 0)
            throw std::runtime_error("database: stands in url already; leave one of them out");
        server.login.database = static_cast<int>(config.integer("database"));
    }
    server.master_name = config.text("sentinel.master");
    server.sentinel_login = {config.text("sentinel.user"), config.text("sentinel.password"), 0};
    server.connect_timeout = config.duration("connect_timeout");
    server.command_timeout = config.duration("command_timeout");
}

}  // namespace

Settings read_settings(const Config& config) {
    Settings settings;
    read_server(settings.cache.client.server, config);
    settings.cache.client.connections = static_cast<std::size_t>(config.integer("connections"));
    CircuitBreaker::Settings& breaker = settings.cache.client.breaker;
    breaker = {static_cast<int>(config.integer("breaker.failures")),
               config.duration("breaker.min_delay"), config.duration("breaker.max_delay")};
    if (breaker.min_delay > breaker.max_delay)
        throw std::runtime_error("breaker.min_delay: is longer than breaker.max_delay");

    settings.cache.prefix = config.text("prefix");
    if (settings.cache.prefix.empty() || settings.cache.prefix.size() > 64 ||
        settings.cache.prefix.find_first_of("{}") != std::string::npos)
        throw std::runtime_error("prefix: has 1 to 64 bytes, and none of them is '{' or '}'");
    settings.cache.integrity_key = config.text("integrity_key");
    if (!settings.cache.integrity_key.empty() &&
        settings.cache.integrity_key.size() < Envelope::min_key_length)
        throw std::runtime_error(
            "integrity_key: has at least 32 characters; `openssl rand -hex 32` makes one");
    settings.memory_serves = config.text("on_failure") == "memory";
    settings.memory_bytes = static_cast<std::size_t>(config.bytes("memory.max_bytes"));
    return settings;
}

}  // namespace kitchen::redis
