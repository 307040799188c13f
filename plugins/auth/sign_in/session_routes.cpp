#include "sign_in/session_routes.h"

#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

using http::Format;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

Schema tokens_schema() {
    return Schema::object(
               {
                   {"access_token", Schema::string().describe("For Authorization: Bearer")},
                   {"token_type", Schema::string().one_of({"Bearer"})},
                   {"expires_in",
                    Schema::integer().describe("Seconds until the access token expires")},
                   {"refresh_token",
                    Schema::string().describe("Good once, for POST /token/refresh/")},
               })
        .named("Tokens");
}

/// RFC 6749 5.1: nothing on the way may keep it.
Response tokens_response(const IssuedTokens& issued) {
    return Response::json(200,
                          Json::object({{"access_token", issued.access_token},
                                        {"token_type", "Bearer"},
                                        {"expires_in", std::int64_t{issued.expires_in.count()}},
                                        {"refresh_token", issued.refresh_token}}))
        .with_header("Cache-Control", "no-store");
}

/// The user id or the email, as PasswordGuard takes it.
Result<std::string> login_user(const Json& body) {
    const Json* email = body.find("email");
    const Json* user_id = body.find("user_id");
    if (email != nullptr && user_id != nullptr)
        return invalid_field("/user_id", "ambiguous", "Give either email or user_id, not both.");
    if (email != nullptr) return email->as_string();
    if (user_id != nullptr) return std::to_string(user_id->as_integer());
    return invalid_field("/email", "required", "Give the email or the user_id of the account.");
}

}  // namespace

void SessionRoutes::declare(Setup& setup) {
    declare_tokens(setup);
    declare_password(setup);
}

void SessionRoutes::declare_tokens(Setup& setup) {
    setup.add_route(
        Route::post("/login/")
            .summary("Sign in")
            .describe("Gives a bearer token for an email or user id and a password.")
            .body(
                Schema::object(
                    {
                        {"email", Schema::string().format(Format::email).max(254), http::optional},
                        {"user_id", Schema::integer().min(1), http::optional},
                        {"password", Schema::string().format(Format::password).min(1).max(1024)},
                    })
                    .named("Login"))
            .answers(200, "Signed in", tokens_schema())
            .answers(401, "The credentials are not right")
            .answers(429, "Too many failures from this address, for this account or in all")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) { return login(request); }));
    setup.add_route(
        Route::post("/token/refresh/")
            .summary("Exchange a refresh token")
            .describe("Each refresh token is good once. Showing a used one again ends the whole "
                      "sign-in, on every device that shares it.")
            .body(Schema::object({{"refresh_token",
                                   Schema::string().format(Format::password).min(1).max(256)}})
                      .named("Refresh"))
            .answers(200, "New tokens; the old ones are void", tokens_schema())
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
    setup.add_route(
        Route::post("/password/forgot/")
            .summary("Ask for a code to set a new password")
            .describe(
                "The answer is the same whether or not there is an account with this address.")
            .body(Schema::object({{"email", Schema::string().format(Format::email).max(254)}})
                      .named("PasswordForgotten"))
            .answers(202, "If there is an account, a code is on its way",
                     Schema::object({{"message", Schema::string()}}).named("Accepted"))
            .answers(429, "Too many from this address")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) { return forgot(request); }));
    setup.add_route(
        Route::post("/password/reset/")
            .summary("Set a new password with a mailed code")
            .describe("Every token and remembered credential of the account ends at once.")
            .body(Schema::object({
                                     {"email", Schema::string().format(Format::email).max(254)},
                                     {"otp", Schema::string()
                                                 .format(Format::digits)
                                                 .min(OneTimeCodes::digits)
                                                 .max(OneTimeCodes::digits)},
                                     {"password", Schema::string()
                                                      .format(Format::password)
                                                      .min(PasswordRules::min_length)
                                                      .max(PasswordRules::max_length)},
                                 })
                      .named("PasswordReset"))
            .answers(204, "The new password is set")
            .answers(401, "Wrong code; attempts_left tells how many tries remain")
            .answers(404, "No reset is waiting for this address, or it has expired")
            .answers(422, "The new password is not acceptable: see errors")
            .answers(429, "The last wrong code: ask for a new one")
            .answers(503, "Too busy at this moment; try the same code again")
            .handle([this](Request& request) { return reset(request); }));
}

Result<Response> SessionRoutes::login(const Request& request) const {
    const auto who = login_user(request.json);
    if (!who) return who.error();
    const auto user =
        guard_.verify(*who, request.json["password"].as_string(), request.client_address);
    if (!user) return user.error();
    const auto issued = tokens_.issue(*user);
    if (!issued) return issued.error();
    return tokens_response(*issued);
}

Result<Response> SessionRoutes::refresh(const Request& request) const {
    const auto issued = tokens_.refresh(request.json["refresh_token"].as_string());
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
    if (Status asked = resets_.forgot(request.json["email"].as_string(), request.client_address);
        !asked)
        return std::move(asked).error();
    return Response::json(
        202, Json::object(
                 {{"message", "If there is an account with this address, a code is on its way"}}));
}

Result<Response> SessionRoutes::reset(const Request& request) const {
    const Json& body = request.json;
    if (Status done = resets_.reset(body["email"].as_string(), body["otp"].as_string(),
                                    body["password"].as_string(), request.client_address);
        !done)
        return std::move(done).error();
    return Response::no_content();
}

}  // namespace kitchen::auth
