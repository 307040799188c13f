// Accounts by phone number, over a real socket, with the text messages of sms-log.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::auth {
namespace {

namespace fs = std::filesystem;
using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

RestaurantConfig with_sms() {
    RestaurantConfig config;
    config.menu = false;
    config.plugins = {"{id: sms-log, config: {directory: '${DATA}/sms'}}"};
    return config;
}

class SmsApi : public testing::Test {
protected:
    static constexpr const char* number = "+2348031234567";

    std::vector<std::string> messages() const {
        std::vector<fs::path> names;
        for (const auto& entry : fs::directory_iterator(restaurant.data() / "sms"))
            if (entry.path().extension() == ".txt") names.push_back(entry.path());
        std::sort(names.begin(), names.end());  // they begin with the time
        std::vector<std::string> all;
        for (const fs::path& name : names) {
            std::ifstream in(name, std::ios::binary);
            all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        }
        return all;
    }
    /// The code in the nth message of all, which goes out after the response.
    std::string code(std::size_t nth) const {
        EXPECT_TRUE(testkit::wait_until([&] { return messages().size() >= nth; }));
        const std::string message = messages().at(nth - 1);
        return message.substr(message.find("\n\n") + 2, 6);
    }
    static Json form(const std::string& phone = "0803 123 4567") {
        return Json::object(
            {{"channel", "sms"}, {"phone_number", phone}, {"password", Restaurant::password}});
    }
    static Json otp(const std::string& code) { return Json::object({{"otp", code}}); }
    HttpResponse log_in(const std::string& phone, const std::string& password) {
        return restaurant.client().post(
            "/login/", Json::object({{"phone_number", phone}, {"password", password}}));
    }

    Restaurant restaurant{with_sms()};
};

TEST_F(SmsApi, TheWholeWay) {
    HttpClient visitor = restaurant.client();
    const HttpResponse begun = expect_status(visitor.post("/signup/", form()), 200, "sign-up");
    EXPECT_EQ(begun.json["message"], Json("OTP sent to your phone number"));
    const HttpResponse made = expect_status(visitor.post("/verify/", otp(code(1))), 200, "verify");
    EXPECT_TRUE(made.json["email"].is_null()) << made.body;
    EXPECT_EQ(made.json["phone_number"], Json(number));
    EXPECT_EQ(made.json["phone_verified"], Json(true));

    const HttpResponse entered =
        expect_status(log_in("0803 123 4567", Restaurant::password), 200, "login");
    HttpClient ada = restaurant.client();
    ada.bearer(entered.json["access_token"].as_string());
    EXPECT_EQ(ada.get("/me/").body, made.body);
    HttpClient basic = restaurant.client();
    basic.basic(number, Restaurant::password);
    EXPECT_EQ(basic.get("/me/").status, 200);
    EXPECT_EQ(restaurant.admin().get("/users/").status, 200) << "with an email that is null";
    EXPECT_EQ(ada.get("/me/export/").status, 200);

    const Json email =
        Json::object({{"email", "ada@mail.example"}, {"password", Restaurant::password}});
    expect_status(ada.post("/me/email/", email), 200, "email");
    const HttpResponse changed = expect_status(
        ada.post("/me/email/verify/", otp(restaurant.code_mailed_to("ada@mail.example"))), 200,
        "email code");
    EXPECT_EQ(changed.json["email"], Json("ada@mail.example"));

    const auto forgotten = restaurant.client().post(
        "/password/forgot/", Json::object({{"phone_number", "+234 803 123 4567"}}));
    EXPECT_EQ(forgotten.status, 202) << forgotten.body;
    expect_status(restaurant.client().post("/password/reset/",
                                           Json::object({{"phone_number", "08031234567"},
                                                         {"otp", code(2)},
                                                         {"password", "another-Sw0rdfish"}})),
                  204, "reset");
    EXPECT_EQ(log_in(number, Restaurant::password).status, 401);
    EXPECT_EQ(log_in(number, "another-Sw0rdfish").status, 200);
}

TEST_F(SmsApi, ANumberIsProvedAndSignsInThen) {
    auto ada = restaurant.sign_up("ada@mail.example", "0803 123 4567");
    EXPECT_EQ(log_in(number, Restaurant::password).status, 401);
    const HttpResponse sent = expect_status(
        ada.client.post("/me/phone/", Json::object({{"phone_number", "0803 123 4567"},
                                                    {"password", Restaurant::password}})),
        200, "begin");
    EXPECT_EQ(sent.json["message"], Json("OTP sent to your phone number"));
    const std::string right = code(1);
    const std::string wrong = right == "000000" ? "000001" : "000000";
    EXPECT_EQ(ada.client.post("/me/phone/verify/", otp(wrong)).json["attempts_left"], Json(4));
    const HttpResponse proved =
        expect_status(ada.client.post("/me/phone/verify/", otp(right)), 200, "verify");
    EXPECT_EQ(proved.json["phone_verified"], Json(true));
    EXPECT_EQ(log_in(number, Restaurant::password).status, 200);
    EXPECT_EQ(ada.client.post("/me/phone/verify/", otp(right)).problem_code(),
              "phone_change_not_found");
}

TEST_F(SmsApi, SaysWhatIsWrong) {
    const auto faults = [](const HttpResponse& response) {
        EXPECT_EQ(response.status, 422) << response.body;
        std::string all;
        for (const Json& fault : response.json["errors"].as_array())
            all += fault["pointer"].as_string() + " " + fault["code"].as_string() + "\n";
        return all;
    };
    HttpClient visitor = restaurant.client();
    Json both = form();
    both.set("email", "ada@mail.example");
    EXPECT_EQ(faults(visitor.post("/signup/", both)), "/email unproved\n");
    EXPECT_EQ(faults(visitor.post("/signup/", Json::object({{"phone_number", "08031234567"},
                                                            {"password", Restaurant::password}}))),
              "/email required\n");
    Json pigeon = form();
    pigeon.set("channel", "pigeon");
    EXPECT_EQ(visitor.post("/signup/", pigeon).status, 422);
    EXPECT_EQ(faults(visitor.post("/password/forgot/", Json::object({}))), "/email required\n");
    EXPECT_EQ(faults(visitor.post("/password/forgot/", Json::object({{"email", "a@b.example"},
                                                                     {"phone_number", number}}))),
              "/phone_number ambiguous\n");
    EXPECT_EQ(faults(visitor.post("/password/forgot/", Json::object({{"phone_number", "12"}}))),
              "/phone_number phone_invalid\n");
    EXPECT_EQ(faults(log_in("12", Restaurant::password)), "/phone_number phone_invalid\n");
}

TEST_F(SmsApi, UnknownAndUnprovedNumbersLookTheSame) {
    restaurant.sign_up("ada@mail.example", "0803 123 4567");
    const auto forgot = [&](const char* phone) {
        return restaurant.client().post("/password/forgot/",
                                        Json::object({{"phone_number", phone}}));
    };
    const HttpResponse unproved = forgot(number), unknown = forgot("08039999999");
    EXPECT_EQ(unproved.status, 202);
    EXPECT_EQ(unproved.body, unknown.body);
    EXPECT_EQ(log_in(number, Restaurant::password).json["detail"],
              log_in("08039999999", Restaurant::password).json["detail"]);
}

// As if there were no such thing.
TEST(WithoutSms, NoRouteTakesANumberInThePlaceOfAnAddress) {
    RestaurantConfig config;
    config.menu = false;
    Restaurant restaurant(config);
    HttpClient visitor = restaurant.client();
    const auto pointer = [](const HttpResponse& response) {
        EXPECT_EQ(response.status, 422) << response.body;
        return response.json["errors"].as_array().at(0)["pointer"];
    };
    const Json signup = Json::object({{"channel", "sms"},
                                      {"email", "ada@mail.example"},
                                      {"phone_number", "0803 123 4567"},
                                      {"password", Restaurant::password}});
    EXPECT_EQ(pointer(visitor.post("/signup/", signup)), Json("/channel"));
    EXPECT_EQ(
        visitor.post("/login/", Json::object({{"phone_number", "08031234567"}, {"password", "x"}}))
            .status,
        422);
    EXPECT_EQ(
        visitor.post("/password/forgot/", Json::object({{"phone_number", "08031234567"}})).status,
        422);
    EXPECT_EQ(visitor.post("/me/phone/", Json::object({})).status, 404);
}

}  // namespace
}  // namespace kitchen::auth
