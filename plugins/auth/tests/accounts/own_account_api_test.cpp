// Another email address for an account, over a real socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::auth {
namespace {

using testing::HasSubstr;
using testing::Not;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

constexpr const char* new_email = "Ada.New@mail.example";

RestaurantConfig accounts_only() {
    RestaurantConfig config;
    config.menu = false;
    return config;
}

class EmailChangeApi : public testing::Test {
protected:
    HttpResponse begin(const std::string& email,
                       const std::string& password = Restaurant::password) {
        return ada.client.post("/me/email/",
                               Json::object({{"email", email}, {"password", password}}));
    }
    HttpResponse verify(const std::string& code) {
        return ada.client.post("/me/email/verify/", Json::object({{"otp", code}}));
    }
    static std::string other_than(std::string code) {
        code.back() = code.back() == '0' ? '1' : '0';
        return code;
    }
    HttpResponse me_by(const std::string& user) {
        HttpClient client(restaurant.port());
        client.basic(user, Restaurant::password);
        return client.get("/me/");
    }

    Restaurant restaurant{accounts_only()};
    Restaurant::Customer ada = restaurant.sign_up();
};

TEST_F(EmailChangeApi, ACodeToTheNewAddressAndANoticeToTheOld) {
    auto elsewhere = expect_status(
        restaurant.client().post(
            "/login/", Json::object({{"email", ada.email}, {"password", Restaurant::password}})),
        200, "login");
    const HttpResponse sent = expect_status(begin(new_email), 200, "begin");
    EXPECT_EQ(sent.json["expires_in"], Json(600));
    const std::string code = restaurant.code_mailed_to(new_email);
    EXPECT_EQ(me_by(new_email).status, 401) << "nothing is changed before the code";
    const HttpResponse changed = expect_status(verify(code), 200, "verify");
    EXPECT_EQ(changed.json["email"], Json(new_email));
    EXPECT_EQ(me_by(new_email).status, 200);
    EXPECT_EQ(me_by(ada.email).status, 401);
    EXPECT_EQ(ada.client.get("/me/").status, 200) << "this sign-in goes on";
    HttpClient other(restaurant.port());
    other.bearer(elsewhere.json["access_token"].as_string());
    EXPECT_EQ(other.get("/me/").status, 401) << "all others end";
    ASSERT_TRUE(testkit::wait_until([&] { return restaurant.mails_to(ada.email).size() == 2; }));
    const std::string notice = restaurant.mails_to(ada.email).back();
    EXPECT_THAT(notice, HasSubstr("was changed"));
    EXPECT_THAT(notice, Not(HasSubstr(new_email)));
    EXPECT_EQ(verify(code).problem_code(), "email_change_not_found") << "a code is good once";
}

TEST_F(EmailChangeApi, NeedsThePasswordAndAFreeAddress) {
    EXPECT_EQ(begin(new_email, "not-the-password").problem_code(), "validation_failed");
    EXPECT_EQ(begin("CHEF@kitchen.example").problem_code(), "email_taken");
    EXPECT_EQ(begin(ada.email).status, 422);
    EXPECT_EQ(begin("no address").status, 422);
    EXPECT_EQ(verify("123456").problem_code(), "email_change_not_found");
    EXPECT_EQ(restaurant.client().post("/me/email/", Json::object({})).status, 401);
    EXPECT_TRUE(restaurant.mails_to(new_email).empty());
}

TEST_F(EmailChangeApi, FiveWrongCodesAreTheEnd) {
    expect_status(begin(new_email), 200, "begin");
    const std::string code = restaurant.code_mailed_to(new_email);
    for (int left = 4; left > 0; --left)
        EXPECT_EQ(verify(other_than(code)).json["attempts_left"], Json(left));
    EXPECT_EQ(verify(other_than(code)).problem_code(), "otp_exhausted");
    EXPECT_EQ(verify(code).problem_code(), "email_change_not_found");
}

TEST_F(EmailChangeApi, ANewPasswordEndsIt) {
    expect_status(begin(new_email), 200, "begin");
    const std::string code = restaurant.code_mailed_to(new_email);
    expect_status(ada.client.patch("/me/", Json::object({{"current_password", Restaurant::password},
                                                         {"password", "another-Sw0rdfish"}})),
                  200, "password");
    EXPECT_EQ(verify(code).problem_code(), "email_change_not_found");
}

TEST_F(EmailChangeApi, AnAddressThatWasTakenMeanwhileIsAConflict) {
    expect_status(begin(new_email), 200, "begin");
    const std::string code = restaurant.code_mailed_to(new_email);
    restaurant.sign_up("ada.new@mail.example", "08031239999");
    EXPECT_EQ(verify(code).problem_code(), "email_taken");
    EXPECT_EQ(ada.client.get("/me/").json["email"], Json(ada.email));
}

TEST_F(EmailChangeApi, HasTheLimitsOfASignUp) {
    for (int i = 0; i < 5; ++i) expect_status(begin(new_email), 200, "begin");
    const HttpResponse refused = begin(new_email);
    EXPECT_EQ(refused.problem_code(), "too_many_email_changes");
    EXPECT_FALSE(refused.header("retry-after").empty());
}

TEST(OwnAccount, IsExportedAndDeletedWithAccountsAlone) {
    Restaurant restaurant(accounts_only());
    auto ada = restaurant.sign_up();
    const HttpResponse all = expect_status(ada.client.get("/me/export/"), 200, "export");
    EXPECT_EQ(all.json["account"]["profile"].as_array().front()["email"], Json(ada.email));
    EXPECT_EQ(ada.client
                  .send("DELETE", "/me/", Json::object({{"password", Restaurant::password}}).dump(),
                        {{"Content-Type", "application/json"}})
                  .status,
              204);
    EXPECT_EQ(ada.client.get("/me/").status, 401);
    EXPECT_NE(restaurant.sign_up(ada.email, "08031239999").id, ada.id);
}

}  // namespace
}  // namespace kitchen::auth
