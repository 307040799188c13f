// A plugin in a process of its own fails in every way while customers order from the others.
#include <atomic>
#include <fstream>
#include <thread>

#include "fault_fixture.h"

namespace kitchen::tests {

namespace {

/// What the sanitizers would report or refuse themselves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr const char* memory = "4GiB";
#else
constexpr const char* memory = "256MiB";
#endif

RestaurantConfig with_faulty(const std::string& keys = {}, const std::string& settings = {}) {
    return {.server = "timeouts: {request: 3s}",
            .plugins = {"{id: faulty, path: " KITCHEN_FAULTY ", isolate: process, memory: " +
                        std::string(memory) + (keys.empty() ? "" : ", " + keys) + ", config: {" +
                        settings + "}}"}};
}

std::int64_t pid_of(HttpClient client) { return client.get("/faulty/").json["pid"].as_integer(); }

class IsolatedFault : public FaultTest, public testing::WithParamInterface<const char*> {
protected:
    /// Until it serves in another process than before.
    void expect_return(std::int64_t before) {
        EXPECT_TRUE(testkit::wait_until([&] {
            const HttpResponse response = server->client().get("/faulty/");
            return response.status == 200 && response.json["pid"] != Json(before);
        })) << server->output();
    }
};

TEST_P(IsolatedFault, CostsTheOthersNothing) {
    const std::string how = GetParam();
    open_on_sqlite(with_faulty());
    ASSERT_NE(pid_of(server->client()), server->process().pid());

    std::int64_t before = pid_of(server->client());
    HttpClient victim = server->client();
    const HttpResponse failed = victim.post("/faulty/" + how + "/", Json());
    EXPECT_TRUE(failed.status == 502 || failed.status == 504) << failed.status << failed.body;
    expect_return(before);
    EXPECT_TRUE(load->wait_for_orders());

    before = pid_of(server->client());
    if (how != "spin") {  // a job may take as long as it likes
        EXPECT_EQ(victim.post("/faulty/" + how + "/later/", Json()).status, 204);
        expect_return(before);
        EXPECT_TRUE(load->wait_for_orders());
    }
    EXPECT_TRUE(server->wait_for_health("ok"));
    EXPECT_EQ(server->metric("kitchen_isolated_restarts_total{plugin=\"faulty\"}"),
              how == "spin" ? 1 : 2);
    for (const auto& [outcome, count] : load->outcomes())
        EXPECT_TRUE(outcome.front() != '5' && outcome != "no response") << outcome << ' ' << count;
    expect_right_books();
    EXPECT_EQ(server->terminate(), 0) << server->output();
}

INSTANTIATE_TEST_SUITE_P(Each, IsolatedFault,
                         testing::Values("segfault", "abort", "exit", "kill", "leak", "spin"),
                         [](const auto& info) { return std::string(info.param); });

/// No menu and no customers.
class IsolatedPlugin : public testing::Test {
protected:
    void start(RestaurantConfig config) {
        config.menu = false;
        server = std::make_unique<RestaurantProcess>(std::move(config));
        server->start();
    }
    std::unique_ptr<RestaurantProcess> server;
};

TEST_F(IsolatedPlugin, ThatEndsTooOftenIsPutAside) {
    for (const bool required : {true, false}) {
        start(with_faulty(required ? "required: true" : "required: false"));
        HttpClient client = server->client();
        for (int fault = 0; fault < 5; ++fault) {
            ASSERT_TRUE(testkit::wait_until([&] { return client.get("/faulty/").status == 200; }))
                << server->output();
            EXPECT_EQ(client.post("/faulty/kill/", Json()).status, 502);
            const HttpResponse refused = client.get("/faulty/");
            // 502: it was about to go.
            EXPECT_TRUE(refused.status == 200 || refused.status == 502 ||
                        (refused.status == 503 && !refused.header("retry-after").empty()))
                << refused.status;
        }
        EXPECT_TRUE(server->wait_for_health(required ? "down" : "degraded"));
        EXPECT_EQ(client.get("/readyz").status, required ? 503 : 200);
        EXPECT_NE(client.get("/health/").body.find("SIGKILL"), std::string::npos);
        EXPECT_EQ(client.get("/faulty/").problem_code(), "plugin_down");
        EXPECT_EQ(server->metric("kitchen_isolated_put_aside{plugin=\"faulty\"}"), 1);
        EXPECT_EQ(server->metric("kitchen_isolated_up{plugin=\"faulty\"}"), 0);
        EXPECT_NE(server->output().find("is put aside"), std::string::npos);
        EXPECT_EQ(server->terminate(), 0);
    }
}

TEST_F(IsolatedPlugin, ThatFailsInItsConstructorIsLeftOut) {
    for (const char* how : {"segfault", "abort", "exit"}) {
        start(with_faulty("required: false", std::string("constructor: ") + how));
        EXPECT_EQ(server->client().get("/faulty/").status, 404);
        EXPECT_EQ(server->health(), "degraded");
        EXPECT_EQ(server->terminate(), 0);
    }
    RestaurantConfig config = with_faulty("required: true", "constructor: abort");
    config.menu = false;
    RestaurantProcess refused(config);
    refused.begin_start();
    EXPECT_EQ(refused.process().wait(), 4) << refused.output();
    EXPECT_NE(refused.output().find("SIGABRT"), std::string::npos) << refused.output();
}

TEST_F(IsolatedPlugin, ThatFailsInItsStartLetsTheOthersStart) {
    for (const char* how : {"segfault", "exit", "spin"}) {
        start(with_faulty({}, std::string("start: ") + how));
        HttpClient client = server->client();
        EXPECT_EQ(client.get("/faulty/").status, 503);
        EXPECT_EQ(server->sign_up().client.get("/me/").status, 200);
        EXPECT_EQ(server->health(), "degraded");
        EXPECT_EQ(server->terminate(), 0) << server->output();
    }
}

// As when its database is away for a while, and comes back.
TEST_F(IsolatedPlugin, ThatSaysWhyItCannotStartIsTriedAgainForEver) {
    const TemporaryDirectory folder;
    const std::filesystem::path file = folder.path() / "there";
    start(with_faulty({}, "start: 'until " + file.string() + "'"));
    EXPECT_TRUE(testkit::wait_until([&] {
        return server->metric("kitchen_isolated_restarts_total{plugin=\"faulty\"}") >= 5;
    })) << server->output();
    EXPECT_EQ(server->metric("kitchen_isolated_put_aside{plugin=\"faulty\"}"), 0);
    EXPECT_EQ(server->client().get("/readyz").status, 503) << "it is required";
    std::ofstream(file) << "now";
    EXPECT_TRUE(testkit::wait_until([&] { return server->client().get("/faulty/").status == 200; }))
        << server->output();
    EXPECT_TRUE(server->wait_for_health("ok"));
    EXPECT_EQ(server->client().get("/readyz").status, 200);
    EXPECT_EQ(server->terminate(), 0);
}

class IsolatedOnPostgres : public FaultTest {};

// What a plugin needs may be silent for longer than the plugin itself may be.
TEST_F(IsolatedOnPostgres, StaysWhileItsDatabaseIsFrozen) {
    start_postgres();
    RestaurantConfig config;
    config.store = "{id: store-postgres, config: {url: '" +
                   testkit::PostgresServer::url_on(postgres->port(), "kitchen") +
                   "', statement_timeout: 7s}}";
    config.outbox = "";
    config.plugins = {"{id: loyalty, path: " KITCHEN_LOYALTY ", isolate: process}"};
    server = std::make_unique<RestaurantProcess>(std::move(config));
    server->start();
    ASSERT_EQ(server->metric("kitchen_isolated_up{plugin=\"loyalty\"}"), 1);
    postgres->freeze();
    EXPECT_EQ(server->admin().get("/me/").status, 503) << "after its statement_timeout";
    postgres->thaw();
    EXPECT_TRUE(server->wait_for_health("ok")) << server->output();
    EXPECT_EQ(server->metric("kitchen_isolated_restarts_total{plugin=\"loyalty\"}"), 0);
}

/// Whether the process is there, and no zombie of a parent that has gone too.
bool runs(std::int64_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text{std::istreambuf_iterator<char>(stat), {}};
    return !text.empty() && text.find(") Z ") == std::string::npos;
}

TEST_F(IsolatedPlugin, EndsWithTheServer) {
    for (const bool is_killed : {true, false}) {
        start(with_faulty());
        const std::int64_t pid = pid_of(server->client());
        ASSERT_TRUE(runs(pid));
        if (is_killed)
            server->process().signal(SIGKILL);
        else
            EXPECT_EQ(server->terminate(), 0);
        EXPECT_TRUE(testkit::wait_until([&] { return !runs(pid); }));
    }
}

TEST_F(IsolatedPlugin, FinishesWhatItHasBegun) {
    start(with_faulty());
    std::atomic<int> status = 0;
    std::thread asks([&] { status = server->client().get("/faulty/slow/").status; });
    EXPECT_TRUE(testkit::wait_until(
        [&] { return server->metric("kitchen_http_requests_in_flight") >= 2; }));
    EXPECT_EQ(server->terminate(), 0);
    asks.join();
    EXPECT_EQ(status, 204);
}

}  // namespace
}  // namespace kitchen::tests
