// The routes of this plugin over a real socket, loaded by the real loader: statuses, headers, and
// what never leaves the server.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;

constexpr const char* account_password = Restaurant::password;

class AuthApi : public testing::Test {
protected:
    HttpClient client() const { return restaurant.client(); }
    HttpClient admin() const { return restaurant.admin(); }
    static Json signup_body(const std::string& email = "ada@example.com",
                            const std::string& phone = "0803 123 4567") {
        return Json::object(
            {{"email", email}, {"phone_number", phone}, {"password", account_password}});
    }
    static std::string wrong(const std::string& code, int offset = 1) {
        const std::string text = std::to_string((std::stoi(code) + offset) % 1'000'000);
        return std::string(6 - text.size(), '0') + text;
    }
    static Json otp(const std::string& code) { return Json::object({{"otp", code}}); }
    std::int64_t sign_up(const std::string& email = "ada@example.com",
                         const std::string& phone = "0803 123 4567") {
        return restaurant.sign_up(email, phone).id;
    }
    Json log_in(const std::string& email, const std::string& secret = account_password) {
        const HttpResponse response =
            client().post("/login/", Json::object({{"email", email}, {"password", secret}}));
        EXPECT_EQ(response.status, 200) << response.body;
        return response.json;
    }
    HttpClient with_token(const Json& tokens) const {
        HttpClient bearer = client();
        bearer.bearer(tokens["access_token"].as_string());
        return bearer;
    }
    static std::string first_fault(const HttpResponse& response) {
        return response.json["errors"].size() == 0
                   ? "none"
                   : response.json["errors"].as_array()[0]["pointer"].as_string();
    }
    void expect_no_secret(const std::vector<std::string>& secrets) {
        for (const std::string& line : restaurant.kernel().log_lines())
            for (const std::string& secret : secrets)
                EXPECT_EQ(line.find(secret), std::string::npos) << line;
    }

    // Its clock stands still. The Secure attribute of its cookies would stop a browser here, not
    // this client.
    Restaurant restaurant{{.auth_key = "0123456789abcdef0123456789abcdef",
                           .menu = false,
                           .kernel = {.manual_clock = true}}};
};

TEST_F(AuthApi, WholeSignUp) {
    HttpClient visitor = client();
    const HttpResponse begun = visitor.post("/signup/", signup_body("Ada@Example.com"));
    ASSERT_EQ(begun.status, 200) << begun.body;
    const std::string cookie = begun.header("set-cookie");
    EXPECT_EQ(
        begun.body,
        R"({"message":"OTP sent to your email address","expires_in":600,"notice":"It may take up to 5 minutes to arrive","signup_token":")" +
            cookie.substr(cookie.find('=') + 1, 64) + R"("})");
    EXPECT_TRUE(cookie.starts_with("signup_session_id=")) << cookie;
    for (const char* attribute : {"HttpOnly", "SameSite=Lax", "Max-Age=600", "Secure", "Path=/"})
        EXPECT_NE(cookie.find(attribute), std::string::npos) << attribute << " in " << cookie;

    const std::string code = restaurant.code_mailed_to("Ada@Example.com");
    const HttpResponse refused = visitor.post("/verify/", otp(wrong(code)));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.problem_code(), "otp_wrong");
    EXPECT_EQ(refused.json["attempts_left"], Json(4));

    const HttpResponse verified = visitor.post("/verify", otp(code));
    ASSERT_EQ(verified.status, 200) << verified.body;
    EXPECT_EQ(verified.json["email"].as_string(), "Ada@Example.com");
    EXPECT_EQ(verified.json["phone_number"].as_string(), "+2348031234567");
    EXPECT_EQ(verified.json["role"].as_string(), "customer");
    EXPECT_EQ(verified.json["referral_code"].as_string().size(), 8u);
    EXPECT_EQ(verified.json["created_at"].as_string(), "2026-01-01T12:00:00.000Z");
    EXPECT_EQ(verified.json["phone_verified"], Json(false));
    EXPECT_EQ(verified.json.size(), 8u) << "nothing else: " << verified.body;
    EXPECT_NE(verified.header("set-cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(visitor.post("/verify/", otp(code)).status, 404);

    HttpClient ada = client();
    ada.basic(std::to_string(verified.json["id"].as_integer()), account_password);
    EXPECT_EQ(ada.get("/me/").body, verified.body);
    const std::string session = cookie.substr(cookie.find('=') + 1, 64);
    expect_no_secret({account_password, code, session, "$argon2id"});
}

TEST_F(AuthApi, SignUpRefusals) {
    sign_up();
    const auto response = [&](Json body) { return client().post("/signup/", body); };
    HttpResponse taken = response(signup_body("ADA@example.COM", "08039999999"));
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.problem_code(), "email_taken");
    EXPECT_EQ(first_fault(taken), "/email");
    taken = response(signup_body("obi@example.com", "+2348031234567"));
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(first_fault(taken), "/phone_number");

    const auto changed = [](const std::string& member, Json value) {
        Json body = signup_body("obi@example.com", "08039999999");
        body.set(member, std::move(value));
        return body;
    };
    const std::vector<std::pair<Json, std::string>> bad = {
        {changed("is_admin", true), "/is_admin"},
        {changed("role", "admin"), "/role"},
        {changed("email", "obi"), "/email"},
        {changed("email", 5), "/email"},
        {changed("email", "obi@example.com\r\nBcc: all@example.com"), "/email"},
        {changed("phone_number", "12"), "/phone_number"},
        {changed("password", "short"), "/password"},
        {changed("password", std::string(129, 'x')), "/password"},
        {changed("password", "Password1"), "/password"},
        {changed("password", "obi@example.com"), "/password"},
        {changed("referral_code", "NOBODY22"), "/referral_code"},
    };
    for (const auto& [body, pointer] : bad) {
        const HttpResponse refused = response(body);
        EXPECT_EQ(refused.status, 422) << body.dump();
        EXPECT_EQ(first_fault(refused), pointer) << refused.body;
    }
    EXPECT_EQ(response(Json::object({})).json["errors"].size(), 3u);
    EXPECT_EQ(response(changed("referral_code", nullptr)).status, 200);
}

TEST_F(AuthApi, VerifyRefusals) {
    HttpClient visitor = client();
    EXPECT_EQ(visitor.post("/verify/", otp("123456")).status, 404) << "no cookie";
    EXPECT_EQ(visitor
                  .send("POST", "/verify/", R"({"otp":"123456"})",
                        {{"Content-Type", "application/json"},
                         {"Cookie", "signup_session_id=" + std::string(64, 'a')}})
                  .status,
              404);
    ASSERT_EQ(visitor.post("/signup/", signup_body()).status, 200);
    const std::string code = restaurant.code_mailed_to("ada@example.com");
    for (const char* bad : {"12345", "1234567", "12345a", "", " 12345",
                            "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6"})
        EXPECT_EQ(visitor.post("/verify/", otp(bad)).status, 422) << bad;
    EXPECT_EQ(visitor.post("/verify/", Json::object({{"otp", 123456}})).status, 422);
    for (int i = 1; i <= 4; ++i)
        EXPECT_EQ(visitor.post("/verify/", otp(wrong(code, i))).status, 401);
    const HttpResponse last = visitor.post("/verify/", otp(wrong(code, 5)));
    EXPECT_EQ(last.status, 429);
    EXPECT_EQ(last.problem_code(), "otp_exhausted");
    EXPECT_EQ(last.header("retry-after"), "60");
    EXPECT_NE(last.header("set-cookie").find("signup_session_id=; Path=/; Max-Age=0"),
              std::string::npos)
        << last.header("set-cookie");
    EXPECT_EQ(visitor.post("/verify/", otp(code)).status, 404);
}

// The cookie is dropped by a browser that asks from another site, and by web views of apps.
TEST_F(AuthApi, ASignUpWithoutItsCookie) {
    const HttpResponse begun = client().post("/signup/", signup_body());
    Json token = Json::object({{"signup_token", begun.json["signup_token"]}});
    restaurant.code_mailed_to("ada@example.com", 1);  // mails are sorted by time
    restaurant.kernel().clock().advance(seconds(1));
    EXPECT_EQ(client().post("/signup/resend/", token).status, 200);
    const std::string code = restaurant.code_mailed_to("ada@example.com", 2);
    token.set("otp", code);
    EXPECT_EQ(client().post("/verify/", otp(code)).status, 404);
    HttpClient other = client();  // who has begun another one in this browser
    EXPECT_EQ(other.post("/signup/", signup_body("obi@example.com", "08031111111")).status, 200);
    const HttpResponse verified = other.post("/verify/", token);
    EXPECT_EQ(verified.status, 200) << verified.body;
    EXPECT_EQ(verified.json["email"], Json("ada@example.com"));
    EXPECT_EQ(client().post("/verify/", token).status, 404);
    token.set("signup_token", "");
    EXPECT_EQ(client().post("/verify/", token).status, 422);
    expect_no_secret({begun.json["signup_token"].as_string()});
}

TEST_F(AuthApi, ADeadSignUpTakesItsCookieAlong) {
    HttpClient visitor = client();
    ASSERT_EQ(visitor.post("/signup/", signup_body()).status, 200);
    restaurant.kernel().clock().advance(minutes(10));
    const HttpResponse gone = visitor.send("POST", "/signup/resend/");
    EXPECT_EQ(gone.status, 404);
    EXPECT_NE(gone.header("set-cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(visitor.send("POST", "/signup/resend/").header("set-cookie"), "");
}

TEST_F(AuthApi, SessionsExpire) {
    HttpClient visitor = client();
    ASSERT_EQ(visitor.post("/signup/", signup_body()).status, 200);
    const std::string code = restaurant.code_mailed_to("ada@example.com");
    restaurant.kernel().clock().advance(minutes(10));
    EXPECT_EQ(visitor.post("/verify/", otp(code)).status, 404);
}

TEST_F(AuthApi, HundredParallelWrongCodes) {
    HttpClient visitor = client();
    const HttpResponse begun = visitor.post("/signup/", signup_body());
    const std::string cookie =
        begun.header("set-cookie").substr(0, begun.header("set-cookie").find(';'));
    const std::string code = restaurant.code_mailed_to("ada@example.com");
    std::atomic<int> wrong_ones{0}, exhausted{0}, gone{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 10; ++t)
            threads.emplace_back([&, t] {
                HttpClient guesser = client();
                for (int i = 0; i < 10; ++i) {
                    const int status =
                        guesser
                            .send("POST", "/verify/", otp(wrong(code, 1 + 10 * t + i)).dump(),
                                  {{"Content-Type", "application/json"}, {"Cookie", cookie}})
                            .status;
                    wrong_ones += status == 401;
                    exhausted += status == 429;
                    gone += status == 404;
                }
            });
    }
    EXPECT_EQ(wrong_ones, 4);
    EXPECT_EQ(exhausted, 1);
    EXPECT_EQ(gone, 95);
}

TEST_F(AuthApi, Resend) {
    EXPECT_EQ(client().send("POST", "/signup/resend/").status, 404);
    HttpClient visitor = client();
    ASSERT_EQ(visitor.post("/signup/", signup_body()).status, 200);
    const std::string old_code = restaurant.code_mailed_to("ada@example.com");
    restaurant.kernel().clock().advance(seconds(1));
    const HttpResponse sent = visitor.send("POST", "/signup/resend/");
    EXPECT_EQ(sent.status, 200) << sent.body;
    EXPECT_EQ(sent.json["expires_in"], Json(599));
    const HttpResponse soon = visitor.post("/signup/resend/", Json::object());
    EXPECT_EQ(soon.status, 429);
    EXPECT_EQ(soon.header("retry-after"), "60");
    const std::string code = restaurant.code_mailed_to("ada@example.com", 2);
    if (code != old_code) {
        EXPECT_EQ(visitor.post("/verify/", otp(old_code)).status, 401);
    }
    for (std::size_t mails = 3; mails <= 6; ++mails) {
        restaurant.kernel().clock().advance(minutes(1));
        EXPECT_EQ(visitor.send("POST", "/signup/resend/").status, 200);
        restaurant.code_mailed_to("ada@example.com",
                                  mails);  // each has its time before the clock moves on
    }
    restaurant.kernel().clock().advance(minutes(1));
    const HttpResponse enough = visitor.send("POST", "/signup/resend/");
    EXPECT_EQ(enough.status, 429);
    EXPECT_EQ(enough.problem_code(), "too_many_resends");
    EXPECT_EQ(enough.header("retry-after"), "299");
    EXPECT_EQ(visitor.post("/verify/", otp(restaurant.code_mailed_to("ada@example.com", 6))).status,
              200);
}

TEST_F(AuthApi, BadCredentialsAreAllTheSame) {
    const std::int64_t id = sign_up();
    const auto with = [&](const std::string& header) {
        return client().get("/me/", {{"Authorization", header}});
    };
    const auto without_request_id = [](const HttpResponse& response) {
        Json problem = response.json;
        problem.set("request_id", "");
        return problem.dump();
    };
    HttpClient ada = client();
    const HttpResponse reference = ada.basic(std::to_string(id), "not-the-password").get("/me/");
    EXPECT_EQ(reference.status, 401);
    EXPECT_EQ(reference.problem_code(), "invalid_credentials");
    EXPECT_NE(reference.header("www-authenticate").find("Basic"), std::string::npos);
    for (const char* user : {"4711", "ada", "0", "-1", "nobody@example.com"}) {
        const HttpResponse refused = client().basic(user, account_password).get("/me/");
        EXPECT_EQ(refused.status, 401) << user;
        EXPECT_EQ(without_request_id(refused), without_request_id(reference)) << user;
    }
    for (const char* header : {"Basic", "Basic ", "Basic !!!!", "Basic NDI6cGFzc3dvcmQ",
                               "Basic NDJwYXNzd29yZA==", "Basic NDI6//4="}) {
        const HttpResponse refused = with(header);
        EXPECT_EQ(refused.status, 401) << header;
        EXPECT_EQ(without_request_id(refused), without_request_id(reference)) << header;
    }
    for (const char* header :
         {"Bearer", "Bearer x",
          "bearer ck_at_0000000000000000000000000000000000000000000000000000000000000000"}) {
        const HttpResponse refused = with(header);
        EXPECT_EQ(refused.status, 401) << header;
        EXPECT_EQ(refused.problem_code(), "invalid_credentials") << header;
        EXPECT_EQ(refused.header("www-authenticate"),
                  "Bearer realm=\"Chuks Kitchen\", error=\"invalid_token\"");
    }
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(with("Basic !!!!").status, 401) << "nothing was guessed, so nothing is counted";
    for (const char* header : {"", "Digest username=ada", "Negotiate abc"})
        EXPECT_EQ(with(header).status, 401) << header;
    EXPECT_EQ(client().get("/me/").status, 401);
    EXPECT_EQ(client()
                  .get("/me/", {{"Authorization", "Basic Og=="}, {"Authorization", "Basic Og=="}})
                  .status,
              401);
    EXPECT_EQ(client().basic("ada@example.com", account_password).get("/me/").status, 200);
    EXPECT_EQ(client().basic("ADA@EXAMPLE.COM", account_password).get("/me/").status, 200);
    expect_no_secret({account_password, "not-the-password"});
}

TEST_F(AuthApi, BlanksAroundAnEmailAreNoPartOfIt) {
    for (const char* blank : {" ", "\t", "\n", "\xc2\xa0"}) {
        const std::string email = blank + std::string("ada@example.com") + blank;
        EXPECT_EQ(client().post("/signup/", signup_body(email)).status, 200);
    }
    HttpClient visitor = client();
    ASSERT_EQ(visitor.post("/signup/", signup_body(" obi@example.com ", "08031111111")).status,
              200);
    const std::string code = restaurant.code_mailed_to("obi@example.com");
    ASSERT_EQ(visitor.post("/verify/", otp(code)).status, 200);
    const std::string typed = "\xc2\xa0Obi@example.com ";
    EXPECT_EQ(client().basic(typed, account_password).get("/me/").json["email"],
              Json("obi@example.com"));
    EXPECT_EQ(client().basic(" 2 ", account_password).get("/me/").json["id"], Json(2));
    EXPECT_TRUE(log_in(typed).has("access_token"));
    EXPECT_EQ(client().post("/password/forgot/", Json::object({{"email", typed}})).status, 202);
    restaurant.code_mailed_to("obi@example.com", 2);
    EXPECT_EQ(client()
                  .post("/password/reset/", Json::object({{"email", typed},
                                                          {"otp", "000000"},
                                                          {"password", "yam-and-egg-sauce"}}))
                  .problem_code(),
              "otp_wrong");
    EXPECT_EQ(admin().get("/users/?search=%20obi%40%C2%A0").json["total_count"], Json(1));
    sign_up("obi+lunch@example.com", "08032222221");
    EXPECT_EQ(admin().get("/users/?search=obi+lunch@example.com").json["total_count"], Json(1));
    Json referred = signup_body("eve@example.com", "08032222222");
    const Json obi = client().basic(typed, account_password).get("/me/").json;
    referred.set("referral_code", " " + obi["referral_code"].as_string() + "\n");
    EXPECT_EQ(client().post("/signup/", referred).status, 200);
}

TEST_F(AuthApi, TooManyFailures) {
    sign_up();
    // Of an account whose password has not been remembered yet.
    const char* chef = Restaurant::admin_email;
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(client().basic(chef, "wrong-" + std::to_string(i)).get("/me/").status, 401);
    const HttpResponse refused = client().basic(chef, "wrong").get("/me/");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("retry-after"), "30");
    const HttpResponse login =
        client().post("/login/", Json::object({{"email", chef}, {"password", account_password}}));
    EXPECT_EQ(login.status, 429) << "one budget for both ways in";
    EXPECT_EQ(client().basic("ada@example.com", account_password).get("/me/").status, 200);
    restaurant.kernel().clock().advance(seconds(30));
    EXPECT_EQ(admin().get("/me/").status, 200);
}

TEST_F(AuthApi, LoginRefreshLogout) {
    const std::int64_t id = sign_up();
    const HttpResponse login =
        client().post("/login/", Json::object({{"user_id", id}, {"password", account_password}}));
    ASSERT_EQ(login.status, 200) << login.body;
    EXPECT_EQ(login.json["token_type"].as_string(), "Bearer");
    EXPECT_EQ(login.json["expires_in"], Json(900));
    EXPECT_EQ(login.header("cache-control"), "no-store");
    const Json first = login.json;
    EXPECT_EQ(with_token(first).get("/me/").json["id"], Json(id));

    const auto refresh = [&](const Json& tokens) {
        return client().post("/token/refresh/",
                             Json::object({{"refresh_token", tokens["refresh_token"]}}));
    };
    const HttpResponse rotated = refresh(first);
    ASSERT_EQ(rotated.status, 200) << rotated.body;
    EXPECT_EQ(with_token(first).get("/me/").status, 401);
    EXPECT_EQ(with_token(rotated.json).get("/me/").status, 200);
    EXPECT_EQ(refresh(first).body, rotated.body) << "the answer may have been lost";
    restaurant.kernel().clock().advance(seconds(10));
    EXPECT_EQ(refresh(first).status, 401) << "used";
    EXPECT_EQ(with_token(rotated.json).get("/me/").status, 401) << "the family is over";
    EXPECT_EQ(refresh(rotated.json).status, 401);

    const Json second = log_in("ada@example.com");
    EXPECT_EQ(with_token(second).send("POST", "/logout/").status, 204);
    EXPECT_EQ(with_token(second).send("POST", "/logout/").status, 204) << "its response was lost";
    EXPECT_EQ(with_token(second).get("/me/").status, 401);
    EXPECT_EQ(refresh(second).status, 401);
    EXPECT_EQ(client().send("POST", "/logout/").status, 401);
    EXPECT_EQ(
        client().basic("ada@example.com", account_password).post("/logout/", Json::object()).status,
        204);

    const Json third = log_in("ada@example.com");
    restaurant.kernel().clock().advance(minutes(15));
    const HttpResponse expired = with_token(third).get("/me/");
    EXPECT_EQ(expired.status, 401);
    EXPECT_EQ(expired.problem_code(), "token_expired");
    EXPECT_EQ(expired.header("www-authenticate"),
              "Bearer realm=\"Chuks Kitchen\", error=\"invalid_token\"");
    EXPECT_EQ(refresh(third).status, 200);
    expect_no_secret({first["access_token"].as_string(), first["refresh_token"].as_string(),
                      second["access_token"].as_string(), account_password});
}

TEST_F(AuthApi, LoginRefusals) {
    const std::int64_t id = sign_up();
    const auto status = [&](Json body) { return client().post("/login/", body).status; };
    EXPECT_EQ(status(Json::object({{"email", "ada@example.com"}, {"password", "wrong"}})), 401);
    EXPECT_EQ(
        status(Json::object({{"email", "nobody@example.com"}, {"password", account_password}})),
        401);
    EXPECT_EQ(status(Json::object({{"user_id", 4711}, {"password", account_password}})), 401);
    EXPECT_EQ(status(Json::object({{"password", account_password}})), 422);
    EXPECT_EQ(status(Json::object(
                  {{"email", "ada@example.com"}, {"user_id", id}, {"password", account_password}})),
              422);
    EXPECT_EQ(status(Json::object({{"email", "ada@example.com"}})), 422);
    EXPECT_EQ(client().post("/login/", Json::object({})).json["errors"].size(), 2u)
        << "who, and the password";
    EXPECT_EQ(status(Json::object({{"user_id", "1"}, {"password", account_password}})), 422);
    EXPECT_EQ(client().send("POST", "/login/", "{", {{"Content-Type", "application/json"}}).status,
              400);
    EXPECT_EQ(client().send("POST", "/login/", "{}", {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(client().post("/token/refresh/", Json::object({{"refresh_token", "x"}})).status, 401);
    EXPECT_EQ(client().get("/login/").status, 405);
}

TEST_F(AuthApi, ForgottenPassword) {
    sign_up();
    const Json tokens = log_in("ada@example.com");
    const auto forgot = [&](const std::string& email) {
        return client().post("/password/forgot/", Json::object({{"email", email}}));
    };
    restaurant.kernel().clock().advance(seconds(1));  // mails are sorted by time
    const HttpResponse known = forgot("ada@example.com"), unknown = forgot("nobody@example.com");
    EXPECT_EQ(known.status, 202);
    EXPECT_EQ(unknown.status, 202);
    EXPECT_EQ(known.body, unknown.body);
    EXPECT_EQ(forgot("no address").status, 422);
    const std::string code = restaurant.code_mailed_to("ada@example.com", 2);

    const auto reset = [&](const std::string& otp_text, const std::string& secret) {
        return client().post(
            "/password/reset/",
            Json::object({{"email", "ada@example.com"}, {"otp", otp_text}, {"password", secret}}));
    };
    EXPECT_EQ(reset(wrong(code), "yam-and-egg-sauce").status, 401);
    EXPECT_EQ(reset(code, "password1").problem_code(), "password_too_common");
    EXPECT_EQ(reset("12", "yam-and-egg-sauce").status, 422);
    EXPECT_EQ(reset(code, "yam-and-egg-sauce").status, 204);
    EXPECT_EQ(reset(code, "yam-and-egg-sauce").status, 404);
    EXPECT_EQ(with_token(tokens).get("/me/").status, 401);
    EXPECT_EQ(client().basic("ada@example.com", account_password).get("/me/").status, 401);
    EXPECT_EQ(client().basic("ada@example.com", "yam-and-egg-sauce").get("/me/").status, 200);
    EXPECT_TRUE(restaurant.mails_to("nobody@example.com").empty());
    expect_no_secret({code, "yam-and-egg-sauce"});
}

TEST_F(AuthApi, OwnAccount) {
    sign_up();
    const Json tokens = log_in("ada@example.com");
    HttpClient ada = with_token(tokens);
    const HttpResponse before = ada.get("/me");
    EXPECT_EQ(before.header("etag"), "\"1\"");
    EXPECT_EQ(ada.get("/me/", {{"If-None-Match", "\"1\""}}).status, 304);
    EXPECT_EQ(
        ada.patch("/me/", Json::object({{"phone_number", "08039999999"}}), {{"If-Match", "\"7\""}})
            .status,
        412);
    const HttpResponse after =
        ada.patch("/me/", Json::object({{"phone_number", "08039999999"}}), {{"If-Match", "\"1\""}});
    EXPECT_EQ(after.status, 200) << after.body;
    EXPECT_EQ(after.json["phone_number"].as_string(), "+2348039999999");
    EXPECT_EQ(after.header("etag"), "\"2\"");
    EXPECT_EQ(ada.patch("/me/", Json::object({{"phone_number", "08030000000"}})).problem_code(),
              "phone_taken");
    for (const char* member : {"role", "is_admin", "email", "id", "referral_code", "disabled"})
        EXPECT_EQ(ada.patch("/me/", Json::object({{member, "admin"}})).status, 422) << member;

    EXPECT_EQ(first_fault(ada.patch("/me/", Json::object({{"password", "yam-and-egg-sauce"}}))),
              "/current_password");
    EXPECT_EQ(first_fault(ada.patch("/me/", Json::object({{"password", "yam-and-egg-sauce"},
                                                          {"current_password", "wrong"}}))),
              "/current_password");
    ASSERT_EQ(client().basic("ada@example.com", account_password).get("/me/").status, 200)
        << "remembered from now on";
    EXPECT_EQ(ada.patch("/me/", Json::object({{"password", "yam-and-egg-sauce"},
                                              {"current_password", account_password}}))
                  .status,
              200);
    EXPECT_EQ(ada.get("/me/").status, 200) << "one's own token stays";
    EXPECT_EQ(client().basic("ada@example.com", account_password).get("/me/").status, 401);
    EXPECT_EQ(client().basic("ada@example.com", "yam-and-egg-sauce").get("/me/").status, 200);
}

TEST_F(AuthApi, AdministratorsManageUsers) {
    const std::int64_t ada_id = sign_up();
    sign_up("obi@example.com", "08031111111");
    HttpClient ada = client();
    ada.basic("ada@example.com", account_password);
    EXPECT_EQ(client().get("/users/").status, 401);
    EXPECT_EQ(ada.get("/users/").status, 403);
    EXPECT_EQ(ada.patch("/users/" + std::to_string(ada_id) + "/", Json::object({{"role", "admin"}}))
                  .status,
              403);

    HttpClient chief = admin();
    const HttpResponse page = chief.get("/users/?limit=2");
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.json["count"], Json(2));
    EXPECT_EQ(page.json["total_count"], Json(3));
    EXPECT_NE(page.json["next"].as_string().find("offset=2"), std::string::npos);
    EXPECT_EQ(page.json["result"].as_array()[0]["disabled"], Json(false));
    EXPECT_EQ(page.body.find("argon2"), std::string::npos);
    EXPECT_EQ(chief.get("/users/?search=OBI%40").json["total_count"], Json(1));
    EXPECT_EQ(chief.get("/users/?role=admin").json["total_count"], Json(1));
    EXPECT_EQ(chief.get("/users/?role=chef").status, 422);
    EXPECT_EQ(chief.get("/users/?limit=0").status, 422);

    const std::string path = "/users/" + std::to_string(ada_id) + "/";
    EXPECT_EQ(chief.patch(path, Json::object({{"role", "boss"}})).status, 422);
    EXPECT_EQ(chief.patch(path, Json::object({{"email", "x@example.com"}})).status, 422);
    EXPECT_EQ(chief.patch("/users/4711/", Json::object({{"role", "kitchen"}})).status, 404);
    EXPECT_EQ(chief.patch("/users/x/", Json::object({{"role", "kitchen"}})).status, 404);
    EXPECT_EQ(ada.get(path).status, 403) << "also one's own: that is /me/";
    EXPECT_EQ(client().get(path).status, 401);
    EXPECT_EQ(chief.get("/users/4711/").problem_code(), "user_not_found");
    const HttpResponse one = chief.get(path);
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(one.json, page.json["result"].as_array()[1]);
    EXPECT_EQ(chief.get(path, {{"If-None-Match", one.header("etag")}}).status, 304);
    const HttpResponse cook =
        chief.patch(path, Json::object({{"role", "kitchen"}}), {{"If-Match", "\"1\""}});
    EXPECT_EQ(cook.json["role"].as_string(), "kitchen") << cook.body;
    EXPECT_EQ(
        chief.patch(path, Json::object({{"role", "kitchen"}}), {{"If-Match", "\"1\""}}).status,
        412);
    EXPECT_EQ(ada.get("/me/").json["role"].as_string(), "kitchen") << "at once";
    EXPECT_EQ(chief.patch(path, Json::object({{"disabled", true}})).json["disabled"], Json(true));
    EXPECT_EQ(ada.get("/me/").status, 401) << "at once";

    const std::int64_t chief_id = chief.get("/me/").json["id"].as_integer();
    const HttpResponse last = chief.patch("/users/" + std::to_string(chief_id) + "/",
                                          Json::object({{"role", "customer"}}));
    EXPECT_EQ(last.status, 409);
    EXPECT_EQ(last.problem_code(), "last_admin");
}

TEST_F(AuthApi, ARoleChangeEndsTokensAtOnce) {
    const std::int64_t id = sign_up();
    HttpClient ada = with_token(log_in("ada@example.com"));
    ASSERT_EQ(ada.get("/me/").status, 200);
    ASSERT_EQ(admin()
                  .patch("/users/" + std::to_string(id) + "/", Json::object({{"role", "kitchen"}}))
                  .status,
              200);
    EXPECT_EQ(ada.get("/me/").status, 401);
}

TEST_F(AuthApi, CookiesAreInsecureOnlyWhenAskedFor) {
    const Restaurant plain({.menu = false});
    const HttpResponse begun = plain.client().post("/signup/", signup_body());
    ASSERT_EQ(begun.status, 200) << begun.body;
    EXPECT_EQ(begun.header("set-cookie").find("Secure"), std::string::npos);
}

TEST_F(AuthApi, IsInTheOpenApiDocument) {
    const HttpResponse document = client().get("/openapi.json");
    for (const char* path :
         {"/signup/", "/signup/resend/", "/verify/", "/login/", "/token/refresh/", "/logout/",
          "/password/forgot/", "/password/reset/", "/me/", "/users/", "/users/{id}/"})
        EXPECT_TRUE(document.json["paths"].has(path)) << path;
}

class AuthStart : public testing::Test {
protected:
    std::string refusal(const std::string& keys) {
        testkit::TestKernelOptions options;
        options.environment = {{"DATA", data.path().string()}, {"PASSWORD", account_password}};
        try {
            testkit::TestKernel kernel(
                "plugins: [{id: store-memory}, {id: cache-memory}, {id: mail-log, config: "
                "{directory: '${DATA}/mail'}}, {id: auth, config: {" +
                    keys + "}}]",
                options);
            return "started";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }
    testkit::TemporaryDirectory data;
};

TEST_F(AuthStart, RefusesSettingsThatDoNotFit) {
    const auto expect = [&](const std::string& config, const std::string& text) {
        EXPECT_NE(refusal(config).find(text), std::string::npos) << refusal(config);
    };
    expect("bootstrap_admin: {email: chief@example.com}", "set email, phone and password, or none");
    expect("bootstrap_admin: {email: chief@example.com, phone: '12', password: !env PASSWORD}",
           "auth.bootstrap_admin.phone: ");
    expect("bootstrap_admin: {email: chief, phone: '08030000000', password: !env PASSWORD}",
           "auth.bootstrap_admin.email: ");
    expect("key: too-short", "auth.key: has fewer than 32 characters");
    expect("key: 0123456789abcdef0123456789abcdef, key_file: '${DATA}/key'",
           "auth.key_file: key and key_file are both set");
    expect("login: {failure_burst: 100000, failure_period: 1d}",
           "auth.login.failure_burst: times login.failure_period");
    expect("token: {access_ttl: 1d, refresh_ttl: 1h}",
           "auth.token.refresh_ttl: is shorter than token.access_ttl");
    expect("phone: {country_code: '234'}", "unknown key");
    expect("phone: {region: Nigeria}", "auth.phone.region: must be a country's code");
    expect("mail: {templates: '${DATA}/no-such-folder'}",
           "no-such-folder/signup_code.subject: there is no such file");
    expect("addresses: {country: ng}", "auth.addresses.country: must be a country's code");
    expect("otp: {max_attempt: 3}", "did you mean 'max_attempts'");
}

// With the default settings, but for the time that a hash takes.
TEST_F(AuthStart, WhoComesAtOnceWaitsTheirTurn) {
    testkit::TestKernelOptions options;
    options.environment = {{"DATA", data.path().string()}, {"PASSWORD", account_password}};
    testkit::TestKernel kernel(
        "plugins: [{id: store-memory}, {id: cache-memory}, {id: mail-log, config: {directory: "
        "'${DATA}/mail'}}, {id: auth, config: {argon2: {memory: 1MiB}, bootstrap_admin: {email: "
        "chief@example.com, phone: "
        "'08030000000', password: !env PASSWORD}}}]",
        options);
    const auto statuses = [&](int count, const std::function<int(HttpClient&, int)>& ask) {
        std::mutex mutex;
        std::map<int, int> found;
        std::vector<std::jthread> threads;
        for (int i = 0; i < count; ++i)
            threads.emplace_back([&, i] {
                HttpClient client = kernel.client();
                const int status = ask(client, i);
                const std::lock_guard lock(mutex);
                ++found[status];
            });
        threads.clear();
        return found;
    };
    EXPECT_EQ(
        statuses(90,
                 [](HttpClient& client, int) {
                     return client.basic("chief@example.com", account_password).get("/me/").status;
                 }),
        (std::map<int, int>{{200, 90}}))
        << "one credential, one hash";
    EXPECT_EQ(statuses(30,
                       [](HttpClient& client, int i) {
                           return client
                               .post("/login/",
                                     Json::object({{"email", std::to_string(i) + "@example.com"},
                                                   {"password", account_password}}))
                               .status;
                       }),
              (std::map<int, int>{{401, 30}}))
        << "different people, a hash each";
}

TEST_F(AuthStart, EmptyBootstrapMeansNone) {
    EXPECT_EQ(refusal("bootstrap_admin: {email: '', phone: '', password: ''}"), "started");
}

TEST_F(AuthStart, TheKeyFileIsMadeOnce) {
    EXPECT_EQ(refusal("key_file: '${DATA}/keys/auth.key'"), "started");
    EXPECT_TRUE(std::filesystem::exists(data.path() / "keys" / "auth.key"));
    EXPECT_EQ(refusal("key_file: '${DATA}/keys/auth.key'"), "started");
}

}  // namespace
}  // namespace kitchen::auth
