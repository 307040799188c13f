#include "sign_up/signup_routes.h"

#include "accounts/user_json.h"

namespace kitchen::auth {
namespace {

using http::Format;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

Schema signup_schema() {
    return Schema::object(
               {
                   {"email", Schema::string().format(Format::email).max(254)},
                   {"phone_number", Schema::string().min(1).max(40).describe(
                                        "National or international; stored as E.164")},
                   {"password", Schema::string()
                                    .format(Format::password)
                                    .min(PasswordRules::min_length)
                                    .max(PasswordRules::max_length)
                                    .describe("None of those that everybody tries first")},
                   {"referral_code", Schema::string().max(32).or_null().describe("Somebody else's"),
                    http::optional},
               })
        .named("Signup");
}

Schema sent_schema() {
    return Schema::object(
               {
                   {"message", Schema::string()},
                   {"expires_in", Schema::integer().describe("Seconds until the code expires")},
                   {"notice", Schema::string()},
               })
        .named("CodeSent");
}

Response sent(std::int64_t expires_in) {
    return Response::json(200, Json::object({{"message", "OTP sent to your email address"},
                                             {"expires_in", expires_in},
                                             {"notice", "It may take up to 5 minutes to arrive"}}));
}

/// "" when there is none that could be ours: such a session is as unknown as any other.
std::string session_of(const Request& request) {
    return request.cookie(SignupRoutes::cookie_name).value_or("");
}

}  // namespace

void SignupRoutes::declare(Setup& setup) {
    setup.add_route(
        Route::post("/signup/")
            .summary("Begin to sign up")
            .describe("Mails a code to the address. The account is made by POST /verify/ with that "
                      "code and the cookie set here.")
            .body(signup_schema())
            .answers(200, "The code is on its way; sets the cookie signup_session_id",
                     sent_schema())
            .answers(
                409,
                "There is an account with this email address or phone number; errors names which")
            .answers(422, "Something is not acceptable: see errors")
            .answers(429, "Too many sign-ups from this address or for this email")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) { return start(request); }));
    setup.add_route(Route::post("/signup/resend/")
                        .summary("Send a new code")
                        .describe("The old code dies; wrong tries stay counted. At most one a "
                                  "minute and five a sign-up.")
                        .uses_cookie(cookie_name)
                        .body(Schema::object({}))
                        .optional_body()
                        .answers(200, "The new code is on its way", sent_schema())
                        .answers(404, "No sign-up is waiting, or it has expired")
                        .answers(429, "Too soon, or too many")
                        .answers(503, "Too busy at this moment; the old code is still good")
                        .handle([this](Request& request) { return resend(request); }));
    setup.add_route(
        Route::post("/verify/")
            .summary("Finish to sign up")
            .uses_cookie(cookie_name)
            .body(Schema::object({{"otp", Schema::string()
                                              .format(Format::digits)
                                              .min(OneTimeCodes::digits)
                                              .max(OneTimeCodes::digits)}})
                      .named("Verification"))
            .answers(200, "The account is made; clears the cookie", user_schema())
            .answers(401, "Wrong code; attempts_left tells how many tries remain")
            .answers(404, "No sign-up is waiting, or it has expired")
            .answers(409,
                     "The email address or phone number was taken meanwhile; errors names which")
            .answers(422, "Not six digits")
            .answers(429, "The last wrong code: the sign-up is over")
            .answers(503, "The account could not be made at this moment; try the same code again")
            .handle([this](Request& request) { return verify(request); }));
}

http::Cookie SignupRoutes::cookie(std::string value, std::int64_t max_age_seconds) const {
    http::Cookie made;
    made.name = cookie_name;
    made.value = std::move(value);
    made.max_age_seconds = max_age_seconds;
    made.secure = cookie_secure_;
    return made;
}

Result<Response> SignupRoutes::start(const Request& request) const {
    SignupForm form;
    form.email = request.json["email"].as_string();
    form.phone_number = request.json["phone_number"].as_string();
    form.password = request.json["password"].as_string();
    if (request.json.has("referral_code"))
        form.referral_code = request.json["referral_code"].as_string();
    form.client_address = request.client_address;
    auto session = signups_.start(form);
    if (!session) return std::move(session).error();
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(signups_.settings().ttl).count();
    return sent(seconds).with_cookie(cookie(*std::move(session), seconds));
}

Result<Response> SignupRoutes::resend(const Request& request) const {
    const auto left = signups_.resend(session_of(request));
    if (!left) return left.error();
    return sent(std::chrono::floor<std::chrono::seconds>(*left).count());
}

Result<Response> SignupRoutes::verify(const Request& request) const {
    const auto user = signups_.verify(session_of(request), request.json["otp"].as_string());
    if (!user) return user.error();
    return Response::raw_json(200, user_json(*user)).with_cookie(cookie("", 0));
}

}  // namespace kitchen::auth
