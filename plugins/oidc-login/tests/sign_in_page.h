// A restaurant whose people sign in by providers, the providers, and the page and browser from
// which they do it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "json_web_key.h"
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::oidc_login {

using testkit::HttpClient;
using testkit::HttpResponse;

inline constexpr const char* site = "http://kitchen.test";
inline constexpr const char* page = "https://app.example/signed-in";

/// A script of Node that says on which port it listens.
class NodeServer {
public:
    NodeServer(const std::string& script, std::vector<std::string> arguments = {})
        : process_(command(script, std::move(arguments))) {
        if (!process_.wait_for("LISTENING ") || !process_.wait_for("\n"))
            throw std::runtime_error("no provider: " + process_.output());
        const std::string output = process_.output();
        port_ =
            static_cast<std::uint16_t>(std::stoi(output.substr(output.find("LISTENING ") + 10)));
    }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    void kill() {
        process_.signal(SIGKILL);
        process_.wait();
    }

private:
    static std::vector<std::string> command(const std::string& script,
                                            std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"node", testkit::source_dir() + "/plugins/oidc-login/tests/" + script});
        return arguments;
    }
    testkit::ChildProcess process_;
    std::uint16_t port_ = 0;
};

/// Where a browser has come to: a page that is not followed further has no response.
struct Arrival {
    std::string url;
    HttpResponse response;

    /// The value of a parameter in the URL; "" when there is none.
    std::string parameter(const std::string& name) const {
        const std::size_t at = std::min(url.find('?' + name + '='), url.find('&' + name + '='));
        if (at == std::string::npos) return {};
        const std::size_t begin = at + name.size() + 2;
        return url.substr(begin, url.find('&', begin) - begin);
    }
};

/// A browser of one person, and what the page keeps in it.
class Browser {
public:
    explicit Browser(const testkit::AnyRestaurant& restaurant)
        : port_(restaurant.port()), kitchen_(restaurant.client()) {}

    HttpClient& kitchen() { return kitchen_; }
    const std::string& verifier() const { return verifier_; }

    std::string start_path(const std::string& provider) const {
        return "/oidc/" + provider + "/start/?code_challenge=" + sha256_base64url(verifier_);
    }
    /// Begins, and goes where the responses lead.
    Arrival start(const std::string& provider) { return go(site + start_path(provider)); }
    /// Begins, and stops before the provider's page.
    std::string begin(const std::string& provider) {
        return kitchen_.get(start_path(provider)).header("location");
    }
    Arrival go(std::string url, const std::string& form = {}) {
        for (int steps = 0; steps < 20; ++steps) {
            if (url.starts_with(page)) return {url, {}};
            auto [client, path] = server_of(url);
            HttpResponse response =
                form.empty() || steps > 0
                    ? client->get(path)
                    : client->send("POST", path, form,
                                   {{"Content-Type", "application/x-www-form-urlencoded"}});
            if (response.status / 100 != 3) return {url, std::move(response)};
            const std::string location = response.header("location");
            url = location.starts_with('/') ? url.substr(0, url.find('/', 8)) + location : location;
        }
        throw std::runtime_error("redirects without end: " + url);
    }
    /// What the page does with the code that it was returned to with.
    HttpResponse trade(const std::string& code) {
        return kitchen_.post("/oidc/login/",
                             Json::object({{"code", code}, {"code_verifier", verifier_}}));
    }
    HttpResponse add(const std::string& code, const std::string& password) {
        return kitchen_.post(
            "/me/sign-ins/",
            Json::object({{"code", code}, {"code_verifier", verifier_}, {"password", password}}));
    }

private:
    std::pair<HttpClient*, std::string> server_of(const std::string& url) {
        const std::size_t path = url.find('/', 8);
        const std::string host = url.substr(7, path - 7);
        if (host == "kitchen.test") return {&kitchen_, url.substr(path)};
        const auto port = static_cast<std::uint16_t>(std::stoi(host.substr(host.find(':') + 1)));
        return {&others_.try_emplace(port, port).first->second, url.substr(path)};
    }

    const std::uint16_t port_;
    HttpClient kitchen_;
    std::map<std::uint16_t, HttpClient> others_;
    const std::string verifier_ = "a-secret-that-only-the-page-of-this-test-has-" +
                                  std::to_string(reinterpret_cast<std::uintptr_t>(this));
};

/// `providers`: "north: {issuer: …}"; `more`: further keys.
inline testkit::RestaurantConfig with_providers(testkit::RestaurantConfig config,
                                                const std::string& providers,
                                                const std::string& more = {},
                                                const std::string& timeout = "20s") {
    config.menu = false;
    config.server = std::string("public_url: ") + site;
    config.plugins = {
        std::string("{id: oidc-login, config: {return_to: ['") + page +
        "'], cookie_secure: false, allow_networks: [127.0.0.0/8], timeout: " + timeout +
        ", connect_timeout: " + timeout + ", providers: {" + providers + '}' + more + "}}"};
    return config;
}

}  // namespace kitchen::oidc_login
