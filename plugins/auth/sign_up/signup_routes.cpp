#include "sign_up/signup_routes.h"

#include <optional>

#include "accounts/user_body.h"

namespace kitchen::auth {
namespace {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

struct CodeSent {
    Channel channel = Channel::email;
    std::int64_t expires_in = 0;
    std::optional<std::string> signup_token;

    static void describe(BodyFields<CodeSent>& field) {
        field.named("CodeSent");
        field("message", [](const CodeSent& sent) {
            return sent.channel == Channel::email ? "OTP sent to your email address"
                                                  : "OTP sent to your phone number";
        });
        field("expires_in", &CodeSent::expires_in).describe("Seconds until the code expires");
        field("notice", [](const CodeSent&) { return "It may take up to 5 minutes to arrive"; });
        field.optional("signup_token", &CodeSent::signup_token)
            .describe(
                "What the cookie holds, for clients whose cookies do not come back; only of "
                "POST /signup/");
    }
};

/// Which sign-up it is, of a client whose cookie was dropped: of another site, or an app.
struct Resend {
    std::string signup_token;

    template <class Body>
    static void describe_token(BodyFields<Body>& field) {
        secret(field.optional("signup_token", &Body::signup_token), 1, 256)
            .describe("What POST /signup/ gave; without it the cookie counts");
    }
    static void describe(BodyFields<Resend>& field) {
        field.named("SignupResend");
        describe_token(field);
    }
};

struct Verification {
    std::string otp, signup_token;

    static void describe(BodyFields<Verification>& field) {
        field.named("Verification");
        one_time_code(field("otp", &Verification::otp));
        Resend::describe_token(field);
    }
};

/// "" when there is none that could be ours: such a session is as unknown as any other.
std::string session_of(const Request& request, const std::string& token) {
    return token.empty() ? request.cookie(SignupRoutes::cookie_name).value_or("") : token;
}

bool is_over(const Error& error) {
    return error.kind == Errc::not_found || error.kind == Errc::conflict ||
           error.code == wrong_code(0).code;
}

}  // namespace

static void describe(BodyFields<SignupForm>& field) {
    field.named("Signup");
    email(field.optional("email", &SignupForm::email));
    phone_number(field("phone_number", &SignupForm::phone_number));
    new_password(field("password", &SignupForm::password))
        .describe("None of those that everybody tries first");
    field.optional("referral_code", &SignupForm::referral_code)
        .or_null()
        .max(32)
        .describe("Somebody else's");
    field.optional("channel", &SignupForm::channel)
        .fallback("email")
        .describe(
            "Which way the code goes. With sms, email is left out, and added afterwards by POST "
            "/me/email/");
}

void SignupRoutes::declare(Setup& setup) {
    setup.add_route(
        Route::post("/signup/")
            .summary("Begin to sign up")
            .describe(std::string(has_sms_ ? "Sends a code by mail or SMS."
                                           : "Mails a code to the address.") +
                      " The account is made by POST /verify/ with that code and the cookie set "
                      "here, or the signup_token.")
            .body(has_sms_ ? http::schema_of<SignupForm>()
                           : by_mail_alone(http::schema_of<SignupForm>(), "channel"))
            .check([this](const Json& body) {
                SignupForm form;
                http::read_body(body, form);
                return signups_.check(form);
            })
            .answers<CodeSent>(200, "The code is on its way; sets the cookie signup_session_id")
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
                        .body<Resend>()
                        .optional_body()
                        .answers<CodeSent>(200, "The new code is on its way")
                        .answers(404, "No sign-up is waiting, or it has expired")
                        .answers(429, "Too soon, or too many")
                        .answers(503, "Too busy at this moment; the old code is still good")
                        .handle([this](Request& request) { return resend(request); }));
    setup.add_route(
        Route::post("/verify/")
            .summary("Finish to sign up")
            .uses_cookie(cookie_name)
            .body<Verification>()
            .answers<User>(200, "The account is made; clears the cookie")
            .answers(401, "Wrong code; attempts_left tells how many tries remain")
            .answers(404, "No sign-up is waiting, or it has expired")
            .answers(409,
                     "The email address or phone number was taken meanwhile; errors names which")
            .answers(422, "Not six digits")
            .answers(429, "The last wrong code: the sign-up is over; clears the cookie")
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
    auto form = request.read<SignupForm>();
    form.client_address = request.client_address;
    auto session = signups_.start(form);
    if (!session) return std::move(session).error();
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(signups_.settings().ttl).count();
    return Response::json(200, CodeSent{form.channel, seconds, *session})
        .with_cookie(cookie(*session, seconds));
}

/// With a sign-up that is over the cookie goes too.
Error SignupRoutes::refused(Request& request, Error error) const {
    if (!is_over(error) || !request.cookie(cookie_name) || request.json.has("signup_token"))
        return error;
    const Response cleared = Response().with_cookie(cookie("", 0));
    request.response_fields.insert(request.response_fields.end(), cleared.headers.begin(),
                                   cleared.headers.end());
    return error;
}

Result<Response> SignupRoutes::resend(Request& request) const {
    const auto sent = signups_.resend(session_of(request, request.read<Resend>().signup_token));
    if (!sent) return refused(request, sent.error());
    return Response::json(
        200, CodeSent{sent->channel, std::chrono::floor<std::chrono::seconds>(sent->left).count(),
                      std::nullopt});
}

Result<Response> SignupRoutes::verify(Request& request) const {
    const auto wanted = request.read<Verification>();
    const auto user = signups_.verify(session_of(request, wanted.signup_token), wanted.otp);
    if (!user) return refused(request, user.error());
    return Response::json(200, *user).with_cookie(cookie("", 0));
}

}  // namespace kitchen::auth
