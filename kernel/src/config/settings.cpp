#include "config/settings.h"

#include <algorithm>
#include <set>

#include "config/section.h"
#include "config/suggest.h"
#include "config/yaml_reader.h"
#include "http/framing/octets.h"
#include "http/shield/origin.h"

namespace kitchen::config {

namespace {

constexpr kitchen_config_key server_keys[] = {
    {"listen", KITCHEN_CONFIG_TEXT, "127.0.0.1:8080", 0, nullptr,
     "host:port; port 0 takes any free one"},
    {"workers", KITCHEN_CONFIG_INTEGER, "1", 0, "1..64", "threads that read and write sockets"},
    {"threads", KITCHEN_CONFIG_INTEGER, "0", 0, "0..1024",
     "threads that answer; 0: four times the cores, at least 16"},
    {"queue", KITCHEN_CONFIG_INTEGER, "1024", 0, "1..1000000",
     "requests waiting for a thread; past it 503"},
    {"limits.body", KITCHEN_CONFIG_BYTES, "64KiB", 0, "1..1GiB",
     "largest body, unless the route says otherwise"},
    {"limits.connections", KITCHEN_CONFIG_INTEGER, "10000", 0, "1..1000000", "open connections"},
    {"limits.connections_per_address", KITCHEN_CONFIG_INTEGER, "1000", 0, "0..1000000",
     "of one client; 0: no cap"},
    {"timeouts.head", KITCHEN_CONFIG_DURATION, "10s", 0, "10ms..1h", "for the head of a request"},
    {"timeouts.body", KITCHEN_CONFIG_DURATION, "30s", 0, "10ms..1h", "for its body"},
    {"timeouts.idle", KITCHEN_CONFIG_DURATION, "60s", 0, "10ms..1h", "between requests"},
    {"timeouts.write", KITCHEN_CONFIG_DURATION, "30s", 0, "10ms..1h", "for the answer"},
    {"timeouts.request", KITCHEN_CONFIG_DURATION, "30s", 0, "10ms..1h", "in the queue"},
    {"timeouts.notice", KITCHEN_CONFIG_DURATION, "0s", 0, "0s..1h",
     "/readyz is 503 for so long before the server stops taking connections"},
    {"timeouts.drain", KITCHEN_CONFIG_DURATION, "20s", 0, "0s..1h",
     "for all that is under way when the server stops"},
    {"public_url", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "scheme and authority of absolute links"},
    {"trusted_proxies", KITCHEN_CONFIG_LIST, "[]", 0, nullptr,
     "networks whose X-Forwarded-For, -Proto and -Host count"},
    {"cors.origins", KITCHEN_CONFIG_LIST, "[]", 0, nullptr,
     "whose pages may read answers: https://app.example"},
    {"cors.headers", KITCHEN_CONFIG_LIST,
     "[Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
     "X-Request-Id]",
     0, nullptr, "request headers that those pages may set"},
    {"cors.credentials", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr,
     "those pages may send cookies"},
    {"cors.max_age", KITCHEN_CONFIG_DURATION, "10m", 0, "0s..1d",
     "how long a browser remembers what they may"},
    {"metrics.access", KITCHEN_CONFIG_CHOICE, "internal", 0, "open|internal|admin|off",
     "who may read /metrics"},
    {"plugin_dir", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "where the plugins lie"},
};

constexpr kitchen_config_key log_keys[] = {
    {"format", KITCHEN_CONFIG_CHOICE, "text", 0, "text|json", "one line a message"},
    {"level", KITCHEN_CONFIG_CHOICE, "info", 0, "trace|debug|info|warn|error|off",
     "the least level that is written"},
    {"slow_statement", KITCHEN_CONFIG_DURATION, "250ms", 0, "0ms..1h",
     "a statement of the store that takes longer is logged; 0: none is"},
};

constexpr kitchen_config_key plugin_keys[] = {
    {"id", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr, "the plugin's id"},
    {"enabled", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr, "false leaves it out"},
    {"required", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr,
     "false goes on without it when it fails"},
    {"path", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "its shared library, when it is not in plugin_dir"},
};

bool is_public_url(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!url.starts_with(scheme)) continue;
        const std::string_view authority = url.substr(scheme.size());
        return !authority.empty() &&
               authority.find_first_of("/?# \t\"<>\\@") == std::string_view::npos;
    }
    return false;
}

bool is_plugin_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && id.front() != '-' && id.back() != '-' &&
           std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

/// Names an item of a list by its place and not by its text, which may have come from !env.
std::string item(std::size_t index) {
    return ", and item " + std::to_string(index + 1) + " is none";
}

std::vector<IpNetwork> read_networks(const Section& section, Diagnostics& diagnostics) {
    std::vector<IpNetwork> out;
    const auto list = section.list("trusted_proxies");
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (const auto network = IpNetwork::parse(list[i]))
            out.push_back(*network);
        else
            diagnostics.error(
                section.mark("trusted_proxies"),
                "server.trusted_proxies: expected addresses or networks such as 10.0.0.0/8 or "
                "fd00::/8, with no bit set beyond the prefix" +
                    item(i));
    }
    return out;
}

http::CorsOptions read_cors(const Section& section, Diagnostics& diagnostics) {
    http::CorsOptions out;
    const auto origins = section.list("cors.origins");
    for (std::size_t i = 0; i < origins.size(); ++i) {
        if (auto origin = http::parse_origin(origins[i]))
            out.origins.push_back(*std::move(origin));
        else
            diagnostics.error(section.mark("cors.origins"),
                              "server.cors.origins: expected exact origins such as "
                              "https://app.example, without a path or '*'" +
                                  item(i));
    }
    out.headers = section.list("cors.headers");
    for (std::size_t i = 0; i < out.headers.size(); ++i)
        if (!http::octets::all(out.headers[i], http::octets::kToken) || out.headers[i] == "*")
            diagnostics.error(
                section.mark("cors.headers"),
                "server.cors.headers: expected names of header fields, without '*'" + item(i));
    out.credentials = section.boolean("cors.credentials");
    out.max_age = std::chrono::floor<std::chrono::seconds>(section.duration("cors.max_age"));
    return out;
}

ServerSettings read_server(const Node* node, const Environment& environment,
                           Diagnostics& diagnostics) {
    const auto section = read_section(node, server_keys, "server", node ? node->mark : Mark{},
                                      environment, diagnostics);
    ServerSettings out;
    if (!parse_listen(section->text("listen"), out.host, out.port))
        diagnostics.error(
            section->mark("listen"),
            "server.listen: expected host:port, such as 127.0.0.1:8080 or [::1]:8080");
    out.workers = static_cast<unsigned>(section->integer("workers"));
    out.threads = static_cast<unsigned>(section->integer("threads"));
    out.queue = static_cast<std::size_t>(section->integer("queue"));
    out.body_limit = static_cast<std::size_t>(section->bytes("limits.body"));
    out.connections = static_cast<std::size_t>(section->integer("limits.connections"));
    out.connections_per_address =
        static_cast<std::size_t>(section->integer("limits.connections_per_address"));
    out.head_timeout = section->duration("timeouts.head");
    out.body_timeout = section->duration("timeouts.body");
    out.idle_timeout = section->duration("timeouts.idle");
    out.write_timeout = section->duration("timeouts.write");
    out.request_timeout = section->duration("timeouts.request");
    out.notice = section->duration("timeouts.notice");
    out.drain_timeout = section->duration("timeouts.drain");
    out.public_url = section->text("public_url");
    if (out.public_url.ends_with('/')) out.public_url.pop_back();
    if (!out.public_url.empty() && !is_public_url(out.public_url))
        diagnostics.error(
            section->mark("public_url"),
            "server.public_url: expected http:// or https:// and a host, without a path");
    out.trusted_proxies = read_networks(*section, diagnostics);
    out.cors = read_cors(*section, diagnostics);
    const std::string metrics = section->text("metrics.access");
    out.metrics = metrics == "open"    ? MetricsAccess::open
                  : metrics == "admin" ? MetricsAccess::admin
                  : metrics == "off"   ? MetricsAccess::off
                                       : MetricsAccess::internal;
    out.plugin_dir = section->text("plugin_dir");
    return out;
}

LogSettings read_log(const Node* node, const Environment& environment, Diagnostics& diagnostics) {
    const auto section =
        read_section(node, log_keys, "log", node ? node->mark : Mark{}, environment, diagnostics);
    LogSettings out;
    out.json = section->text("format") == "json";
    out.slow_statement = section->duration("slow_statement");
    const auto levels = split_words(log_keys[1].limits);
    const auto at = std::find(levels.begin(), levels.end(), section->text("level"));
    if (at != levels.end()) out.level = static_cast<LogLevel>(at - levels.begin());
    return out;
}

void read_plugins(const Node* node, const Environment& environment, Diagnostics& diagnostics,
                  Settings& settings) {
    if (!node || node->kind != Node::Kind::sequence) {
        if (!node || !node->unresolved)
            diagnostics.error(
                node ? node->mark : Mark{},
                node && node->kind != Node::Kind::null
                    ? "plugins: expected a sequence of entries such as '- id: store-sqlite'"
                    : "plugins: required, but not set");
        return;
    }
    std::set<std::string> seen;
    for (const Node& item : node->children) {
        if (item.kind != Node::Kind::map) {
            diagnostics.error(item.mark, "plugins: expected an entry such as '- id: store-sqlite'");
            continue;
        }
        PluginSettings plugin;
        Node known = item;  // all but `config:`, which belongs to the plugin
        std::erase_if(known.children, [&](Node& child) {
            if (child.key != "config") return false;
            plugin.config = std::move(child);
            return true;
        });
        const auto section =
            read_section(&known, plugin_keys, "plugins", item.mark, environment, diagnostics);
        plugin.id = section->text("id");
        plugin.enabled = section->boolean("enabled");
        plugin.required = section->boolean("required");
        plugin.path = section->text("path");
        plugin.mark = item.mark;
        plugin.id_mark = section->mark("id");
        if (plugin.id_mark.line == 0) continue;  // missing or wrong: reported
        const Node* id = item.find("id");
        if (id && id->secret) {
            diagnostics.error(plugin.id_mark,
                              "plugins.id: an id is shown everywhere, and !env and !file give "
                              "secrets; use ${…} instead");
        } else if (!is_plugin_id(plugin.id)) {
            diagnostics.error(plugin.id_mark,
                              "plugins.id: expected lower-case letters, digits and '-'");
        } else if (!seen.insert(plugin.id).second) {
            diagnostics.error(plugin.id_mark, "plugins.id: '" + plugin.id + "' is listed twice");
        } else {
            settings.plugins.push_back(std::move(plugin));
        }
    }
}

void read_binds(const Node* node, Diagnostics& diagnostics, Settings& settings) {
    if (!node || node->kind == Node::Kind::null || node->unresolved) return;
    if (node->kind != Node::Kind::map) {
        diagnostics.error(node->mark, "bind: expected a map such as 'store/1: store-sqlite'");
        return;
    }
    std::vector<std::string> ids;
    for (const PluginSettings& plugin : settings.plugins) ids.push_back(plugin.id);
    for (const Node& child : node->children) {
        if (child.unresolved) continue;
        const std::string key = "bind." + child.key + ": ";
        if (child.kind != Node::Kind::scalar) {
            diagnostics.error(child.mark, key + "expected a plugin's id, found " +
                                              std::string(describe(child.kind)));
            continue;
        }
        const auto target =
            std::find_if(settings.plugins.begin(), settings.plugins.end(),
                         [&](const PluginSettings& p) { return p.id == child.text; });
        const std::string name = child.secret ? std::string(mask) : "'" + child.text + "'";
        if (target == settings.plugins.end()) {
            diagnostics.error(child.mark, key + "no plugin " + name + " is listed" +
                                              (child.secret ? "" : suggestion(child.text, ids)));
        } else if (!target->enabled) {
            diagnostics.error(child.mark, key + "the plugin " + name + " is not enabled");
        } else {
            settings.binds.push_back({child.key, child.text, child.mark});
        }
    }
}

}  // namespace

bool parse_listen(std::string_view text, std::string& host, std::uint16_t& port) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    std::string_view name = text.substr(0, colon);
    const auto number = parse_integer(text.substr(colon + 1));
    if (!number || *number < 0 || *number > 65535) return false;
    if (name.starts_with('[')) {
        if (!name.ends_with(']')) return false;
        name = name.substr(1, name.size() - 2);
        if (name.find(':') == std::string_view::npos) return false;
    } else if (name.find_first_of(":]") != std::string_view::npos) {
        return false;
    }
    if (name.empty() || name.find_first_of(" \t/[") != std::string_view::npos) return false;
    host = name;
    port = static_cast<std::uint16_t>(*number);
    return true;
}

Settings read_settings(std::string_view text, const Environment& environment,
                       Diagnostics& diagnostics) {
    Settings settings;
    settings.root = read_yaml(text, diagnostics);
    if (settings.root.kind != Node::Kind::map) {
        if (diagnostics.empty())
            diagnostics.error(settings.root.mark,
                              "expected a map with server, log, plugins and bind");
        return settings;
    }
    substitute(settings.root, environment, diagnostics);
    const std::vector<std::string> sections = {"server", "log", "plugins", "bind"};
    for (const Node& child : settings.root.children)
        if (std::find(sections.begin(), sections.end(), child.key) == sections.end())
            diagnostics.error(child.key_mark,
                              child.key + ": unknown key" + suggestion(child.key, sections));
    settings.server = read_server(settings.root.find("server"), environment, diagnostics);
    settings.log = read_log(settings.root.find("log"), environment, diagnostics);
    read_plugins(settings.root.find("plugins"), environment, diagnostics, settings);
    read_binds(settings.root.find("bind"), diagnostics, settings);
    return settings;
}

}  // namespace kitchen::config
