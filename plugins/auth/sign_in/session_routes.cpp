#include "sign_in/session_routes.h"

#include "accounts/user_body.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

struct Login {
    std::optional<std::string> email;
    std::optional<std::int64_t> user_id;
    std::optional<std::string> phone_number;
    std::string password;

    static void describe(BodyFields<Login>& field) {
        field.named("Login");
        auth::email(field.optional("email", &Login::email));
        field.optional("user_id", &Login::user_id).min(1);
        auth::phone_number(field.optional("phone_number", &Login::phone_number));
        secret(field("password", &Login::password), 1, 1024);
    }
};

struct Refresh {
    std::string refresh_token;

    static void describe(BodyFields<Refresh>& field) {
        field.named("Refresh");
        secret(field("refresh_token", &Refresh::refresh_token), 1, 256);
    }
};

/// One of the two.
struct AnyContact {
    std::string email, phone_number;

    template <class Body>
    static void describe_contact(BodyFields<Body>& field) {
        auth::email(field.optional("email", &Body::email));
        auth::phone_number(field.optional("phone_number", &Body::phone_number));
    }
    /// The body has been checked.
    Contact contact(const PhoneNumbers& phones) const {
        if (phone_number.empty()) return {Channel::email, email};
        return {Channel::sms, phones.normalise(phone_number).value()};
    }
};

struct PasswordForgotten : AnyContact {
    static void describe(BodyFields<PasswordForgotten>& field) {
        field.named("PasswordForgotten");
        describe_contact(field);
    }
};

struct PasswordReset : AnyContact {
    std::string otp, password;

    static void describe(BodyFields<PasswordReset>& field) {
        field.named("PasswordReset");
        describe_contact(field);
        one_time_code(field("otp", &PasswordReset::otp));
        new_password(field("password", &PasswordReset::password));
    }
};

}  // namespace

Status SessionRoutes::check_login(const Json& body) const {
    Login login;
    http::read_body(body, login);
    if (login.email && login.user_id)
        return invalid_field("/user_id", "ambiguous", "Give either email or user_id, not both.");
    if (login.phone_number && (login.email || login.user_id))
        return invalid_field("/phone_number", "ambiguous",
                             "Give one of email, user_id and phone_number alone.");
    if (login.phone_number) {
        const auto number = phones_.normalise(*login.phone_number);
        return number ? Status() : Status(number.error());
    }
    if (login.email || login.user_id) return {};
    return invalid_field("/email", "required",
                         has_sms_ ? "Give the email, user_id or phone_number of the account."
                                  : "Give the email or the user_id of the account.");
}

Status SessionRoutes::check_contact(const Json& body) const {
    if (!has_sms_) return {};
    const Json* number = body.find("phone_number");
    if (number && body.find("email"))
        return invalid_field("/phone_number", "ambiguous",
                             "Give either email or phone_number, not both.");
    if (number) {
        const auto normal = phones_.normalise(number->as_string());
        return normal ? Status() : Status(normal.error());
    }
    if (body.find("email")) return {};
    return invalid_field("/email", "required", "Give the email or the phone_number.");
}

/// RFC 6749 5.1: nothing on the way may keep it.
static Response tokens_response(const IssuedTokens& issued) {
    return Response::json(200, issued).with_header("Cache-Control", "no-store");
}

void SessionRoutes::declare(Setup& setup) {
    declare_tokens(setup);
    declare_password(setup);
}

void SessionRoutes::declare_tokens(Setup& setup) {
    setup.add_route(
        Route::post("/login/")
            .summary("Sign in")
            .describe(has_sms_ ? "Gives a bearer token for an email, user id or confirmed phone "
                                 "number and a password."
                               : "Gives a bearer token for an email or user id and a password.")
            .body(has_sms_ ? http::schema_of<Login>()
                           : without(http::schema_of<Login>(), "phone_number"))
            .check([this](const Json& body) { return check_login(body); })
            .answers<IssuedTokens>(200, "Signed in")
            .answers(401, "The credentials are not right")
            .answers(429, "Too many failures from this address, for this account or in all")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) { return login(request); }));
    setup.add_route(
        Route::post("/token/refresh/")
            .summary("Exchange a refresh token")
            .describe("Each refresh token is good once. For 10 seconds, and while the new one is "
                      "unused, a used one gives the same new one again, so that a lost answer "
                      "can be asked for again; after that it ends the whole sign-in, on every "
                      "device that shares it.")
            .body<Refresh>()
            .answers<IssuedTokens>(200, "New tokens; the old ones are void")
            .answers(401, "The refresh token is not valid, or not any more")
            .handle([this](Request& request) { return refresh(request); }));
    setup.add_route(Route::post("/logout/")
                        .summary("Sign out")
                        .describe("Ends the sign-in that the bearer token belongs to. With HTTP "
                                  "Basic there is nothing to end, and the answer is the same.")
                        .body(Schema::object({}))
                        .optional_body()
                        .signed_in()
                        .answers(204, "Signed out")
                        .handle([this](Request& request) { return logout(request); }));
}

void SessionRoutes::declare_password(Setup& setup) {
    const auto contact_body = [this](Schema schema) {
        return has_sms_ ? schema : by_mail_alone(std::move(schema), "phone_number");
    };
    setup.add_route(
        Route::post("/password/forgot/")
            .summary("Ask for a code to set a new password")
            .describe(
                "The answer is the same whether or not there is an account with this address.")
            .body(contact_body(http::schema_of<PasswordForgotten>()))
            .check([this](const Json& body) { return check_contact(body); })
            .answers(202, "If there is an account, a code is on its way",
                     Schema::object({{"message", Schema::string()}}).named("Accepted"))
            .answers(429, "Too many from this address")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) { return forgot(request); }));
    setup.add_route(
        Route::post("/password/reset/")
            .summary("Set a new password with the code")
            .describe("Every token and remembered credential of the account ends at once.")
            .body(contact_body(http::schema_of<PasswordReset>()))
            .check([this](const Json& body) { return check_contact(body); })
            .answers(204, "The new password is set")
            .answers(401, "Wrong code; attempts_left tells how many tries remain")
            .answers(404, "No reset is waiting for this address, or it has expired")
            .answers(422, "The new password is not acceptable: see errors")
            .answers(429, "The last wrong code: ask for a new one")
            .answers(503, "Too busy at this moment; try the same code again")
            .handle([this](Request& request) { return reset(request); }));
}

Result<Response> SessionRoutes::login(const Request& request) const {
    const auto wanted = request.read<Login>();
    const std::string who = wanted.email          ? *wanted.email
                            : wanted.phone_number ? phones_.normalise(*wanted.phone_number).value()
                                                  : std::to_string(*wanted.user_id);
    const auto user = guard_.verify(who, wanted.password, request.client_address);
    if (!user) return user.error();
    const auto issued = tokens_.issue(*user);
    if (!issued) return issued.error();
    return tokens_response(*issued);
}

Result<Response> SessionRoutes::refresh(const Request& request) const {
    const auto issued = tokens_.refresh(request.read<Refresh>().refresh_token);
    if (!issued) return issued.error();
    return tokens_response(*issued);
}

Result<Response> SessionRoutes::logout(const Request& request) const {
    if (const auto family = parse_number(request.who().token_id)) {
        if (Status revoked = tokens_.revoke(*family); !revoked) return std::move(revoked).error();
    }
    return Response::no_content();
}

Result<Response> SessionRoutes::forgot(const Request& request) const {
    const Contact contact = request.read<PasswordForgotten>().contact(phones_);
    if (Status asked = resets_.forgot(contact, request.client_address); !asked)
        return std::move(asked).error();
    const bool is_mail = contact.channel == Channel::email;
    return Response::json(
        202, Json::object(
                 {{"message", std::string("If there is an account with this ") +
                                  (is_mail ? "address" : "number") + ", a code is on its way"}}));
}

Result<Response> SessionRoutes::reset(const Request& request) const {
    const auto wanted = request.read<PasswordReset>();
    if (Status done = resets_.reset(wanted.contact(phones_), wanted.otp, wanted.password,
                                    request.client_address);
        !done)
        return std::move(done).error();
    return Response::no_content();
}

}  // namespace kitchen::auth
