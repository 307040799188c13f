// The whole configuration file: server, log, plugins, bind.
//
// Thread-safety: plain values; read_configuration() reads files named by !file and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/substitution.h"
#include "http/shield/cors.h"
#include "kitchen/ip.h"
#include "kitchen/log.h"
#include "kitchen/settings.h"

namespace kitchen::config {

/// Who may read /metrics.
enum class MetricsAccess : std::uint8_t { open, internal, admin, off };

/// `server:` as the file has it; what is made of the texts stands at the end.
struct ServerSettings {
    std::string listen = "127.0.0.1:8080";
    unsigned workers = 1;
    unsigned threads = 0;  ///< 0: the server chooses
    std::size_t queue = 1024;
    Bytes body_limit = kibibytes(64);
    std::filesystem::path upload_folder = "/var/tmp";
    Bytes upload_total = gibibytes(1);
    unsigned upload_threads = 16;
    std::size_t connections = 10'000;
    std::size_t connections_per_address = 1'000;  ///< 0: no cap
    std::chrono::milliseconds head_timeout{10'000}, body_timeout{30'000}, idle_timeout{60'000},
        write_timeout{30'000}, request_timeout{30'000}, notice{0}, drain_timeout{20'000},
        start_patience{1'000};
    std::string public_url;  ///< without a slash at the end; "": from the Host header
    std::vector<std::string> proxies;
    std::vector<std::string> cors_origins;
    std::vector<std::string> cors_headers = {"Authorization", "Content-Type",  "Idempotency-Key",
                                             "If-Match",      "If-None-Match", "Last-Event-ID",
                                             "X-Request-Id"};
    bool cors_credentials = true;
    std::chrono::seconds cors_max_age = std::chrono::minutes(10);
    MetricsAccess metrics = MetricsAccess::internal;
    std::filesystem::path plugin_dir;  ///< empty: the default

    std::string host = "127.0.0.1";  ///< of `listen`, without brackets
    std::uint16_t port = 8080;       ///< 0: any free one
    std::vector<IpNetwork> trusted_proxies;
    http::CorsOptions cors;

    static void describe(Fields<ServerSettings>& field);
    static void check(const ServerSettings& settings, Problems& problems);
};

enum class LogFormat : std::uint8_t { text, json };

struct LogSettings {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::info;
    std::chrono::milliseconds slow_statement{250};  ///< 0: none is

    static void describe(Fields<LogSettings>& field);
};

/// Where a plugin runs.
enum class Isolation : std::uint8_t { none, process };

/// One entry of `plugins:`.
struct PluginSettings {
    std::string id;
    bool enabled = true;
    bool required = true;
    Isolation isolate = Isolation::none;
    Bytes memory = mebibytes(512);
    std::filesystem::path path;  ///< of the shared library; empty: plugin_dir/id.so
    Node config;                 ///< a null node when left out
    Mark mark;                   ///< of the entry
    Mark id_mark;
};

/// One entry of `bind:`.
struct BindSettings {
    std::string interface_name;
    std::string plugin;
    Mark mark;
};

struct Configuration {
    ServerSettings server;
    LogSettings log;
    std::vector<PluginSettings>
        plugins;  ///< in the order of the file, disabled ones too; each id once
    std::vector<BindSettings> binds;
    Node root;  ///< substituted; for render()
};

/// Reads the text of a configuration. Mistakes go to `diagnostics`; what could be read is returned
/// even then. The sections of plugins are not checked here: that needs their descriptors.
Configuration read_configuration(std::string_view text, const Environment& environment,
                                 Diagnostics& diagnostics);

/// The sections of the kernel itself, for the schema of the whole file.
std::vector<SettingKey> server_keys();
std::vector<SettingKey> log_keys();
std::vector<SettingKey> plugin_keys();

/// "127.0.0.1:8080", "localhost:0", "[::1]:8080". False when it is not of that form.
bool parse_listen(std::string_view text, std::string& host, std::uint16_t& port);

}  // namespace kitchen::config
