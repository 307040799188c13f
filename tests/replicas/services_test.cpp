// The three services of config/services behind deploy/nginx/services.conf, with one PostgreSQL and
// one Redis: each is killed while customers order, and the others go on.
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>

#include "books.h"
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/redis_server.h"
#include "nginx_front.h"

#include <gtest/gtest.h>

namespace kitchen::tests {
namespace {
namespace fs = std::filesystem;

using testkit::ChildProcess;
using testkit::HttpClient;
using testkit::HttpResponse;

constexpr std::int64_t portions = 1'000'000;

/// One service on its own file as it ships, but for the mailer, which writes into files, and the
/// rates, as all customers have one address here.
class Service {
public:
    Service(const std::string& name, const fs::path& data, const std::string& database)
        : file_(data / (name + ".yaml")), port_(testkit::lasting_port()) {
        std::ifstream in(fs::path(testkit::source_dir()) / "config/services" / (name + ".yaml"));
        std::string text{std::istreambuf_iterator<char>(in), {}};
        const std::size_t begin = text.find("  - id: rate-limit"), end = text.find("  - id: auth");
        if (begin == std::string::npos || end == std::string::npos)
            throw std::runtime_error("config/services has changed: " + name);
        std::string plugins =
            "  - id: mail-log\n    config: {directory: " + (data / "mail").string() + "}\n";
        if (name == "accounts")
            plugins +=
                "  - id: sms-log\n    config: {directory: " + (data / "sms").string() + "}\n";
        text.replace(begin, end - begin, plugins);
        text = std::regex_replace(text, std::regex("# - id: ratings"), "- id: ratings");
        std::ofstream(file_) << text;
        fs::create_directories(data / "secrets");
        std::ofstream(data / "secrets/postgres_url") << database;
        std::ofstream(data / "secrets/redis_url") << testkit::RedisServer::shared().url();
        std::ofstream(data / "secrets/auth_key") << "one-key-of-all-services-of-this-test";
    }

    ChildProcess run(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), testkit::built_executable());
        arguments.insert(arguments.end(), {"--config", file_.string()});
        return ChildProcess(
            arguments,
            {.input = input,
             .environment = {{"KITCHEN_LISTEN", "127.0.0.1:" + std::to_string(port_)},
                             {"KITCHEN_SECRETS", (file_.parent_path() / "secrets").string()},
                             {"KITCHEN_PUBLIC_URL", "https://kitchen.example"}}});
    }
    void begin_start() { process_.emplace(run({"serve"})); }
    void wait_until_it_serves() {
        if (!process_->wait_for("startup_ms"))
            throw std::runtime_error("the service did not start:\n" + process_->output());
    }
    void start() {
        begin_start();
        wait_until_it_serves();
    }
    void kill() {
        process_->signal_group(SIGKILL);
        (void)process_->wait();
    }
    std::uint16_t port() const { return port_; }
    HttpClient client() const { return HttpClient(port_); }

private:
    const fs::path file_;
    const std::uint16_t port_;
    std::optional<ChildProcess> process_;
};

class Kitchen final : public testkit::AnyRestaurant {
public:
    explicit Kitchen(const std::string& database)
        : AnyRestaurant({}),
          menu("menu", data(), database),
          accounts("accounts", data(), database),
          ordering("ordering", data(), database),
          nginx_({menu.port(), accounts.port(), ordering.port()}, true, "services.conf") {
        // At once: which one migrates what they share is a race.
        for (Service* service : all) service->begin_start();
        for (Service* service : all) service->wait_until_it_serves();
        ChildProcess made = accounts.run(
            {"create-admin", "--email", admin_email, "--phone", "08030000000"}, password);
        if (made.wait() != 0) throw std::runtime_error("create-admin: " + made.output());
    }
    std::uint16_t port() const override { return nginx_.port(); }
    HttpClient client() const override { return nginx_.client(); }

    Service menu, accounts, ordering;
    const std::vector<Service*> all{&menu, &accounts, &ordering};

private:
    const NginxFront nginx_;
};

class Services : public testing::Test {
protected:
    int login() const {
        return kitchen.client()
            .post("/login/",
                  Json::object({{"email", Kitchen::admin_email}, {"password", Kitchen::password}}))
            .status;
    }
    int read_menu() const { return kitchen.client().get("/foods/").status; }
    bool anyone_lost(const std::string& what) const {
        return customers->summary().find(what) != std::string::npos;
    }

    testkit::PostgresDatabase database;
    Kitchen kitchen{database.url()};
    const std::int64_t dish = kitchen.food("Jollof", 250'000, portions);
    std::optional<Customers> customers;  // last: they end first
};

TEST_F(Services, EveryPathLeadsToAServiceThatHasIt) {
    std::set<std::string> paths;
    for (const Service* service : kitchen.all) {
        const Json document = service->client().get("/openapi.json").json;
        for (const auto& [path, operations] : document["paths"].as_object())
            paths.insert(std::regex_replace(path, std::regex("\\{[^}]*\\}"), "1"));
    }
    EXPECT_GT(paths.size(), 30u);
    for (const std::string& path : paths) {
        if (path == "/livez" || path == "/readyz" || path == "/metrics") continue;
        EXPECT_NE(kitchen.client().send("OPTIONS", path, "").status, 404) << path;
    }
    EXPECT_EQ(kitchen.client().send("OPTIONS", "/nowhere/", "").status, 404);
}

TEST_F(Services, EachMayDieAndTheOthersGoOn) {
    std::vector<HttpClient> clients, visitors;
    for (int i = 0; i < 4; ++i) clients.push_back(kitchen.customer());
    for (int i = 0; i < 2; ++i) visitors.push_back(kitchen.client());
    customers.emplace(std::move(clients), std::move(visitors), dish);
    ASSERT_TRUE(customers->wait_for_orders(20)) << customers->summary();

    kitchen.accounts.kill();
    EXPECT_EQ(login(), 502);
    EXPECT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    EXPECT_EQ(read_menu(), 200);
    EXPECT_EQ(kitchen.admin().get("/orders/").status, 200) << "a password is known there as well";
    EXPECT_EQ(customers->errors(), 0) << customers->summary();
    kitchen.accounts.start();
    EXPECT_EQ(login(), 200);
    HttpClient late = kitchen.customer();

    kitchen.menu.kill();
    EXPECT_EQ(read_menu(), 502);
    EXPECT_EQ(login(), 200);
    EXPECT_TRUE(customers->wait_for_orders(20)) << customers->summary();
    EXPECT_EQ(late.post("/cart/", Json::object({{"food_id", dish}})).status, 201);
    EXPECT_FALSE(anyone_lost("POST")) << customers->summary();
    kitchen.menu.start();
    EXPECT_EQ(read_menu(), 200);

    kitchen.ordering.kill();
    EXPECT_EQ(read_menu(), 200);
    EXPECT_EQ(login(), 200);
    EXPECT_EQ(late.get("/cart/").status, 502);
    kitchen.ordering.start();
    EXPECT_EQ(late.get("/cart/").json["items"].size(), 1u);
    EXPECT_TRUE(customers->wait_for_orders(20)) << customers->summary();

    expect_right_books(database, kitchen, *customers, dish, portions);
}

}  // namespace
}  // namespace kitchen::tests
