// Sign-ins by a provider that forges one thing at a time: each is refused by its own name, and
// leaves nothing behind.
#include "sign_in_page.h"

#include <ctime>
#include <mutex>
#include <thread>

namespace kitchen::oidc_login {
namespace {

using testing::StartsWith;
using testkit::Restaurant;

/// forging_provider.mjs.
class ForgingProvider : public NodeServer {
public:
    ForgingProvider() : NodeServer("forging_provider.mjs") {}
    std::string settings(const std::string& name) const {
        return name + ": {issuer: '" + url() + "', client_id: kitchen, client_secret: s3cret}";
    }
    void forge(const std::string& what) {
        HttpClient(port()).put("/_control", Json::object({{"forge", parse_json(what).value()}}));
    }
    std::int64_t hits(const std::string& path) {
        const Json count = HttpClient(port()).get("/_control").json[path];
        return count.is_null() ? 0 : count.as_integer();
    }
};

class ForgedSignIns : public testing::Test {
protected:
    void open(const std::string& more = {}, testkit::RestaurantConfig config = {},
              const std::string& timeout = "20s") {
        restaurant = std::make_unique<Restaurant>(with_providers(
            std::move(config), provider.settings("east") + ", " + other.settings("west"), more,
            timeout));
    }
    std::int64_t users() {
        return restaurant->admin().get("/users/").json["total_count"].as_integer();
    }
    /// The error that the page is returned to with; "" when it is a code.
    std::string outcome(const std::string& name = "east") {
        Browser browser(*restaurant);
        const Arrival arrival = browser.start(name);
        EXPECT_THAT(arrival.url, StartsWith(page)) << arrival.response.body;
        const std::string code = arrival.parameter("code");
        return code.empty() ? arrival.parameter("error") : browser.trade(code).problem_code();
    }

    ForgingProvider provider, other;
    std::unique_ptr<Restaurant> restaurant;
};

struct Forgery {
    const char* what;
    std::string json;
    const char* error;
};

std::vector<Forgery> forgeries() {
    const auto now = [](int seconds) { return std::to_string(std::time(nullptr) + seconds); };
    return {
        {"another issuer", R"({"claims": {"iss": "https://evil.example"}})", "oidc_wrong_issuer"},
        {"no issuer", R"({"claims": {"iss": null}})", "oidc_wrong_issuer"},
        {"for another client", R"({"claims": {"aud": "somebody"}})", "oidc_wrong_audience"},
        {"for other clients", R"({"claims": {"aud": ["a", "b"]}})", "oidc_wrong_audience"},
        {"for nobody", R"({"claims": {"aud": null}})", "oidc_wrong_audience"},
        {"for us among others", R"({"claims": {"aud": ["kitchen", "b"]}})", "oidc_wrong_party"},
        {"made for another", R"({"claims": {"azp": "somebody"}})", "oidc_wrong_party"},
        {"for us, made for another", R"({"claims": {"aud": ["kitchen", "b"], "azp": "b"}})",
         "oidc_wrong_party"},
        {"another nonce", R"({"claims": {"nonce": "of-another-sign-in"}})", "oidc_wrong_nonce"},
        {"no nonce", R"({"claims": {"nonce": null}})", "oidc_wrong_nonce"},
        {"expired", R"({"claims": {"exp": )" + now(-120) + "}}", "oidc_expired"},
        {"without end", R"({"claims": {"exp": null}})", "oidc_expired"},
        {"an end that is no number", R"({"claims": {"exp": "9999999999"}})", "oidc_expired"},
        {"from the future", R"({"claims": {"iat": )" + now(600) + "}}", "oidc_wrong_time"},
        {"not yet good", R"({"claims": {"nbf": )" + now(600) + "}}", "oidc_wrong_time"},
        {"made at no time", R"({"claims": {"iat": null}})", "oidc_wrong_time"},
        {"another access token", R"({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}})",
         "oidc_wrong_hash"},
        {"about nobody", R"({"claims": {"sub": null}})", "oidc_no_subject"},
        {"about an empty name", R"({"claims": {"sub": ""}})", "oidc_no_subject"},
        {"about a number", R"({"claims": {"sub": 7}})", "oidc_no_subject"},
        {"not signed", R"({"sign": "none", "header": {"alg": "none"}})", "oidc_wrong_algorithm"},
        {"not signed, said to be", R"({"sign": "none"})", "oidc_wrong_signature"},
        {"HMAC with the public key", R"({"sign": "public-key", "header": {"alg": "HS256"}})",
         "oidc_wrong_algorithm"},
        {"HMAC said to be RSA", R"({"sign": "public-key"})", "oidc_wrong_signature"},
        {"RSA said to be ECDSA", R"({"header": {"alg": "ES256"}})", "oidc_unknown_key"},
        {"a stranger's key", R"({"sign": "stranger"})", "oidc_wrong_signature"},
        {"keys swapped", R"({"sign": "other"})", "oidc_wrong_signature"},
        {"a key nobody published", R"({"sign": "stranger", "header": {"kid": "key-9"}})",
         "oidc_unknown_key"},
        {"no kid, and two keys", R"({"header": {"kid": null}})", "oidc_unknown_key"},
        {"changed after it was signed", R"({"sign": "altered"})", "oidc_wrong_signature"},
        {"a header we must understand", R"({"header": {"crit": ["exp"]}})", "oidc_token_malformed"},
        {"no token", R"({"token": {"id_token": null}})", "oidc_no_id_token"},
        {"a token that is none", R"({"token": {"id_token": "a.b.c"}})", "oidc_token_malformed"},
        {"no access token", R"({"token": {"access_token": null}})", "oidc_provider_unreadable"},
        {"a head within the access token", R"({"token": {"access_token": "a\r\nHost: b"}})",
         "oidc_provider_unreadable"},
        {"tokens elsewhere", R"({"token": {"http": {"status": 307, "location": "/elsewhere"}}})",
         "oidc_provider_failed"},
        {"tokens broken", R"({"token": {"http": {"status": 500}}})", "oidc_provider_failed"},
        {"tokens that are no JSON", R"({"token": {"http": {"text": "<html>"}}})",
         "oidc_provider_unreadable"},
        {"no response", R"({"token": {"http": {"drop": true}}})", "oidc_provider_unreachable"},
        {"a response from another provider", R"({"callback": {"iss": "https://evil.example"}})",
         "oidc_wrong_issuer"},
        {"a response from it does not say", R"({"callback": {"iss": null}})", "oidc_wrong_issuer"},
        {"a code of nobody", R"({"callback": {"code": "made-up"}})", "oidc_code_refused"},
        {"no code", R"({"callback": {"code": null}})", "oidc_no_code"},
        {"cancelled", R"({"callback": {"code": null, "error": "access_denied"}})",
         "oidc_cancelled"},
        {"refused", R"({"callback": {"code": null, "error": "server_error"}})", "oidc_refused"},
        {"userinfo of another", R"({"claims": {"email": null}, "userinfo": {"sub": "person-2"}})",
         "oidc_other_subject"},
        {"userinfo of nobody", R"({"claims": {"email": null}, "userinfo": {"sub": null}})",
         "oidc_other_subject"},
        {"userinfo elsewhere",
         R"({"claims": {"email": null}, "userinfo": {"http": {"status": 302, "location": "/"}}})",
         "oidc_provider_failed"},
        {"an address not verified", R"({"claims": {"email_verified": false}})",
         "oidc_email_unverified"},
        {"an address, verified perhaps", R"({"claims": {"email_verified": null}})",
         "oidc_email_unverified"},
        {"an address, verified by a number", R"({"claims": {"email_verified": 1}})",
         "oidc_email_unverified"},
        {"no address that is one", R"({"claims": {"email": "ada"}})", "email_invalid"},
        {"an address of staff", R"({"claims": {"email": "chef@kitchen.example"}})",
         "oidc_account_of_staff"},
    };
}

TEST_F(ForgedSignIns, AreRefusedByNameAndLeaveNothing) {
    open();
    const std::int64_t before = users();
    for (const Forgery& forgery : forgeries()) {
        provider.forge(forgery.json);
        EXPECT_EQ(outcome(), forgery.error) << forgery.what;
        EXPECT_EQ(users(), before) << forgery.what;
    }
    EXPECT_EQ(provider.hits("/elsewhere"), 0) << "no redirect is followed";
    provider.forge("{}");
    EXPECT_EQ(outcome(), "") << "and what is right is let in";
    EXPECT_EQ(users(), before + 1);
}

/// One at a time: each needs a server that has read nothing yet.
TEST_F(ForgedSignIns, MetadataAndKeysAreJudgedToo) {
    const std::string huge = R"({"jwks": {"pad": ")" + std::string(100'000, 'x') + R"("}})";
    for (const Forgery& forgery : std::vector<Forgery>{
             {"another issuer", R"({"discovery": {"issuer": "https://evil.example"}})",
              "oidc_wrong_issuer"},
             {"no issuer", R"({"discovery": {"issuer": null}})", "oidc_wrong_issuer"},
             {"no token endpoint", R"({"discovery": {"token_endpoint": null}})",
              "oidc_provider_unreadable"},
             {"a file", R"({"discovery": {"jwks_uri": "file:///etc/passwd"}})",
              "oidc_provider_unreadable"},
             {"a private address", R"({"discovery": {"jwks_uri": "https://10.1.2.3/keys"}})",
              "oidc_provider_private_address"},
             {"a local name", R"({"discovery": {"jwks_uri": "https://[::1]/keys"}})",
              "oidc_provider_private_address"},
             {"metadata elsewhere",
              R"({"discovery": {"http": {"status": 302, "location": "/elsewhere"}}})",
              "oidc_provider_failed"},
             {"a list", R"({"discovery": {"http": {"text": "[]"}}})", "oidc_provider_unreadable"},
             {"huge keys", huge, "oidc_provider_unreadable"},
             {"no keys", R"({"jwks": {"http": {"status": 404}}})", "oidc_provider_failed"},
             {"an empty set", R"({"jwks": {"keys": []}})", "oidc_unknown_key"},
             {"keys for encryption", R"({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}})",
              "oidc_unknown_key"},
         }) {
        open();
        provider.forge(forgery.json);
        EXPECT_EQ(outcome(), forgery.error) << forgery.what;
        EXPECT_EQ(users(), 1) << forgery.what;
        EXPECT_EQ(outcome("west"), "") << "another provider is as before";
    }
    EXPECT_EQ(provider.hits("/elsewhere"), 0);
}

TEST_F(ForgedSignIns, AreGoodOnceAndInTheirBrowserAlone) {
    open();
    Browser ada(*restaurant), eve(*restaurant);
    const std::string callback = [&] {
        HttpClient at(provider.port());
        const std::string url = ada.begin("east");
        return at.get(url.substr(provider.url().size())).header("location");
    }();
    ASSERT_THAT(callback, StartsWith(std::string(site) + "/oidc/east/callback/?"));
    const auto come_back = [&](Browser& browser, const std::string& url) {
        return browser.kitchen().get(url.substr(std::string(site).size()));
    };

    // Somebody else's browser brings it, one without cookies and one with its own.
    EXPECT_EQ(come_back(eve, callback).problem_code(), "oidc_other_browser");
    eve.begin("east");
    EXPECT_EQ(come_back(eve, callback).problem_code(), "oidc_other_browser");
    const Arrival arrival = ada.go(callback);
    ASSERT_NE(arrival.parameter("code"), "") << arrival.url;
    EXPECT_EQ(come_back(ada, callback).problem_code(), "oidc_flow_not_found") << "state, again";
    EXPECT_EQ(
        come_back(ada, std::string(site) + "/oidc/east/callback/?code=a&state=b").problem_code(),
        "oidc_flow_not_found");
    EXPECT_EQ(come_back(ada, std::string(site) + "/oidc/east/callback/").problem_code(),
              "oidc_flow_not_found");

    // Another page has the code, from a log say, but not what the page has kept.
    EXPECT_EQ(eve.trade(arrival.parameter("code")).problem_code(), "oidc_wrong_verifier");
    EXPECT_EQ(ada.trade(arrival.parameter("code")).problem_code(), "oidc_code_not_found")
        << "it has been tried";
    const Arrival again = ada.start("east");
    EXPECT_EQ(ada.trade(again.parameter("code")).status, 200);
    EXPECT_EQ(ada.trade(again.parameter("code")).problem_code(), "oidc_code_not_found");
    EXPECT_EQ(users(), 2);
}

TEST_F(ForgedSignIns, AProviderCannotAnswerForAnother) {
    open();
    Browser ada(*restaurant);
    // The flow is one of west; east, which she trusts less, has made her browser come to it, and
    // sends her code of west on to its own redirect URI.
    HttpClient at_west(other.port());
    const std::string location =
        at_west.get(ada.begin("west").substr(other.url().size())).header("location");
    const std::size_t west = location.find("/west/");
    ASSERT_NE(west, std::string::npos);
    std::string mixed = location;
    mixed.replace(west, 6, "/east/");
    const Arrival arrival = ada.go(mixed);
    EXPECT_EQ(arrival.parameter("error"), "oidc_wrong_provider");
    EXPECT_EQ(other.hits("/token") + provider.hits("/token"), 0) << "the code went to neither";
    EXPECT_EQ(users(), 1);

    EXPECT_EQ(ada.kitchen()
                  .get("/oidc/north/start/?code_challenge=" + std::string(43, 'a'))
                  .problem_code(),
              "oidc_provider_not_found");
    EXPECT_EQ(ada.kitchen().get(ada.start_path("east") + "&return_to=https://evil.example/").status,
              422);
    EXPECT_EQ(ada.kitchen().get("/oidc/east/start/").status, 422) << "a page without PKCE";
}

TEST_F(ForgedSignIns, NewKeysAreFoundByTheFirstTokenThatNeedsThem) {
    open();
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(provider.hits("/jwks"), 1);
    provider.forge(R"({"rotate": true})");
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(provider.hits("/jwks"), 2);
    provider.forge(R"({"sign": "stranger", "header": {"kid": "key-9"}})");
    EXPECT_EQ(outcome(), "oidc_unknown_key");
    EXPECT_EQ(provider.hits("/jwks"), 3) << "once for a token";
    EXPECT_EQ(users(), 2) << "the same person all along";
}

TEST_F(ForgedSignIns, KeysOutliveTheirProviderForAWhile) {
    testkit::RestaurantConfig config;
    config.kernel.manual_clock = true;
    open(", keys: {refresh: 10m, max_age: 1h}", std::move(config));
    auto& clock = restaurant->kernel().clock();
    EXPECT_EQ(outcome(), "oidc_wrong_time") << "our clock stands in the past";
    const auto behind = std::chrono::system_clock::now() - clock.now();
    clock.advance(std::chrono::ceil<std::chrono::milliseconds>(behind));
    EXPECT_EQ(outcome(), "");
    const std::string away = R"({"discovery": {"http": {"status": 503}},
                                 "jwks": {"http": {"drop": true}}})";
    provider.forge(away);
    clock.advance(std::chrono::minutes(11));
    const std::int64_t read = provider.hits("/.well-known/openid-configuration");
    const auto token_of_now = [&](const std::string& more) {
        const std::string now = std::to_string(to_millis(clock.now()) / 1000);
        return R"({"claims": {"iat": )" + now + R"(, "exp": )" + now + "}" + more;
    };
    provider.forge(token_of_now("," + away.substr(1)));
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(provider.hits("/.well-known/openid-configuration"), read + 1) << "it is left alone";
    clock.advance(std::chrono::minutes(50));
    provider.forge(token_of_now("," + away.substr(1)));
    EXPECT_EQ(outcome(), "oidc_provider_failed") << "keys of an hour ago";
    EXPECT_EQ(outcome("west"), "oidc_expired") << "another provider is read";
    clock.advance(std::chrono::seconds(6));
    provider.forge(token_of_now("}"));
    EXPECT_EQ(outcome(), "");
}

TEST_F(ForgedSignIns, ASlowProviderHoldsUpNobodyElse) {
    open({}, {}, "3s");
    EXPECT_EQ(outcome(), "");
    provider.forge(R"({"token": {"http": {"hang": true}}})");
    std::vector<std::thread> waiting;
    std::mutex mutex;
    std::map<std::string, int> outcomes;
    for (int i = 0; i < 20; ++i)
        waiting.emplace_back([&] {
            const std::string error = outcome();
            const std::lock_guard lock(mutex);
            ++outcomes[error];
        });
    EXPECT_EQ(outcome("west"), "") << "meanwhile";
    for (std::thread& thread : waiting) thread.join();
    EXPECT_GE(outcomes["oidc_provider_timeout"], 8);
    EXPECT_EQ(outcomes["oidc_provider_timeout"] + outcomes["oidc_provider_busy"], 20);
    provider.forge(R"({"release": true})");
    EXPECT_EQ(outcome(), "");
    provider.kill();
    open();
    EXPECT_EQ(outcome(), "oidc_provider_unreachable");
    EXPECT_EQ(outcome("west"), "");
}

}  // namespace
}  // namespace kitchen::oidc_login
