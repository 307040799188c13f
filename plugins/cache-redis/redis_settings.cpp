#include "redis_settings.h"

namespace kitchen::redis {

namespace {

constexpr std::uint16_t redis_port = 6379, sentinel_port = 26379;

/// What the settings say together, as far as it can be read. A problem goes to `problems`, when
/// there is one to take it; none has a secret in it.
CacheSettings combine(const CacheRedisSettings& s, Problems* problems) {
    const auto say = [&](const auto& field, std::string sentence) {
        if (problems) problems->at(field, std::move(sentence));
    };
    CacheSettings out;
    ServerSettings& server = out.client.server;
    const bool others = !s.sentinel_nodes.empty() || !s.cluster.empty();
    if (s.url.empty() && !others)
        say(s.url,
            "missing; write redis://host:port, or name the Sentinels in sentinel.nodes, or nodes "
            "of a Cluster in cluster");
    if (!s.url.empty() && others)
        say(s.url,
            "leave it out when sentinel.nodes or cluster is set; user, password and database have "
            "keys of their own");
    if (!s.sentinel_nodes.empty() && !s.cluster.empty())
        say(s.cluster, "leave it out when sentinel.nodes is set: a Cluster has no Sentinels");
    if (!s.url.empty() && !others) {
        if (auto url = parse_url(s.url)) {
            server.endpoint = std::move(url->endpoint);
            server.login = std::move(url->login);
        } else {
            say(s.url, url.error().detail);
        }
    }
    const auto list = [&](const std::vector<std::string>& nodes, std::uint16_t port,
                          std::vector<Endpoint>& into) {
        for (const std::string& node : nodes) {
            if (auto endpoint = parse_endpoint(node, port))
                into.push_back(std::move(*endpoint));
            else
                say(nodes, "'" + node + "': " + endpoint.error().detail);
        }
    };
    list(s.sentinel_nodes, sentinel_port, server.sentinels);
    list(s.cluster, redis_port, server.cluster);
    // A value may stand in the URL or in a key of its own, not in both.
    const auto complete = [&](std::string& from_url, const std::string& own) {
        if (own.empty()) return;
        if (!from_url.empty()) say(own, "stands in url already; leave one of them out");
        from_url = own;
    };
    complete(server.login.user, s.user);
    complete(server.login.password, s.password);
    if (!server.login.user.empty() && server.login.password.empty())
        say(s.user, "signing in as a user needs a password");
    if (s.database) {
        if (server.login.database != 0)
            say(s.database, "stands in url already; leave one of them out");
        server.login.database = static_cast<int>(*s.database);
        if (!s.cluster.empty() && *s.database != 0)
            say(s.database, "leave it out when cluster is set: a Cluster has database 0 alone");
    }
    server.master_name = s.sentinel_master;
    server.sentinel_login = {s.sentinel_user, s.sentinel_password, 0};
    server.connect_timeout = s.connect_timeout;
    server.command_timeout = s.command_timeout;
    out.client.connections = s.connections;
    out.client.breaker = {s.breaker_failures, s.breaker_min_delay, s.breaker_max_delay};
    out.prefix = s.prefix;
    out.integrity_key = s.integrity_key;
    return out;
}

}  // namespace

void CacheRedisSettings::describe(Fields<CacheRedisSettings>& field) {
    using S = CacheRedisSettings;
    using std::chrono::milliseconds;
    using std::chrono::minutes;
    field("url", &S::url,
          "redis://[user:password@]host[:port][/database] or unix:///path/to/socket")
        .secret();
    field("user", &S::user, "ACL user, when the URL names none; empty: the default user");
    field("password", &S::password, "Password, when the URL has none").secret();
    field("database", &S::database, "Database number, when the URL has none").between(0, 1'000'000);
    field("sentinel.nodes", &S::sentinel_nodes,
          "host[:port] of each Sentinel (port 26379); then without url");
    field("sentinel.master", &S::sentinel_master,
          "The name that the Sentinels have for the master");
    field("sentinel.user", &S::sentinel_user, "ACL user at the Sentinels");
    field("sentinel.password", &S::sentinel_password, "Password at the Sentinels").secret();
    field(
        "cluster", &S::cluster,
        "host[:port] of nodes of a Redis Cluster (port 6379), two or more of them, so that one is "
        "found; then without url");
    field("prefix", &S::prefix, "What every key begins with; the same on all replicas");
    field("integrity_key", &S::integrity_key,
          "At least 32 characters, the same on all replicas: makes values in Redis unforgeable; "
          "empty: only damage is found")
        .secret();
    field("on_failure", &S::on_failure,
          "While Redis is away: this process's memory serves, or calls fail")
        .one_of({{"memory", OnFailure::memory}, {"fail", OnFailure::fail}});
    field("memory.max_bytes", &S::memory, "With on_failure memory: room for its entries")
        .between(mebibytes(2), gibibytes(1024));
    field(
        "connections", &S::connections,
        "Connections at most, of a Cluster to each node, beside the one that listens for messages")
        .between(1, 256);
    field("connect_timeout", &S::connect_timeout,
          "Longest wait for a new connection, signing in included")
        .between(milliseconds(10), minutes(1));
    field("command_timeout", &S::command_timeout,
          "Longest wait for a free connection, and for a reply")
        .between(milliseconds(5), minutes(1));
    field("breaker.failures", &S::breaker_failures,
          "Calls without a reply in a row after which Redis counts as away")
        .between(1, 1000);
    field("breaker.min_delay", &S::breaker_min_delay,
          "Between the first two attempts to reach it again; doubles")
        .between(milliseconds(10), minutes(1));
    field("breaker.max_delay", &S::breaker_max_delay, "Between two attempts at most")
        .between(milliseconds(10), minutes(10));
}

void CacheRedisSettings::check(const CacheRedisSettings& settings, Problems& problems) {
    combine(settings, &problems);
    if (settings.breaker_min_delay > settings.breaker_max_delay)
        problems.at(settings.breaker_min_delay, "is longer than breaker.max_delay");
    if (settings.prefix.empty() || settings.prefix.size() > 64 ||
        settings.prefix.find_first_of("{}") != std::string::npos)
        problems.at(settings.prefix, "has 1 to 64 bytes, and none of them is '{' or '}'");
    if (!settings.integrity_key.empty() && settings.integrity_key.size() < Envelope::min_key_length)
        problems.at(settings.integrity_key,
                    "has at least 32 characters; `openssl rand -hex 32` makes one");
}

CacheSettings CacheRedisSettings::cache() const { return combine(*this, nullptr); }

}  // namespace kitchen::redis
