#include "config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct SettingsRead {
    Configuration settings;
    std::vector<std::string> errors;
};

SettingsRead read_server_settings(const std::string& yaml) {
    Diagnostics diagnostics("f");
    SettingsRead out;
    out.settings = read_configuration(
        yaml, [](const std::string&) { return std::nullopt; }, diagnostics);
    out.errors = diagnostics.lines();
    return out;
}

TEST(Configuration, WhatIsOffNeedsNoSecrets) {
    const SettingsRead r = read_server_settings(
        "plugins:\n"
        "  - {id: a, enabled: false, path: '${NOBODY}', required: !env NOBODY,\n"
        "     config: {api_key: !env NOBODY, list: ['${NOBODY}'], file: !file /no/such/file}}\n"
        "  - {id: b, config: {key: !env NOBODY}}\n"
        "  - {id: c, enabled: '${NOBODY:-false}', config: {key: !env NOBODY}}\n");
    EXPECT_THAT(r.errors, ElementsAre(HasSubstr("f:4:27: error: key: the environment variable")));
    EXPECT_EQ(r.settings.plugins.size(), 3u);
    EXPECT_FALSE(r.settings.plugins[2].enabled);
}

TEST(Configuration, PathsAreRelativeToTheFile) {
    Environment environment = [](const std::string&) { return std::nullopt; };
    environment.folder = "/etc/kitchen";
    Diagnostics diagnostics("f");
    const Configuration read = read_configuration(
        "server: {plugin_dir: plugins, uploads: {folder: ../tmp}}\n"
        "plugins: [{id: a, path: ./a.so}, {id: b, path: /b.so}, {id: c}]\n",
        environment, diagnostics);
    EXPECT_THAT(diagnostics.lines(), IsEmpty());
    EXPECT_EQ(read.server.plugin_dir, "/etc/kitchen/plugins");
    EXPECT_EQ(read.server.upload_folder, "/etc/tmp");
    EXPECT_EQ(read.plugins[0].path, "/etc/kitchen/a.so");
    EXPECT_EQ(read.plugins[1].path, "/b.so");
    EXPECT_EQ(read.plugins[2].path, "");
}

TEST(Configuration, ReadsAWholeFile) {
    const SettingsRead r = read_server_settings(R"(
server:
  listen: "[::1]:0"
  workers: 2
  threads: 8
  queue: 16
  limits: {body: 2MiB, connections: 50, connections_per_address: 0}
  timeouts: {head: 1s, body: 2s, idle: 3s, write: 4s, request: 5s, drain: 6s}
  public_url: https://kitchen.example/
  metrics: {access: admin}
  plugin_dir: /opt/plugins
log: {format: json, level: warn, slow_statement: 1s}
plugins:
  - id: store-memory
  - id: cache-redis
    enabled: false
  - id: loyalty
    required: false
    path: ./loyalty.so
    config: {points: 3}
bind:
  store/1: store-memory
)");
    EXPECT_THAT(r.errors, IsEmpty());
    const ServerSettings& s = r.settings.server;
    EXPECT_EQ(s.host, "::1");
    EXPECT_EQ(s.metrics, MetricsAccess::admin);
    EXPECT_EQ(r.settings.log.slow_statement, std::chrono::seconds(1));
    EXPECT_EQ(s.port, 0);
    EXPECT_EQ(s.workers, 2u);
    EXPECT_EQ(s.threads, 8u);
    EXPECT_EQ(s.queue, 16u);
    EXPECT_EQ(s.body_limit.count, 2u << 20);
    EXPECT_EQ(s.connections, 50u);
    EXPECT_EQ(s.connections_per_address, 0u);
    EXPECT_EQ(s.head_timeout, std::chrono::seconds(1));
    EXPECT_EQ(s.body_timeout, std::chrono::seconds(2));
    EXPECT_EQ(s.idle_timeout, std::chrono::seconds(3));
    EXPECT_EQ(s.write_timeout, std::chrono::seconds(4));
    EXPECT_EQ(s.request_timeout, std::chrono::seconds(5));
    EXPECT_EQ(s.drain_timeout, std::chrono::seconds(6));
    EXPECT_EQ(s.public_url, "https://kitchen.example");
    EXPECT_EQ(s.plugin_dir, "/opt/plugins");
    EXPECT_EQ(r.settings.log.format, LogFormat::json);
    EXPECT_EQ(r.settings.log.level, LogLevel::warn);
    ASSERT_EQ(r.settings.plugins.size(), 3u);
    EXPECT_FALSE(r.settings.plugins[1].enabled);
    EXPECT_FALSE(r.settings.plugins[2].required);
    EXPECT_EQ(r.settings.plugins[2].path, std::filesystem::absolute("loyalty.so"));
    EXPECT_EQ(r.settings.plugins[2].config.find("points")->text, "3");
    ASSERT_EQ(r.settings.binds.size(), 1u);
    EXPECT_EQ(r.settings.binds[0].plugin, "store-memory");
}

TEST(Configuration, HasDefaultsForEverythingButPlugins) {
    const SettingsRead r = read_server_settings("plugins: []\n");
    EXPECT_THAT(r.errors, IsEmpty());
    EXPECT_EQ(r.settings.server.host, "127.0.0.1");
    EXPECT_EQ(r.settings.server.port, 8080);
    EXPECT_EQ(r.settings.server.body_limit.count, 64u * 1024);
    EXPECT_EQ(r.settings.log.format, LogFormat::text);
    EXPECT_EQ(r.settings.log.slow_statement, std::chrono::milliseconds(250));
    EXPECT_EQ(r.settings.server.metrics, MetricsAccess::internal);
    EXPECT_THAT(read_server_settings("server:\n").errors,
                ElementsAre("f: error: plugins: required, but not set"));
}

struct SettingsCase {
    const char* yaml;
    const char* error;
};

class SettingsErrors : public testing::TestWithParam<SettingsCase> {};

TEST_P(SettingsErrors, AreNamedWithTheirPlace) {
    EXPECT_THAT(read_server_settings(GetParam().yaml).errors, ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SettingsErrors,
    testing::Values(
        SettingsCase{"", "f: error: expected a map with server, log, plugins and bind"},
        SettingsCase{"just text\n",
                     "f:1:1: error: expected a map with server, log, plugins and bind"},
        SettingsCase{"sever: {}\nplugins: []\n",
                     "f:1:1: error: sever: unknown key; did you mean 'server'?"},
        SettingsCase{"server: {lisen: x}\nplugins: []\n",
                     "f:1:10: error: server.lisen: unknown key; did you mean 'listen'?"},
        SettingsCase{"server: {listen: 8080}\nplugins: []\n",
                     "f:1:18: error: server.listen: expected host:port, such as 127.0.0.1:8080 or "
                     "[::1]:8080"},
        SettingsCase{"server: {workers: 0}\nplugins: []\n",
                     "f:1:19: error: server.workers: must be between 1 and 64, found '0'"},
        SettingsCase{
            "server: {limits: {body: 1KB}}\nplugins: []\n",
            "f:1:25: error: server.limits.body: expected a size such as 512, 64KiB, 1.5MiB or "
            "1GiB, found '1KB'"},
        SettingsCase{
            "server: {public_url: kitchen.example}\nplugins: []\n",
            "f:1:22: error: server.public_url: expected http:// or https://, a host, and at most a "
            "path"},
        SettingsCase{
            "log: {format: jsn}\nplugins: []\n",
            "f:1:15: error: log.format: must be one of text, json, found 'jsn'; did you mean "
            "'json'?"},
        SettingsCase{
            "plugins: {id: x}\n",
            "f:1:10: error: plugins: expected a sequence of entries such as '- id: store-sqlite'"},
        SettingsCase{"plugins: [x]\n",
                     "f:1:11: error: plugins: expected an entry such as '- id: store-sqlite'"},
        SettingsCase{"plugins:\n  - enabled: true\n",
                     "f:2:5: error: plugins.id: required, but not set"},
        SettingsCase{"plugins:\n  - id: Bad_Name\n",
                     "f:2:9: error: plugins.id: expected lower-case letters, digits and '-'"},
        SettingsCase{"plugins:\n  - id: ../evil\n",
                     "f:2:9: error: plugins.id: expected lower-case letters, digits and '-'"},
        SettingsCase{"plugins:\n  - id: a\n  - id: a\n",
                     "f:3:9: error: plugins.id: 'a' is listed twice"},
        SettingsCase{"plugins:\n  - id: a\n    requird: true\n",
                     "f:3:5: error: plugins.requird: unknown key; did you mean 'required'?"},
        SettingsCase{
            "plugins: [{id: store}]\nbind: {store/1: stor}\n",
            "f:2:17: error: bind.store/1: no plugin 'stor' is listed; did you mean 'store'?"},
        SettingsCase{"plugins: [{id: a, enabled: false}]\nbind: {store/1: a}\n",
                     "f:2:17: error: bind.store/1: the plugin 'a' is not enabled"},
        SettingsCase{"plugins: []\nbind: [a]\n",
                     "f:2:7: error: bind: expected a map such as 'store/1: store-sqlite'"},
        SettingsCase{
            "plugins: []\nlog: {level: !env SECRET_LEVEL}\n",
            "f:2:14: error: level: the environment variable SECRET_LEVEL is not set, and there is "
            "no default (SECRET_LEVEL:-…)"}));

TEST(Configuration, ParsesListen) {
    std::string host;
    std::uint16_t port = 1;
    EXPECT_TRUE(parse_listen("127.0.0.1:8080", host, port));
    EXPECT_EQ(host, "127.0.0.1");
    EXPECT_EQ(port, 8080);
    EXPECT_TRUE(parse_listen("[::1]:8080", host, port));
    EXPECT_EQ(host, "::1");
    EXPECT_TRUE(parse_listen("localhost:0", host, port));
    EXPECT_EQ(port, 0);
    for (const char* bad : {"", "8080", ":8080", "host", "host:", "host:99999", "host:-1", "::1:80",
                            "[::1]", "[]:80", "[host]:80", "[::1:80", "a b:1"})
        EXPECT_FALSE(parse_listen(bad, host, port)) << bad;
}

TEST(Configuration, ReportsMistakesOfAllSectionsTogether) {
    EXPECT_EQ(read_server_settings(
                  "server: {workers: x}\nlog: {level: y}\nplugins: [{id: A}]\nbind: {a/1: b}\n")
                  .errors.size(),
              4u);
}

TEST(Configuration, TakesNoSecretForAnId) {
    const auto environment = [](const std::string&) {
        return std::optional<std::string>("hunter2");
    };
    Diagnostics diagnostics("f");
    const Configuration settings = read_configuration(
        "plugins: [{id: !env A}, {id: !env B}, {id: hunter}]\nbind: {x/1: !env A, y/1: huntre}\n",
        environment, diagnostics);
    EXPECT_EQ(settings.plugins.size(), 1u);
    const auto lines = diagnostics.lines();
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0],
              "f:1:16: error: plugins.id: an id is shown everywhere, and !env and !file give "
              "secrets; use ${…} instead");
    EXPECT_EQ(lines[2], "f:2:13: error: bind.x/1: no plugin ******** is listed");
    for (const std::string& line : lines) EXPECT_THAT(line, testing::Not(HasSubstr("hunter2")));
}

TEST(Diagnostics, AreOneSafeLineEach) {
    EXPECT_THAT(
        read_server_settings("plugins: []\n\"a\\nf:1:1: error: \\e[2J\\x9b\": 1\n").errors,
        ElementsAre(HasSubstr(": error: a\\x0af:1:1: error: \\x1b[2J\\xc2\\x9b: unknown key")));
    Diagnostics diagnostics("f");
    diagnostics.error({1, 1}, "cut off in the middle: \xe2\x82");
    diagnostics.error({2, 1}, std::string(5'000, 'x'));
    EXPECT_EQ(diagnostics.lines().front(), "f:1:1: error: cut off in the middle: \\xe2\\x82");
    EXPECT_EQ(diagnostics.lines().back(), "f:2:1: error: " + std::string(1'024, 'x') + "…");
}

TEST(Render, QuotesWhatATerminalWouldObey) {
    const Configuration settings =
        read_server_settings("plugins: []\n\"k\\n\\e[2J\": \"\\x7f\\x9b ẹ\"\nstore/1: x\n")
            .settings;
    EXPECT_EQ(render(settings.root),
              "plugins: []\n\"k\\n\\u001b[2J\": \"\\u007f\\u009b ẹ\"\nstore/1: \"x\"\n");
}

TEST(Diagnostics, CapsTheirNumber) {
    Diagnostics diagnostics("f");
    for (int i = 0; i < 150; ++i) diagnostics.error({i + 1, 1}, "wrong");
    EXPECT_EQ(diagnostics.lines().size(), 101u);
    EXPECT_EQ(diagnostics.lines().back(), "f: error: and 50 more");
}

TEST(Configuration, ReadsWhomItTrusts) {
    const SettingsRead r = read_server_settings(R"(
server:
  trusted_proxies: [127.0.0.1, "::1", 10.0.0.0/8]
  cors: {origins: ["https://App.example:443", "http://localhost:5173"], credentials: false, max_age: 1h, headers: [Authorization]}
plugins: []
)");
    EXPECT_THAT(r.errors, IsEmpty());
    EXPECT_EQ(r.settings.server.trusted_proxies.size(), 3u);
    EXPECT_THAT(r.settings.server.cors.origins,
                ElementsAre("https://app.example", "http://localhost:5173"));
    EXPECT_THAT(r.settings.server.cors.headers, ElementsAre("Authorization"));
    EXPECT_FALSE(r.settings.server.cors.credentials);
    EXPECT_EQ(r.settings.server.cors.max_age, std::chrono::hours(1));

    const ServerSettings plain = read_server_settings("plugins: []\n").settings.server;
    EXPECT_THAT(plain.trusted_proxies, IsEmpty());
    EXPECT_THAT(plain.cors.origins, IsEmpty());
    EXPECT_THAT(plain.cors.headers, testing::Contains("Idempotency-Key"));
}

TEST(Configuration, RefusesToTrustWhatCannotBeMeant) {
    for (const char* item : {"10.0.0.1/8", "10.0.0.0/33", "proxy.example", "*", "[::1]", "unix"}) {
        const SettingsRead r = read_server_settings(
            std::string("server:\n  trusted_proxies: [127.0.0.1, '") + item + "']\nplugins: []\n");
        EXPECT_THAT(r.errors, ElementsAre(testing::AllOf(HasSubstr("f:2:"),
                                                         HasSubstr("server.trusted_proxies:"),
                                                         HasSubstr("item 2 is none"))))
            << item;
    }
    for (const char* item :
         {"*", "null", "app.example", "https://app.example/", "https://*.example", ""}) {
        const SettingsRead r = read_server_settings(std::string("server:\n  cors: {origins: ['") +
                                                    item + "']}\nplugins: []\n");
        EXPECT_THAT(r.errors, ElementsAre(HasSubstr("server.cors.origins: expected exact origins")))
            << item;
    }
    EXPECT_THAT(read_server_settings("server: {cors: {headers: ['*']}}\nplugins: []\n").errors,
                ElementsAre(HasSubstr("server.cors.headers")));
}

}  // namespace
}  // namespace kitchen::config
