// A restaurant that signs people in to other applications, and what those and a browser do.
#pragma once

#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base64url.h"
#include "json_web_token.h"
#include "kitchen/bytes.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::oidc_provider {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

using Values = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(const Values& values) {
    std::string text;
    for (const auto& [name, value] : values) {
        text += (text.empty() ? "" : "&") + name + '=';
        for (const char c : value) {
            text += '%';
            append_hex(text, static_cast<unsigned char>(c));
        }
    }
    return text;
}

/// With the values of `more` in the place of those of the same names; "" leaves one out.
inline Values with(Values values, const Values& more) {
    for (const auto& [name, value] : more) {
        std::erase_if(values, [&, &key = name](const auto& old) { return old.first == key; });
        if (!value.empty()) values.emplace_back(name, value);
    }
    return values;
}

inline HttpResponse post_fields(HttpClient& client, const std::string& path, const Values& values,
                                testkit::HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return client.send("POST", path, encoded(values), headers);
}

/// A parameter of the URL in Location; "" when there is none.
inline std::string parameter(const HttpResponse& response, const std::string& name) {
    const std::string location = response.header("location");
    std::smatch found;
    if (!std::regex_search(location, found, std::regex("[?&]" + name + "=([^&]*)"))) return "";
    const std::string text = found[1];
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        value += text[i] == '%' ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16))
                                : text[i];
        if (text[i] == '%') i += 2;
    }
    return value;
}

/// A hidden field of a page.
inline std::string ticket_in(const HttpResponse& page) {
    std::smatch found;
    return std::regex_search(page.body, found, std::regex("name=\"ticket\" value=\"([^\"]*)\""))
               ? found[1].str()
               : "";
}
inline bool is_sign_in_page(const HttpResponse& response) {
    return response.body.find("name=\"password\"") != std::string::npos;
}
inline bool is_consent_page(const HttpResponse& response) {
    return response.body.find("value=\"allow\"") != std::string::npos;
}

constexpr const char* callback = "https://app.example/callback";
constexpr const char* secret = "a secret of 32 characters or more";
constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636
constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

class ProviderTest : public testing::Test {
protected:
    static RestaurantConfig config() {
        RestaurantConfig config;
        config.kernel.manual_clock = true;
        config.menu = false;
        config.plugins = {
            "{id: oidc-provider, config: {clients: {"
            "app: {name: 'The App', secret: '" +
            std::string(secret) +
            "', redirect_uris: ['https://app.example/callback'], post_logout_redirect_uris: "
            "['https://app.example/'], scopes: [openid, profile, email, phone, address, "
            "'auth:read']}, "
            "curves: {name: Curves, secret: '" +
            secret +
            "', redirect_uris: ['https://app.example/callback'], id_token_algorithm: ES256, "
            "asks_consent: false}, "
            "phone: {name: Phone, redirect_uris: ['com.example.app:/callback'], asks_consent: "
            "false, scopes: [openid, auth]}, "
            "till: {name: Till, secret: '" +
            secret + "', account_id: 1, scopes: [admin]}}}}"};
        return config;
    }

    Values request() const {
        return {{"client_id", "app"}, {"redirect_uri", callback},    {"response_type", "code"},
                {"scope", "openid"},  {"state", "the state & more"}, {"nonce", "n-0S6_WzA2Mj"}};
    }
    HttpResponse authorize(const Values& more = {}) {
        return browser.get("/oauth/authorize?" + encoded(with(request(), more)));
    }
    HttpResponse sign_in(const HttpResponse& page, const std::string& password = "") {
        return post_fields(browser, "/oauth/sign-in",
                           {{"ticket", ticket_in(page)},
                            {"user", customer.email},
                            {"password", password.empty() ? Restaurant::password : password}});
    }
    HttpResponse allow(const HttpResponse& page) {
        return post_fields(browser, "/oauth/consent",
                           {{"ticket", ticket_in(page)}, {"decision", "allow"}});
    }
    /// Through whichever pages come, to the response that goes back to the client.
    HttpResponse go_through(HttpResponse response) {
        if (is_sign_in_page(response)) response = sign_in(response);
        if (is_consent_page(response)) response = allow(response);
        return response;
    }
    HttpResponse exchange(const std::string& code, const Values& more = {}) {
        HttpClient client = restaurant.client();
        return post_fields(client, "/oauth/token",
                           with({{"grant_type", "authorization_code"},
                                 {"code", code},
                                 {"redirect_uri", callback},
                                 {"client_id", "app"},
                                 {"client_secret", secret}},
                                more));
    }
    /// The tokens of a whole sign-in.
    Json tokens(const Values& more = {}) {
        const HttpResponse back = go_through(authorize(more));
        const HttpResponse response = exchange(parameter(back, "code"));
        EXPECT_EQ(response.status, 200) << back.header("location") << back.body << response.body;
        return response.json;
    }
    HttpResponse user_info(const std::string& token) {
        return restaurant.client().bearer(token).get("/oauth/userinfo");
    }
    Json verified(const std::string& token) {
        const auto keys = keys_of(restaurant.client().get("/oauth/jwks").json);
        constexpr JwtAlgorithm both[] = {JwtAlgorithm::rs256, JwtAlgorithm::es256};
        const auto claims = verify_jwt(token, keys, both);
        EXPECT_TRUE(std::holds_alternative<Json>(claims)) << token;
        return std::holds_alternative<Json>(claims) ? std::get<Json>(claims) : Json();
    }
    std::string issuer() const { return "http://127.0.0.1:" + std::to_string(restaurant.port()); }

    Restaurant restaurant{config()};
    const Restaurant::Customer customer = restaurant.sign_up();
    HttpClient browser = restaurant.client();
};

}  // namespace kitchen::oidc_provider
