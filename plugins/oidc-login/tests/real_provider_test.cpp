// Whole sign-ins by two servers of the npm package oidc-provider at once, which differ in all that
// a provider may choose: the algorithm, how a client proves itself, and where the email is.
#include "sign_in_page.h"

#include <regex>

namespace kitchen::oidc_login {
namespace {

using testing::StartsWith;
using testkit::Restaurant;

NodeServer oidc_provider(const std::string& name, const std::string& algorithm,
                         const std::string& client_auth, const std::string& email_in) {
    return NodeServer("npm/provider.mjs", {site + ("/oidc/" + name + "/callback/"), algorithm,
                                           client_auth, "email-in=" + email_in});
}

class RealProviders : public testing::TestWithParam<testkit::RestaurantConfig (*)()> {
protected:
    RealProviders() {
        const auto settings = [](const std::string& name, const NodeServer& server) {
            return name + ": {label: 'The " + name + "', issuer: '" + server.url() +
                   "', client_id: kitchen, client_secret: 'a secret: with / signs+'}";
        };
        restaurant = std::make_unique<Restaurant>(with_providers(
            GetParam()(), settings("north", north) + ", " + settings("south", south)));
    }

    /// Signs in at the provider as that person, and agrees, by the forms of its own pages.
    static Arrival sign_in_at_provider(Browser& browser, Arrival at, const std::string& person) {
        static const std::regex action("action=\"([^\"]+)\""),
            prompt("name=\"prompt\" value=\"([^\"]+)\"");
        for (int pages = 0; !at.url.starts_with(page) && pages < 4; ++pages) {
            std::smatch form, which;
            if (!std::regex_search(at.response.body, form, action) ||
                !std::regex_search(at.response.body, which, prompt))
                break;
            at = browser.go(
                form[1].str(),
                "prompt=" + which[1].str() +
                    (which[1] == "login" ? "&login=" + person + "&password=any" : std::string()));
        }
        EXPECT_THAT(at.url, StartsWith(page)) << at.response.status << at.response.body;
        return at;
    }
    static Arrival arrive(Browser& browser, const std::string& provider,
                          const std::string& person) {
        return sign_in_at_provider(browser, browser.start(provider), person);
    }
    /// The code of a whole visit.
    static std::string code(Browser& browser, const std::string& provider,
                            const std::string& person) {
        return arrive(browser, provider, person).parameter("code");
    }
    /// Who that is, by a browser of their own.
    HttpResponse enter(const std::string& provider, const std::string& person) {
        Browser browser(*restaurant);
        return browser.trade(code(browser, provider, person));
    }
    HttpClient with_tokens(const HttpResponse& signed_in) {
        EXPECT_EQ(signed_in.status, 200) << signed_in.body;
        HttpClient client = restaurant->client();
        client.bearer(signed_in.json["access_token"].as_string());
        return client;
    }

    NodeServer north = oidc_provider("north", "RS256", "client_secret_basic", "userinfo"),
               south = oidc_provider("south", "ES256", "client_secret_post", "id_token");
    std::unique_ptr<Restaurant> restaurant;
};

TEST_P(RealProviders, MakeAnAccountAndSignInToIt) {
    const HttpResponse list = restaurant->client().get("/oidc/");
    EXPECT_EQ(list.json["providers"].as_array().at(1),
              Json::object({{"id", "south"}, {"label", "The south"}}));
    for (const std::string provider : {"north", "south"}) {
        const std::string person = "ada-of-" + provider;
        const HttpResponse tokens = enter(provider, person);
        EXPECT_EQ(tokens.json["token_type"], Json("Bearer"));
        HttpClient ada = with_tokens(tokens);
        const HttpResponse me = ada.get("/me/");
        EXPECT_EQ(me.json["email"], Json(person + "@mail.example"));
        EXPECT_EQ(me.json["phone_number"], Json());
        EXPECT_EQ(me.json["role"], Json("customer"));
        EXPECT_EQ(with_tokens(enter(provider, person)).get("/me/").json["id"], me.json["id"]);
        EXPECT_EQ(ada.post("/token/refresh/",
                           Json::object({{"refresh_token", tokens.json["refresh_token"]}}))
                      .status,
                  200);
    }
    EXPECT_EQ(restaurant->broken_data(), "[]");
}

TEST_P(RealProviders, OpenOneAccountByOneVerifiedAddress) {
    const auto ada = restaurant->sign_up("Ada@mail.example", "0803 123 4567");
    EXPECT_EQ(with_tokens(enter("north", "ada")).get("/me/").json["id"], Json(ada.id));
    EXPECT_EQ(with_tokens(enter("south", "ada")).get("/me/").json["id"], Json(ada.id));
    const HttpResponse eve = enter("north", "new-eve");
    EXPECT_EQ(eve.problem_code(), "oidc_email_unverified");
}

TEST_P(RealProviders, AreAddedAndTakenAwayByWhoHasSignedIn) {
    auto bola = restaurant->sign_up("bola@home.example", "0803 123 4567");
    Browser browser(*restaurant);
    browser.kitchen().bearer(bola.token);
    // An address that the provider has not verified is no matter: she has shown who she is twice.
    const std::string once = code(browser, "north", "new-bola");
    for (const char* wrong : {"", "not-hers-at-all"})  // who has the token need not be Bola
        EXPECT_EQ(browser.add(once, wrong).problem_code(), "validation_failed");
    const HttpResponse added = browser.add(once, Restaurant::password);
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(added.json["provider"], Json("north"));
    EXPECT_EQ(added.json["email"], Json("new-bola@mail.example"));
    EXPECT_EQ(with_tokens(enter("north", "new-bola")).get("/me/").json["id"], Json(bola.id));

    auto chidi = restaurant->sign_up("chidi@home.example", "0803 123 4568");
    Browser other(*restaurant);
    other.kitchen().bearer(chidi.token);
    EXPECT_EQ(other.add(code(other, "north", "new-bola"), Restaurant::password).problem_code(),
              "oidc_linked_elsewhere");
    EXPECT_EQ(chidi.client.get("/me/sign-ins/").json["total_count"], Json(0));

    const std::string path = "/me/sign-ins/" + std::to_string(added.json["id"].as_integer()) + "/";
    EXPECT_EQ(chidi.client.del(path).problem_code(), "sign_in_not_found");
    EXPECT_EQ(bola.client.get("/me/sign-ins/").json["total_count"], Json(1));
    EXPECT_EQ(bola.client.del(path).status, 204) << "she has a password";
    EXPECT_EQ(bola.client.del(path).problem_code(), "sign_in_not_found");
    EXPECT_EQ(enter("north", "new-bola").problem_code(), "oidc_email_unverified");
}

TEST_P(RealProviders, LeaveOneWayIn) {
    HttpClient dayo = with_tokens(enter("north", "dayo"));
    EXPECT_EQ(with_tokens(enter("south", "dayo")).get("/me/").json["id"],
              dayo.get("/me/").json["id"]);
    const HttpResponse both = dayo.get("/me/sign-ins/");
    ASSERT_EQ(both.json["total_count"], Json(2)) << both.body;
    const auto path = [&](std::size_t index) {
        return "/me/sign-ins/" +
               std::to_string(both.json["result"].as_array().at(index)["id"].as_integer()) + "/";
    };
    EXPECT_EQ(dayo.del(path(0)).status, 204);
    EXPECT_EQ(dayo.del(path(1)).problem_code(), "last_sign_in");
    EXPECT_EQ(dayo.get("/me/sign-ins/").json["total_count"], Json(1)) << "nothing was taken away";

    EXPECT_EQ(dayo.post("/password/forgot/", Json::object({{"email", "dayo@mail.example"}})).status,
              202);
    const std::string code = restaurant->code_mailed_to("dayo@mail.example");
    EXPECT_EQ(dayo.post("/password/reset/", Json::object({{"email", "dayo@mail.example"},
                                                          {"otp", code},
                                                          {"password", "plantain-and-beans"}}))
                  .status,
              204);
    HttpClient by_password = restaurant->client();
    by_password.basic("dayo@mail.example", "plantain-and-beans");
    EXPECT_EQ(by_password.del(path(1)).status, 204);
}

TEST_P(RealProviders, SayWhenSomebodyCancels) {
    Browser browser(*restaurant);
    const Arrival at = browser.start("north");
    std::smatch cancel;
    ASSERT_TRUE(std::regex_search(at.response.body, cancel, std::regex("href=\"([^\"]+/abort)\"")))
        << at.response.body;
    EXPECT_EQ(browser.go(cancel[1].str()).parameter("error"), "oidc_cancelled");
}

testkit::RestaurantConfig in_memory() { return {}; }

INSTANTIATE_TEST_SUITE_P(OnEachStore, RealProviders,
                         testing::Values(&in_memory, static_cast<testkit::RestaurantConfig (*)()>(
                                                         &testkit::on_postgres)));

}  // namespace
}  // namespace kitchen::oidc_login
