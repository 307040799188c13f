#include "config/configuration.h"

#include <algorithm>
#include <set>

#include "config/section.h"
#include "config/yaml_reader.h"
#include "http/framing/character_classes.h"

namespace kitchen::config {

namespace {

/// An entry of `plugins:` without its `config:`.
struct PluginEntry {
    std::string id;
    bool enabled = true;
    bool required = true;
    Isolation isolate = Isolation::none;
    Bytes memory = mebibytes(512);
    std::filesystem::path path;

    static void describe(Fields<PluginEntry>& field) {
        field("id", &PluginEntry::id, "The plugin's id").required();
        field("enabled", &PluginEntry::enabled, "false leaves it out");
        field("required", &PluginEntry::required, "false goes on without it when it fails");
        field("isolate", &PluginEntry::isolate, "Runs in the server, or in a process of its own")
            .one_of({{"none", Isolation::none}, {"process", Isolation::process}});
        field("memory", &PluginEntry::memory, "That a process of its own may have")
            .between(mebibytes(16), gibibytes(1024));
        field("path", &PluginEntry::path, "Its shared library, when it is not in plugin_dir");
    }
};

/// A path in it is what a proxy takes off: "/api", and nothing that would need to be encoded.
bool is_public_url(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!url.starts_with(scheme)) continue;
        const std::string_view rest = url.substr(scheme.size());
        const std::string_view path = rest.substr(std::min(rest.find('/'), rest.size()));
        return !rest.empty() && !rest.starts_with('/') &&
               rest.find_first_of("?# \t\"<>\\@%") == std::string_view::npos &&
               path.find("//") == std::string_view::npos &&
               path.find("/.") == std::string_view::npos && !path.ends_with('/');
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

/// A section of the kernel's own, read in just the way of a plugin's.
template <class S>
S read_own(const Node* node, const std::string& name, const Environment& environment,
           Diagnostics& diagnostics, std::unique_ptr<Section>* section_out = nullptr) {
    const Mark where = node ? node->mark : Mark{};
    auto section =
        read_section(node, describe_settings<S>(), name, where, environment, diagnostics);
    check_settings<S>(*section, report_into(diagnostics, *section, name, where));
    S settings = read_settings<S>(*section);
    if (section_out) *section_out = std::move(section);
    return settings;
}

/// What the texts mean, once they have been checked.
ServerSettings with_meanings(ServerSettings settings) {
    parse_listen(settings.listen, settings.host, settings.port);
    if (settings.public_url.ends_with('/')) settings.public_url.pop_back();
    for (const std::string& text : settings.proxies)
        if (const auto network = IpNetwork::parse(text))
            settings.trusted_proxies.push_back(*network);
    for (const std::string& text : settings.cors_origins)
        if (auto origin = http::parse_origin(text))
            settings.cors.origins.push_back(*std::move(origin));
    settings.cors.headers = settings.cors_headers;
    settings.cors.credentials = settings.cors_credentials;
    settings.cors.max_age = settings.cors_max_age;
    return settings;
}

/// What a plugin that is switched off would need may be missing: no word of it, and no value.
void substitute_plugin(Node& entry, const Environment& environment, Diagnostics& diagnostics) {
    Diagnostics unheard(diagnostics.file());
    const auto enabled = std::find_if(entry.children.begin(), entry.children.end(),
                                      [](const Node& child) { return child.key == "enabled"; });
    if (enabled != entry.children.end()) substitute(*enabled, environment, diagnostics);
    const bool is_off = enabled != entry.children.end() && enabled->text == "false";
    for (auto child = entry.children.begin(); child != entry.children.end(); ++child)
        if (child != enabled)
            substitute(*child, environment, is_off && child->key != "id" ? unheard : diagnostics);
}

void substitute_all(Node& root, const Environment& environment, Diagnostics& diagnostics) {
    for (Node& section : root.children)
        if (section.key == "plugins" && section.kind == Node::Kind::sequence)
            for (Node& entry : section.children)
                if (entry.kind == Node::Kind::map)
                    substitute_plugin(entry, environment, diagnostics);
                else
                    substitute(entry, environment, diagnostics);
        else
            substitute(section, environment, diagnostics);
}

void read_plugins(const Node* node, const Environment& environment, Diagnostics& diagnostics,
                  Configuration& settings) {
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
        std::unique_ptr<Section> section;
        const auto entry =
            read_own<PluginEntry>(&known, "plugins", environment, diagnostics, &section);
        plugin.id = entry.id;
        plugin.enabled = entry.enabled;
        plugin.required = entry.required;
        plugin.isolate = entry.isolate;
        plugin.memory = entry.memory;
        plugin.path = entry.path;
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

void read_binds(const Node* node, Diagnostics& diagnostics, Configuration& settings) {
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

void ServerSettings::describe(Fields<ServerSettings>& field) {
    using S = ServerSettings;
    using std::chrono::hours;
    using std::chrono::milliseconds;
    const milliseconds least(10);
    field("listen", &S::listen, "host:port; port 0 takes any free one");
    field("workers", &S::workers,
          "Sets of connections, of which each is read by one thread at a time")
        .between(1, 64);
    field("threads", &S::threads, "Threads that run handlers; 0: four times the cores, at least 16")
        .max(1024);
    field("queue", &S::queue, "Requests waiting for a thread; past it 503").between(1, 1'000'000);
    field("limits.body", &S::body_limit, "Largest body, unless the route says otherwise")
        .between({1}, gibibytes(1));
    field("limits.connections", &S::connections, "Open connections").between(1, 1'000'000);
    field("limits.connections_per_address", &S::connections_per_address, "Of one client; 0: no cap")
        .max(1'000'000);
    field("uploads.folder", &S::upload_folder, "Where files lie while their request runs");
    field("uploads.total", &S::upload_total, "Of all uploads under way; past it 503")
        .between(mebibytes(1), gibibytes(1024));
    field("uploads.at_once", &S::upload_threads,
          "Threads that receive uploads; one client has a quarter of them")
        .between(1, 1024);
    field("timeouts.head", &S::head_timeout, "For the head of a request").between(least, hours(1));
    field("timeouts.body", &S::body_timeout, "For its body").between(least, hours(1));
    field("timeouts.idle", &S::idle_timeout, "Between requests").between(least, hours(1));
    field("timeouts.write", &S::write_timeout,
          "For the response; files have a second more for every 16 KiB")
        .between(least, hours(1));
    field("timeouts.request", &S::request_timeout, "In the queue").between(least, hours(1));
    field(
        "timeouts.start", &S::start_patience,
        "After so long in the start of one plugin, /livez and /readyz answer and all else is 503; "
        "until then connections are refused, and a proxy asks another server")
        .between(milliseconds(0), hours(24));
    field("timeouts.notice", &S::notice,
          "/readyz is 503 for so long before the server stops taking connections")
        .between(milliseconds(0), hours(1));
    field("timeouts.drain", &S::drain_timeout, "For all that is under way when the server stops")
        .between(milliseconds(0), hours(1));
    field("public_url", &S::public_url,
          "Where clients find the API, for absolute links: https://kitchen.example, or "
          "https://site.example/api behind a proxy that takes the prefix off");
    field("trusted_proxies", &S::proxies, "Networks whose X-Forwarded-For, -Proto and -Host count");
    field("cors.origins", &S::cors_origins,
          "Whose pages may read responses: https://app.example, capacitor://localhost");
    field("cors.headers", &S::cors_headers, "Request headers that those pages may set");
    field("cors.credentials", &S::cors_credentials, "Those pages may send cookies");
    field("cors.max_age", &S::cors_max_age, "How long a browser remembers what they may")
        .between(std::chrono::seconds(0), hours(24));
    field("metrics.access", &S::metrics, "Who may read /metrics")
        .one_of({{"open", MetricsAccess::open},
                 {"internal", MetricsAccess::internal},
                 {"admin", MetricsAccess::admin},
                 {"off", MetricsAccess::off}});
    field("plugin_dir", &S::plugin_dir, "Where the plugins lie; empty: beside the executable");
}

void ServerSettings::check(const ServerSettings& settings, Problems& problems) {
    std::string host;
    std::uint16_t port = 0;
    if (!parse_listen(settings.listen, host, port))
        problems.at(settings.listen, "expected host:port, such as 127.0.0.1:8080 or [::1]:8080");
    std::string_view url = settings.public_url;
    if (url.ends_with('/')) url.remove_suffix(1);
    if (!url.empty() && !is_public_url(url))
        problems.at(settings.public_url,
                    "expected http:// or https://, a host, and at most a path");
    for (std::size_t i = 0; i < settings.proxies.size(); ++i)
        if (!IpNetwork::parse(settings.proxies[i]))
            problems.at(settings.proxies,
                        "expected addresses or networks such as 10.0.0.0/8 or fd00::/8, with no "
                        "bit set beyond the prefix" +
                            item(i));
    for (std::size_t i = 0; i < settings.cors_origins.size(); ++i)
        if (!http::parse_origin(settings.cors_origins[i]))
            problems.at(
                settings.cors_origins,
                "expected exact origins such as https://app.example or capacitor://localhost, "
                "without a path or '*'" +
                    item(i));
    for (std::size_t i = 0; i < settings.cors_headers.size(); ++i)
        if (!http::characters::all(settings.cors_headers[i], http::characters::token) ||
            settings.cors_headers[i] == "*")
            problems.at(settings.cors_headers,
                        "expected names of header fields, without '*'" + item(i));
}

void LogSettings::describe(Fields<LogSettings>& field) {
    field("format", &LogSettings::format, "One line a message")
        .one_of({{"text", LogFormat::text}, {"json", LogFormat::json}});
    field("level", &LogSettings::level, "The least level that is written")
        .one_of({{"debug", LogLevel::debug},
                 {"info", LogLevel::info},
                 {"warn", LogLevel::warn},
                 {"error", LogLevel::error},
                 {"off", LogLevel::off}});
    field("slow_statement", &LogSettings::slow_statement,
          "A statement of the store that takes longer is logged; 0: none is")
        .between(std::chrono::milliseconds(0), std::chrono::hours(1));
}

std::vector<SettingKey> server_keys() { return describe_settings<ServerSettings>(); }
std::vector<SettingKey> log_keys() { return describe_settings<LogSettings>(); }
std::vector<SettingKey> plugin_keys() { return describe_settings<PluginEntry>(); }

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

Configuration read_configuration(std::string_view text, const Environment& environment,
                                 Diagnostics& diagnostics) {
    Configuration settings;
    settings.root = read_yaml(text, diagnostics);
    if (settings.root.kind != Node::Kind::map) {
        if (diagnostics.empty())
            diagnostics.error(settings.root.mark,
                              "expected a map with server, log, plugins and bind");
        return settings;
    }
    substitute_all(settings.root, environment, diagnostics);
    const std::vector<std::string> sections = {"server", "log", "plugins", "bind"};
    for (const Node& child : settings.root.children)
        if (std::find(sections.begin(), sections.end(), child.key) == sections.end())
            diagnostics.error(child.key_mark,
                              child.key + ": unknown key" + suggestion(child.key, sections));
    settings.server = with_meanings(
        read_own<ServerSettings>(settings.root.find("server"), "server", environment, diagnostics));
    settings.log =
        read_own<LogSettings>(settings.root.find("log"), "log", environment, diagnostics);
    read_plugins(settings.root.find("plugins"), environment, diagnostics, settings);
    read_binds(settings.root.find("bind"), diagnostics, settings);
    return settings;
}

}  // namespace kitchen::config
