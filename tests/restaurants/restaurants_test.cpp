// deploy/restaurants as it ships, below a folder instead of /: the real nginx, and a double of
// systemctl (beside this file) that reads the real unit file.
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/certificate.h"
#include "kitchen/testkit/nginx_server.h"
#include "kitchen/testkit/restaurant.h"

#include <gtest/gtest.h>

namespace kitchen::tests {
namespace {
namespace fs = std::filesystem;

using testkit::ChildProcess;
using testkit::HttpClient;

const fs::path source = testkit::source_dir();

std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(const std::string& text, const std::string& what, const std::string& instead) {
    const std::string out = std::regex_replace(text, std::regex(what), instead);
    if (out == text) throw std::runtime_error("deploy/restaurants has no '" + what + "' any more");
    return out;
}

/// A machine: everything that the script touches lies below one folder.
class Machine {
public:
    Machine() {
        for (const char* folder : {"etc/chuks-kitchen", "etc/systemd/system", "usr/local/bin",
                                   "var/lib/chuks-kitchen", "bin", "run", "script"})
            fs::create_directories(root() / folder);
        fs::create_symlink(testkit::built_executable(), root() / "usr/local/bin/chuks-kitchen");
        fs::copy(source / "deploy/systemd/chuks-kitchen@.service", root() / "etc/systemd/system");
        fs::copy(source / "deploy/restaurants/kitchens", root() / "script");
        fs::copy(source / "tests/restaurants/systemctl", root() / "bin");
        std::ofstream(root() / "etc/chuks-kitchen/environment")
            << "KITCHEN_MAIL_FROM=K <k@k.example>\n";
        const testkit::Certificate made =
            testkit::make_certificate(root() / "etc", "*.kitchens.example");
        std::string yaml = text_of(source / "deploy/restaurants/restaurant.yaml");
        // Here mails are files, and all customers have one address.
        yaml = replaced(yaml, "  - id: rate-limit[^]*?  - id: auth\n",
                        "  - id: mail-log\n    config: {directory: '$${KITCHEN_DATA}/mail'}\n"
                        "  - id: auth\n");
        std::ofstream(root() / "etc/chuks-kitchen/restaurant.yaml") << yaml;
        nginx_.emplace(1, [&](const testkit::NginxServer& server) {
            const std::string port = "listen 127.0.0.1:" + std::to_string(server.port(0)) + " ";
            std::string site = text_of(source / "deploy/restaurants/site.conf");
            site = replaced(site, "listen 443 ", port);
            site =
                replaced(site, "/etc/letsencrypt/live/restaurants/fullchain.pem", made.certificate);
            site = replaced(site, "/etc/letsencrypt/live/restaurants/privkey.pem", made.key);
            site = replaced(site, "/var/log/nginx/", server.directory().string() + "/");
            std::ofstream(root() / "script/site.conf") << site;
            std::ofstream(server.directory() / "restaurants.conf")
                << replaced(text_of(source / "deploy/restaurants/nginx.conf"), "listen 443 ", port);
            fs::create_directories(server.directory() / "sites-enabled");
            fs::copy(source / "deploy/nginx/snippets", server.directory() / "snippets",
                     fs::copy_options::recursive | fs::copy_options::overwrite_existing);
            return std::string(
                "include snippets/chuks-kitchen-http.conf;\n"
                "include restaurants.conf;\ninclude sites-enabled/*;");
        });
        fs::create_directory_symlink(nginx_->directory(), root() / "etc/nginx");
    }
    ~Machine() {
        for (const auto& entry : fs::directory_iterator(root() / "run"))
            if (entry.path().extension() == ".pid")
                ::kill(std::atoi(text_of(entry.path()).c_str()), SIGKILL);
    }

    /// The output; "exit N: …" when it fails.
    std::string kitchens(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), (root() / "script/kitchens").string());
        ChildProcess script(arguments,
                            {.input = input,
                             .environment = {{"KITCHENS_ROOT", root().string()},
                                             {"PATH", (root() / "bin").string() +
                                                          ":/usr/sbin:" + std::getenv("PATH")}}});
        const int code = script.wait();
        return code == 0 ? script.output()
                         : "exit " + std::to_string(code) + ": " + script.output();
    }
    HttpClient client(const std::string& host) const {
        return HttpClient(nginx_->port(0),
                          testkit::TlsOptions{root() / "etc/certificate.pem", host});
    }
    /// Whether nginx has two workers, as it is told to: none is left of a configuration before,
    /// which would take one more connection by what it knows.
    bool has_settled() const {
        const int pid = std::atoi(text_of(nginx_->directory() / "nginx.pid").c_str());
        const std::string of_master = "/proc/" + std::to_string(pid);
        std::istringstream children(
            text_of(of_master + "/task/" + std::to_string(pid) + "/children"));
        return std::distance(std::istream_iterator<std::string>(children), {}) == 2;
    }
    std::uint16_t port() const { return nginx_->port(0); }
    fs::path root() const { return folder_.path(); }
    fs::path data(const std::string& name) const { return root() / "var/lib/chuks-kitchen" / name; }
    std::string pid(const std::string& name) const {
        return text_of(root() / "run" / (name + ".pid"));
    }
    /// Kilobytes of memory that would be free without it: what it shares counts in parts.
    long memory(const std::string& name) const {
        std::smatch found;
        const std::string rollup = text_of("/proc/" + pid(name) + "/smaps_rollup");
        return std::regex_search(rollup, found, std::regex("\nPss: +([0-9]+) kB"))
                   ? std::stol(found[1])
                   : 0;
    }

private:
    const testkit::TemporaryDirectory folder_;
    std::optional<testkit::NginxServer> nginx_;
};

/// One restaurant that `make` has made.
class Tenant final : public testkit::AnyRestaurant {
public:
    Tenant(const Machine& machine, const std::string& name)
        : AnyRestaurant({.data = machine.data(name)}),
          machine_(machine),
          host_(name + ".kitchens.example") {
        const std::string made =
            machine.kitchens({"admin", name, admin_email, "08030000000"}, password);
        if (made.starts_with("exit")) throw std::runtime_error(made);
    }
    std::uint16_t port() const override { return machine_.port(); }
    HttpClient client() const override { return machine_.client(host_); }

private:
    const Machine& machine_;
    const std::string host_;
};

class Restaurants : public testing::Test {
protected:
    void make(const std::string& name, const std::string& from = {}) {
        std::vector<std::string> arguments = {"make", name, name + ".kitchens.example"};
        if (!from.empty()) arguments.push_back(from);
        const std::string said = machine.kitchens(arguments);
        ASSERT_EQ(said.find("exit"), std::string::npos) << said;
        // nginx takes the new configuration a moment later.
        ASSERT_TRUE(testkit::wait_until([&] {
            return menu_of(name) == 200 && machine.has_settled();
        })) << name;
    }
    std::vector<fs::path> copies_of(const std::string& name) const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(machine.data(name)))
            if (entry.path().filename().string().starts_with("before-upgrade-"))
                found.push_back(entry.path());
        return found;
    }
    /// 0: no certificate for that name.
    int menu_of(const std::string& name) const {
        try {
            return machine.client(name + ".kitchens.example").get("/foods/").status;
        } catch (const std::runtime_error&) {
            return 0;
        }
    }
    Machine machine;
};

TEST_F(Restaurants, AreMadePausedUpgradedExportedAndRemoved) {
    make("mama");
    make("papa");
    std::optional<Tenant> mama(std::in_place, machine, "mama");
    const std::int64_t dish = mama->food("Jollof", 250'000, 10);
    auto ada = mama->sign_up();
    ASSERT_EQ(ada.client.post("/cart/", Json::object({{"food_id", dish}})).status, 201);
    ASSERT_EQ(ada.client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status,
              201);
    const auto orders_of_ada = [&](const std::string& name) {
        HttpClient client = machine.client(name + ".kitchens.example");
        client.bearer(ada.token);
        const testkit::HttpResponse orders = client.get("/orders/");
        return orders.status == 200 ? orders.json["total_count"].as_integer() : -orders.status;
    };
    EXPECT_EQ(orders_of_ada("mama"), 1);
    EXPECT_EQ(orders_of_ada("papa"), -401) << "nothing of one is known to the other";
    EXPECT_EQ(machine.client("papa.kitchens.example").get("/foods/").json["total_count"], Json(0));
    EXPECT_TRUE(std::regex_search(
        machine.kitchens({"list"}),
        std::regex("mama https://mama.kitchens.example 127.0.0.1:8\\d+ active\n"
                   "papa https://papa.kitchens.example 127.0.0.1:8\\d+ active\n")))
        << machine.kitchens({"list"});

    EXPECT_EQ(machine.kitchens({"pause", "mama"}), "");
    EXPECT_EQ(menu_of("mama"), 502);
    EXPECT_EQ(menu_of("papa"), 200);
    EXPECT_NE(machine.kitchens({"list"}).find(" inactive\n"), std::string::npos);
    EXPECT_EQ(machine.kitchens({"resume", "mama"}), "");
    EXPECT_EQ(orders_of_ada("mama"), 1);

    const std::string before = machine.pid("mama");
    EXPECT_EQ(machine.kitchens({"upgrade"}), "mama is upgraded\npapa is upgraded\n");
    EXPECT_NE(machine.pid("mama"), before);
    EXPECT_EQ(copies_of("mama").size(), 1u);
    std::ofstream(machine.data("mama") /
                  "before-upgrade-20260101T000000Z.db");  // of one that failed
    EXPECT_EQ(machine.kitchens({"upgrade", "mama"}), "mama is upgraded\n");
    EXPECT_EQ(copies_of("mama").size(), 1u);
    EXPECT_GT(fs::file_size(copies_of("mama").front()), 0u);
    EXPECT_EQ(orders_of_ada("mama"), 1);

    const std::string file = (machine.root() / "mama.tar.gz").string();
    std::ofstream(file) << "yesterday's";
    EXPECT_EQ(machine.kitchens({"export", "mama", file}), "");
    EXPECT_EQ(fs::status(file).permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_NE(machine.kitchens({"remove", "mama"}).find("exit 1: kitchens: this removes all"),
              std::string::npos);
    EXPECT_EQ(orders_of_ada("mama"), 1);
    EXPECT_EQ(machine.kitchens({"remove", "mama", "--yes"}), "");
    EXPECT_FALSE(fs::exists(machine.data("mama")));
    EXPECT_TRUE(testkit::wait_until([&] { return menu_of("mama") == 0; }));
    EXPECT_EQ(menu_of("papa"), 200);

    make("mama-again", file);
    EXPECT_EQ(orders_of_ada("mama-again"), 1) << "who was signed in still is";
}

// An export may come from elsewhere.
TEST_F(Restaurants, AnExportThatLeadsElsewhereIsRefused) {
    make("mama");
    const fs::path evil = machine.root() / "evil";
    fs::create_directories(evil / "blobs");
    fs::create_symlink(machine.data("mama") / "keys", evil / "keys");
    fs::create_symlink(machine.data("mama") / "kitchen.db", evil / "kitchen.db");
    const std::string file = (machine.root() / "evil.tar.gz").string();
    testkit::ChildProcess tar(
        {"tar", "-czf", file, "-C", evil.string(), "kitchen.db", "keys", "blobs"});
    ASSERT_EQ(tar.wait(), 0) << tar.output();
    EXPECT_NE(machine.kitchens({"make", "evil", "evil.kitchens.example", file}).find("links in it"),
              std::string::npos);
    EXPECT_FALSE(fs::exists(machine.data("evil")));
    EXPECT_TRUE(fs::exists(machine.data("mama") / "kitchen.db"));
    make("evil");  // nothing of it is in the way
}

TEST_F(Restaurants, TwoThatAreMadeAtOnceGetPortsOfTheirOwn) {
    auto other = std::async(std::launch::async, [&] { make("papa"); });
    make("mama");
    other.get();
    EXPECT_EQ(menu_of("mama"), 200);
    EXPECT_EQ(menu_of("papa"), 200);
    const std::string list = machine.kitchens({"list"});
    std::smatch ports;
    ASSERT_TRUE(std::regex_search(list, ports,
                                  std::regex("127.0.0.1:(\\d+) active\n.*127.0.0.1:(\\d+) active")))
        << list;
    EXPECT_NE(ports[1], ports[2]);
}

TEST_F(Restaurants, WhatCannotBeIsRefusedAndChangesNothing) {
    make("mama");
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"make", "../mama", "x.kitchens.example"},
          {"make", "mama", "x.kitchens.example"},
          {"make", "x", "mama.kitchens.example"},
          {"make", "x", "x;y"},
          {"pause", "papa"},
          {"remove", "..", "--yes"},
          {"make", "x", "x.kitchens.example", "/nowhere.tar.gz"}})
        EXPECT_TRUE(machine.kitchens(wrong).starts_with("exit 1: kitchens: "))
            << wrong[1] << machine.kitchens(wrong);
    EXPECT_TRUE(testkit::wait_until([&] { return menu_of("mama") == 200; }));
    EXPECT_FALSE(fs::exists(machine.data("x")));
}

TEST_F(Restaurants, AnIdleOneCostsLittle) {
    for (const char* name : {"one", "two", "three"}) {
        make(name);
        std::cout << name << ": " << machine.memory(name) << " kB PSS\n";
    }
    EXPECT_GT(machine.memory("three"), 0);
}

}  // namespace
}  // namespace kitchen::tests
