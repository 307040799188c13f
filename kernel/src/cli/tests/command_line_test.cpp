// The executable as its user sees it: exit codes, standard output, standard error.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using testkit::ChildProcess;

/// One run of chuks-kitchen.
ChildProcess chuks_kitchen(std::vector<std::string> arguments, std::string input = {}) {
    arguments.insert(arguments.begin(), testkit::built_executable());
    return ChildProcess(std::move(arguments), {.input = std::move(input)});
}

struct Outcome {
    int code;
    std::string output;
};

class CommandLine : public testing::Test {
protected:
    static Outcome run(std::vector<std::string> arguments, const std::string& input = {}) {
        ChildProcess process = chuks_kitchen(std::move(arguments), input);
        const int code = process.wait();
        return {code, process.output()};
    }
    std::string write(const std::string& text) {
        const std::string path = (directory_.path() / "kitchen.yaml").string();
        std::ofstream(path) << text;
        return path;
    }
    static std::string read(const std::string& path) {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string empty() { return write("server: {listen: '127.0.0.1:0'}\nplugins: []\n"); }
    /// The plugins of config/default.yaml on files in the test's directory.
    std::string kitchen() {
        const std::string d = directory_.path().string();
        return write("server: {listen: '127.0.0.1:0', plugin_dir: '" + testkit::built_plugin_dir() +
                     "'}\nplugins:\n"
                     "  - {id: store-sqlite, config: {path: '" +
                     d +
                     "/kitchen.db'}}\n  - id: cache-memory\n"
                     "  - {id: mail-log, config: {directory: '" +
                     d +
                     "/mail'}}\n"
                     "  - {id: auth, config: {key_file: '" +
                     d + "/auth.key'}}\n");
    }
    testkit::TemporaryDirectory directory_;
};

TEST_F(CommandLine, HelpAndVersion) {
    const Outcome help = run({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.output, AllOf(HasSubstr("serve"), HasSubstr("check-config"),
                                   HasSubstr("Exit codes: 0 ok, 1 the command failed, 2 usage, "
                                             "3 configuration, 4 plugin, 5 start-up, 6 runtime")));
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.output, HasSubstr("chuks-kitchen "));
    EXPECT_EQ(run({"serve", "--help"}).code, 0);
}

TEST_F(CommandLine, HelpListsTheCommandsOfPlugins) {
    const Outcome help = run({"--help", "--config", kitchen()});
    EXPECT_EQ(help.code, 0) << help.output;
    EXPECT_THAT(help.output, HasSubstr("create-admin"));
}

TEST_F(CommandLine, WrongUseEndsWithTwo) {
    const std::string config = empty();
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {"serve"},
                                               {"sreve"},
                                               {"sreve", "--config", config},
                                               {"check-config", "--config"},
                                               {"migrate", "--config", config},
                                               {"migrate", "undo", "--config", config},
                                               {"plugins"},
                                               {"plugins", "inspect"},
                                               {"plugins", "impact", "--config", config},
                                               {"plugins", "purge", "auth"},
                                               {"serve", "--config", config, "--fast"},
                                               {"--fast"}}) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << testing::PrintToString(arguments) << outcome.output;
        EXPECT_NE(outcome.output, "");
    }
}

TEST_F(CommandLine, PathsAreRelativeToTheConfiguration) {
    std::ofstream(directory_.path() / "auth.key") << std::string(40, 'k');
    const std::string file =
        write("server: {listen: '127.0.0.1:0', plugin_dir: '" + testkit::built_plugin_dir() +
              "'}\nplugins:\n"
              "  - {id: store-sqlite, config: {path: ./data/kitchen.db}}\n"
              "  - id: cache-memory\n"
              "  - {id: mail-log, config: {directory: data/mail}}\n"
              "  - {id: auth, config: {key: !file auth.key}}\n");
    const testkit::TemporaryDirectory elsewhere;
    ChildProcess server({testkit::built_executable(), "serve", "--config",
                         std::filesystem::relative(file, elsewhere.path()).string()},
                        {.directory = elsewhere.path()});
    ASSERT_TRUE(server.wait_for("serving")) << server.output();
    const std::string database = (directory_.path() / "data" / "kitchen.db").string();
    EXPECT_TRUE(std::filesystem::exists(database));
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "data" / "mail"));
    EXPECT_TRUE(std::filesystem::is_empty(elsewhere.path()));
    EXPECT_THAT(server.output(), HasSubstr("path=" + database));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(CommandLine, ATakenAddressIsFoundByAProbeAndBeforeAnyEffect) {
    const std::string file = kitchen();
    ChildProcess first = chuks_kitchen({"serve", "--config", file});
    ASSERT_TRUE(first.wait_for("startup_ms=")) << first.output();
    const std::string said = first.output();
    const std::string port = said.substr(said.rfind("127.0.0.1:") + 10, 5);
    const std::string second =
        write("server: {listen: '127.0.0.1:" + std::to_string(std::atoi(port.c_str())) +
              "', plugin_dir: '" + testkit::built_plugin_dir() +
              "'}\nplugins: [{id: store-sqlite, config: {path: new/second.db}}]\n");
    EXPECT_EQ(run({"check-config", "--config", second}).code, 0);
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"check-config", "--probe", "--config", second}, {"serve", "--config", second}}) {
        const Outcome refused = run(arguments);
        EXPECT_EQ(refused.code, 5) << refused.output;
        EXPECT_THAT(refused.output, HasSubstr("ddress already in use"));
    }
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "new"));
    first.signal(SIGTERM);
    EXPECT_EQ(first.wait(), 0);
}

TEST_F(CommandLine, AProbeConnects) {
    const auto with_store = [&](const std::string& entry) {
        return run({"check-config", "--probe", "--config",
                    write("server: {listen: '127.0.0.1:0', plugin_dir: '" +
                          testkit::built_plugin_dir() + "'}\nplugins: [" + entry + "]\n")});
    };
    EXPECT_EQ(with_store("{id: store-sqlite, config: {path: fresh/kitchen.db}}").code, 0);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "fresh"));
    std::ofstream(directory_.path() / "text") << std::string(10'000, 'x');
    const Outcome damaged = with_store("{id: store-sqlite, config: {path: text}}");
    EXPECT_EQ(damaged.code, 5);
    EXPECT_THAT(damaged.output, HasSubstr("damaged"));
    const Outcome away =
        with_store("{id: store-postgres, config: {url: 'postgresql://127.0.0.1:1/kitchen'}}");
    EXPECT_EQ(away.code, 5);
    EXPECT_THAT(away.output, HasSubstr("127.0.0.1:1/kitchen cannot be reached"));
}

TEST_F(CommandLine, EveryFaultIsToldAtOnceWithItsPlace) {
    const Outcome refused = run(
        {"check-config", "--config",
         write("server: {listen: nowhere, plugin_dir: '" + testkit::built_plugin_dir() + "'}\n" +
               "plugins:\n"
               "  - {id: store-postgres, config: {url: 'mysql://x'}}\n"
               "  - id: cache-memory\n"
               "  - {id: mail-log, config: {directory: mail}}\n"
               "  - id: auth\n"
               "    config:\n"
               "      mail: {templates: /nope}\n"
               "      bootstrap_admin: {email: bad, phone: '12', password: short}\n"
               "      key: !env KITCHEN_NO_SUCH_VARIABLE\n")});
    EXPECT_EQ(refused.code, 3);
    for (const char* told :
         {"kitchen.yaml:1:18: error: server.listen", "kitchen.yaml:3:40: error: store-postgres.url",
          "kitchen.yaml:8:25: error: auth.mail.templates: /nope/signup_code.subject",
          "kitchen.yaml:8:25: error: auth.mail.templates: /nope/password_reset.html",
          "kitchen.yaml:9:32: error: auth.bootstrap_admin.email",
          "kitchen.yaml:9:44: error: auth.bootstrap_admin.phone",
          "kitchen.yaml:9:60: error: auth.bootstrap_admin.password", "KITCHEN_NO_SUCH_VARIABLE"})
        EXPECT_THAT(refused.output, HasSubstr(told));
}

TEST_F(CommandLine, AWrongConfigurationEndsWithThree) {
    EXPECT_EQ(run({"check-config", "--config", "/no/such/file.yaml"}).code, 3);
    EXPECT_EQ(run({"check-config", "--config", directory_.path().string()}).code, 3);
    const std::string config = write("server: {lisen: x}\nplugins: []\nlog: {level: loud}\n");
    for (const char* command : {"check-config", "serve", "routes"}) {
        const Outcome outcome = run({command, "--config", config});
        EXPECT_EQ(outcome.code, 3) << command;
        EXPECT_THAT(
            outcome.output,
            AllOf(HasSubstr(config +
                            ":1:10: error: server.lisen: unknown key; did you mean 'listen'?"),
                  HasSubstr(config + ":3:14: error: log.level: must be one of")));
    }
}

TEST_F(CommandLine, AMissingPluginEndsWithFour) {
    const Outcome outcome = run({"check-config", "--config", write("plugins: [{id: nobody}]\n")});
    EXPECT_EQ(outcome.code, 4);
    EXPECT_THAT(outcome.output, HasSubstr("'nobody'"));
    EXPECT_EQ(run({"plugins", "inspect", "nobody"}).code, 4);
}

TEST_F(CommandLine, AnAddressThatCannotBeBoundEndsWithFive) {
    const Outcome outcome =
        run({"serve", "--config", write("server: {listen: '203.0.113.1:1'}\nplugins: []\n")});
    EXPECT_EQ(outcome.code, 5) << outcome.output;
}

TEST_F(CommandLine, CheckConfigTouchesNothing) {
    const std::string config = kitchen();
    const Outcome outcome = run({"check-config", "--config", config});
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(": ok\n"));
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
        files.push_back(entry.path().filename());
    EXPECT_THAT(files, testing::ElementsAre("kitchen.yaml"));
}

TEST_F(CommandLine, ShowsTheConfigurationWithSecretsMasked) {
    ::setenv("KITCHEN_CLI_TEST_SECRET", "http://hunter2.example", 1);
    const Outcome outcome =
        run({"check-config", "--show", "--config",
             write("server: {public_url: !env KITCHEN_CLI_TEST_SECRET}\nplugins: []\n")});
    ::unsetenv("KITCHEN_CLI_TEST_SECRET");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("public_url: ********"), Not(HasSubstr("hunter2"))));
}

// A secret is one wherever it was written: what its key says counts, and of a plugin that is not
// loaded no key is known.
TEST_F(CommandLine, ShowsNoSecretThatStandsInTheFile) {
    const Outcome outcome = run(
        {"check-config", "--show", "--config",
         write(
             "plugins:\n"
             "  - {id: store-postgres, config: {url: 'postgresql://u:hunter2@h/db', pool_size: 7,\n"
             "     replica_urls: ['postgresql://u:hunter2@a/db', 'postgresql://u:hunter2@b/db']}}\n"
             "  - {id: mail-smtp, enabled: false, config: {password: hunter2, x: [hunter2]}}\n")});
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("url: ********"), HasSubstr("pool_size: \"7\""),
                                      HasSubstr("enabled: \"false\""), Not(HasSubstr("hunter2"))));
}

TEST_F(CommandLine, ListsPluginsAndRoutes) {
    const std::string config = kitchen();
    const Outcome plugins = run({"plugins", "list", "--config", config});
    EXPECT_EQ(plugins.code, 0);
    EXPECT_THAT(plugins.output,
                AllOf(HasSubstr("store-sqlite"), HasSubstr("store/1"), HasSubstr("identity/1")));
    const Outcome routes = run({"routes", "--config", config});
    EXPECT_EQ(routes.code, 0);
    EXPECT_THAT(routes.output, AllOf(HasSubstr("POST"), HasSubstr("/signup/"), HasSubstr("/livez"),
                                     HasSubstr("kernel")));
    const Outcome inspected =
        run({"plugins", "inspect", "auth", "--plugin-dir", testkit::built_plugin_dir()});
    EXPECT_EQ(inspected.code, 0);
    EXPECT_THAT(inspected.output, AllOf(HasSubstr("otp.max_attempts"), HasSubstr("identity/1")));
    EXPECT_EQ(run({"plugins", "inspect", "auth", "--config", config}).output, inspected.output);
}

TEST_F(CommandLine, PlansAndAppliesMigrations) {
    const std::string config = kitchen();
    EXPECT_THAT(run({"migrate", "plan", "--config", config}).output,
                HasSubstr("pending  auth  0001"));
    const Outcome too_early = run({"check-data", "--config", config});
    EXPECT_EQ(too_early.code, 1);
    EXPECT_THAT(too_early.output, HasSubstr("`migrate plan` lists what is missing"));
    const Outcome applied = run({"migrate", "apply", "--config", config});
    EXPECT_EQ(applied.code, 0) << applied.output;
    EXPECT_THAT(applied.output, HasSubstr("applied  auth  0001"));
    EXPECT_EQ(run({"migrate", "apply", "--config", config}).output, "nothing to do\n");
    EXPECT_EQ(run({"migrate", "plan", "--config", config}).output, "nothing to do\n");
    const Outcome checked = run({"check-data", "--config", config});
    EXPECT_EQ(checked.code, 0) << checked.output;
    EXPECT_THAT(checked.output, HasSubstr("rules, 0 broken"));
    EXPECT_EQ(run({"migrate", "plan", "--config", empty()}).code, 4);
}

TEST_F(CommandLine, PurgesNothingThatItCannotConstruct) {
    const std::string config = kitchen();
    const Outcome unset = run({"plugins", "purge", "mail-smtp", "--config", config});
    EXPECT_EQ(unset.code, 3);
    EXPECT_THAT(unset.output, HasSubstr("plugin 'mail-smtp' is not listed: give it an entry"));
    const Outcome without = run({"plugins", "purge", "outbox", "--config", config});
    EXPECT_EQ(without.code, 0) << without.output;
    EXPECT_EQ(without.output, "it has nothing in the store\n");
    const Outcome alone = run({"plugins", "purge", "claims", "--config", empty()});
    EXPECT_EQ(alone.code, 4);
    EXPECT_THAT(alone.output, HasSubstr("no store is bound"));
}

TEST_F(CommandLine, CopiesAStoreIntoAnEmptyOne) {
    const std::string config = kitchen();
    const auto create_admin = [&](const std::string& file, const char* email, const char* phone) {
        return run({"create-admin", "--config", file, "--email", email, "--phone", phone},
                   "a-long-passphrase-31\n")
            .code;
    };
    ASSERT_EQ(create_admin(config, "ada@example.com", "08031234567"), 0);
    const std::string source = (directory_.path() / "source.yaml").string(),
                      target = (directory_.path() / "target.yaml").string();
    std::string text = read(config);
    std::ofstream(source) << text;
    text.replace(text.find("kitchen.db"), 10, "copied.db");
    std::ofstream(target) << text;

    {
        ChildProcess server = chuks_kitchen({"serve", "--config", source});
        ASSERT_TRUE(server.wait_for("serving")) << server.output();
        const Outcome refused = run({"store", "copy", "--from", source, "--to", target});
        EXPECT_EQ(refused.code, 1);
        EXPECT_THAT(refused.output, HasSubstr("is in use. Stop the server first"));
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait(), 0);
    }
    const Outcome copied = run({"store", "copy", "--from", source, "--to", target});
    EXPECT_EQ(copied.code, 0) << copied.output;
    EXPECT_THAT(copied.output,
                HasSubstr("copied 1 rows of 5 tables; what was written reads back the same"));
    EXPECT_EQ(create_admin(target, "ada@example.com", "08031234567"), 1) << "she has been copied";
    EXPECT_EQ(create_admin(target, "bola@example.com", "08031234568"), 0)
        << "her id comes after those copied";

    const Outcome again = run({"store", "copy", "--from", source, "--to", target});
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.output, HasSubstr("Copy into an empty database only"));
    EXPECT_EQ(run({"store", "copy", "--from", source}).code, 2);
}

TEST_F(CommandLine, RunsCommandsOfPlugins) {
    const std::string config = kitchen();
    const std::vector<std::string> admin = {"create-admin",    "--config", config,       "--email",
                                            "ada@example.com", "--phone",  "08031234567"};
    const Outcome made = run(admin, "a-long-passphrase-31\n");
    EXPECT_EQ(made.code, 0) << made.output;
    EXPECT_THAT(made.output, Not(HasSubstr("passphrase-31")));
    EXPECT_EQ(run(admin, "a-long-passphrase-31\n").code, 1) << "the email is taken";
    EXPECT_EQ(run(admin, "").code, 1) << "no password";
    EXPECT_EQ(run({"create-admin", "--config", config, "--email", "b@example.com"}, "x\n").code, 2)
        << "no phone";
    EXPECT_EQ(run({"create-admin", "--config", config, "--help"}).code, 0);
    const Outcome misspelt = run({"create-admni", "--config", config});
    EXPECT_EQ(misspelt.code, 2);
    EXPECT_THAT(misspelt.output, HasSubstr("did you mean 'create-admin'?"));
}

TEST_F(CommandLine, CommandsRunWhileTheServerDoes) {
    const std::string config = kitchen();
    ChildProcess server = chuks_kitchen({"serve", "--config", config});
    ASSERT_TRUE(server.wait_for("serving"));
    EXPECT_EQ(run({"create-admin", "--config", config, "--email", "ada@example.com", "--phone",
                   "08031234567"},
                  "a-long-passphrase-31\n")
                  .code,
              0);
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.output();
}

TEST_F(CommandLine, BacksUpWhileTheServerRunsAndRestoresOnceItHasStopped) {
    const std::string config = kitchen(), copy = (directory_.path() / "copy.db").string();
    const auto create_admin = [&](const char* email, const char* phone) {
        return run({"create-admin", "--config", config, "--email", email, "--phone", phone},
                   "a-long-passphrase-31\n")
            .code;
    };
    ChildProcess server = chuks_kitchen({"serve", "--config", config});
    ASSERT_TRUE(server.wait_for("serving")) << server.output();
    ASSERT_EQ(create_admin("ada@example.com", "08031234567"), 0);
    const Outcome backed_up = run({"backup", "--config", config, "--to", copy});
    EXPECT_EQ(backed_up.code, 0) << backed_up.output;
    ASSERT_EQ(create_admin("bola@example.com", "08031234568"), 0);
    EXPECT_THAT(run({"restore", "--config", config, "--from", copy}).output,
                HasSubstr("is in use. Stop the server first"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.output();

    const auto damage = [&] {
        std::ofstream(directory_.path() / "kitchen.db", std::ios::trunc)
            << std::string(10'000, 'x');
    };
    for (const bool damaged : {false, true}) {
        if (damaged) damage();
        const Outcome restored = run({"restore", "--config", config, "--from", copy});
        EXPECT_EQ(restored.code, 0) << restored.output;
    }
    EXPECT_EQ(create_admin("ada@example.com", "08031234567"), 1) << "she is in the backup";
    EXPECT_EQ(create_admin("bola@example.com", "08031234568"), 0) << "she came after it";
}

TEST_F(CommandLine, ServesUntilASignalAndDrains) {
    for (const int number : {SIGTERM, SIGINT}) {
        ChildProcess server = chuks_kitchen({"serve", "--config", empty()});
        ASSERT_TRUE(server.wait_for("serving"));
        server.signal(SIGHUP);
        ASSERT_TRUE(server.wait_for("SIGHUP ignored"));
        server.signal(number);
        EXPECT_EQ(server.wait(), 0);
        EXPECT_THAT(server.output(), AllOf(HasSubstr("draining"), HasSubstr("clean=true")));
    }
}

// 8.5 MB, which a server takes with the first number that is written.
TEST_F(CommandLine, AnIdleServerHasNotLoadedThePhoneNumbers) {
    ChildProcess server = chuks_kitchen({"serve", "--config", kitchen()});
    ASSERT_TRUE(server.wait_for("serving")) << server.output();
    const std::string libraries = read("/proc/" + std::to_string(server.pid()) + "/maps");
    EXPECT_THAT(libraries,
                AllOf(HasSubstr("auth.so"), Not(HasSubstr("phone")), Not(HasSubstr("libicu"))));
}

TEST_F(CommandLine, AStartMissesTheFileWithThePhoneNumbers) {
    const std::string alone = (directory_.path() / "auth.so").string();
    std::filesystem::copy_file(testkit::built_plugin_dir() + "/auth.so", alone);
    std::string config = read(kitchen());
    config.replace(config.find("id: auth"), 8, "id: auth, path: '" + alone + "'");
    const Outcome outcome = run({"check-config", "--config", write(config)});
    EXPECT_EQ(outcome.code, 4) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("there is no file " + directory_.path().string() +
                                          "/auth/phone-tables.so"));
}

// What the kernel must not know of: only plugins link these.
TEST_F(CommandLine, LinksNoBackend) {
    FILE* pipe = ::popen(("ldd '" + testkit::built_executable() + "'").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string libraries;
    char buffer[4096];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        libraries.append(buffer, got);
    ASSERT_EQ(::pclose(pipe), 0);
    ASSERT_THAT(libraries, HasSubstr("libc.so"));
    for (const char* name : {"libsqlite", "libpq", "libhiredis", "libcurl", "libsodium", "libssl"})
        EXPECT_THAT(libraries, Not(HasSubstr(name)));
}

}  // namespace
}  // namespace kitchen::cli
