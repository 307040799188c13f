#include "oidc_routes.h"

#include "kitchen/http/page.h"

namespace kitchen::oidc_login {
namespace {

/// One who adds a sign-in has the account for good.
Error not_for_clients() {
    return Error(Errc::forbidden, "insufficient_scope",
                 "Only the owner of the account can do this, signed in here.");
}

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

struct ListedProvider {
    std::string id, label;

    static void describe(BodyFields<ListedProvider>& field) {
        field.named("SignInProvider");
        field("id", &ListedProvider::id);
        field("label", &ListedProvider::label).describe("For its button");
    }
};

struct ProviderList {
    std::vector<ListedProvider> providers;

    static void describe(BodyFields<ProviderList>& field) {
        field.named("SignInProviders");
        field("providers", &ProviderList::providers);
    }
};

/// What a page has when it is returned to.
struct CodeGiven {
    std::string code, code_verifier;

    template <class Body>
    static void describe_code(BodyFields<Body>& field) {
        field("code", &Body::code).min(1).max(128).describe("Of the page's URL; good once");
        field("code_verifier", &Body::code_verifier)
            .min(43)
            .max(128)
            .describe("Whose SHA-256 in Base64url was the code_challenge");
    }
    static void describe(BodyFields<CodeGiven>& field) {
        field.named("SignInCode");
        describe_code(field);
    }
};

/// A sign-in opens the account for good, also after its tokens and its password have changed.
struct SignInGiven : CodeGiven {
    std::string password;

    static void describe(BodyFields<SignInGiven>& field) {
        field.named("NewSignIn");
        describe_code(field);
        field.optional("password", &SignInGiven::password)
            .format(http::Format::password)
            .max(1024)
            .describe("The current one of the account, unless it has none");
    }
};

struct OwnSignIn {
    SignIn sign_in;
    std::string provider;

    static void describe(BodyFields<OwnSignIn>& field) {
        field.named("SignIn");
        field("id", [](const OwnSignIn& own) { return own.sign_in.id; }).min(1);
        field("provider", &OwnSignIn::provider)
            .or_null()
            .describe("null: one that is not used any more");
        field("email", [](const OwnSignIn& own) { return own.sign_in.email; }).or_null();
        field("created_at", [](const OwnSignIn& own) { return own.sign_in.created_at; });
    }
};

/// RFC 6749 5.1: nothing on the way may keep it, and the page learns nothing of the URL before.
Response redirect(std::string url) {
    return Response(303)
        .with_header("Location", std::move(url))
        .with_header("Cache-Control", "no-store")
        .with_header("Referrer-Policy", "no-referrer");
}

http::Parameter text_parameter(std::string name, std::int64_t longest, std::string description) {
    return {std::move(name), Schema::string().max(longest), std::move(description)};
}

std::string text_of(const Request& request, std::string_view name) {
    return std::string(request.query(name).value_or(""));
}

}  // namespace

void OidcRoutes::declare(Setup& setup) {
    declare_flow(setup);
    declare_own(setup);
}

void OidcRoutes::declare_flow(Setup& setup) {
    setup.add_route(Route::get("/oidc/")
                        .summary("The providers that people may sign in by")
                        .answers<ProviderList>(200, "In the order of their buttons")
                        .handle([this](Request&) { return list_providers(); }));
    http::Parameter challenge{"code_challenge", Schema::string().min(43).max(43),
                              "SHA-256, in Base64url, of a secret that the page keeps (RFC 7636)"};
    challenge.is_required = true;
    setup.add_route(
        Route::get("/oidc/{provider}/start/")
            .summary("Begin to sign in by a provider")
            .describe("For a browser to go to, not for a script to fetch. It comes back to "
                      "return_to with ?code= or ?error=.")
            .uses_cookie(cookie_name)
            .query(text_parameter("return_to", 2048,
                                  "A page that the configuration lists; without it the first one"))
            .query(challenge)
            .answers(303, "To the provider")
            .answers(404, "No such provider")
            .answers(422, "Not a page that may be returned to")
            .handle([this](Request& request) { return start(request); }));
    setup.add_route(Route::get("/oidc/{provider}/callback/")
                        .summary("Where a provider sends people back to")
                        .uses_cookie(cookie_name)
                        .query(text_parameter("state", 256, "Which sign-in it is"))
                        .query(text_parameter("code", 4096, "The provider's code"))
                        .query(text_parameter("iss", 2048, "The provider's issuer (RFC 9207)"))
                        .query(text_parameter("error", 256, "Why there is no code"))
                        .answers(303, "To the page, with a code or an error")
                        .answers(403, "It was begun in another browser")
                        .answers(404, "No sign-in waits here, or it has expired")
                        .handle([this](Request& request) { return finish(request); }));
    setup.add_route(
        Route::post("/oidc/login/")
            .summary("Sign in with the code that a page was returned to with")
            .describe("Makes an account when there is none with the email address that the "
                      "provider has verified. It has no phone number and no password yet.")
            .body<CodeGiven>()
            .answers<IssuedTokens>(200, "Signed in")
            .answers(401, "The account is disabled")
            .answers(403,
                     "The provider has not verified the email address, or the code is for "
                     "another page")
            .answers(404, "No such code, or not any more")
            .answers(409, "An account of staff: sign in with its password, then link")
            .handle([this](Request& request) { return sign_in(request); }));
}

void OidcRoutes::declare_own(Setup& setup) {
    setup.add_route(Route::get("/me/sign-ins/")
                        .summary("The providers' sign-ins that open your account")
                        .signed_in()
                        .answers_page<OwnSignIn>("A page of them, ordered by id", "SignInPage")
                        .handle([this](Request& request) { return list(request); }));
    setup.add_route(
        Route::post("/me/sign-ins/")
            .summary("Let a provider's sign-in open your account")
            .describe(
                "Takes the code that the page was returned to with, as POST /oidc/login/, and "
                "the account's password.")
            .signed_in()
            .body<SignInGiven>()
            .answers<OwnSignIn>(201, "It opens your account from now on")
            .answers(403, "The code is for another page")
            .answers(404, "No such code, or not any more")
            .answers(409, "It opens another account")
            .answers(422, "Not the password")
            .answers(429, "Too many wrong passwords")
            .handle([this](Request& request) { return link(request); }));
    setup.add_route(Route::del("/me/sign-ins/{id:id}/")
                        .summary("Take a provider's sign-in away from your account")
                        .describe("Those that are signed in stay so.")
                        .signed_in()
                        .answers(204, "It opens your account no more")
                        .answers(404, "You have none with this id")
                        .answers(409, "It is the only way in: set a password first")
                        .handle([this](Request& request) { return unlink(request); }));
}

Result<Response> OidcRoutes::list_providers() const {
    ProviderList list;
    for (const auto& provider : flows_.providers())
        list.providers.push_back({provider->name(), provider->label()});
    return Response::json(200, list);
}

Result<Response> OidcRoutes::start(const Request& request) const {
    const std::string provider(request.path_text("provider"));
    // The same for all flows of a browser, so that two pages may sign in at once.
    std::string browser = request.cookie(cookie_name).value_or("");
    if (!SignInFlows::is_browser(browser)) browser = flows_.new_browser();
    auto url =
        flows_.start({provider, text_of(request, "return_to"), text_of(request, "code_challenge"),
                      request.base_url + "/oidc/" + provider + "/callback/"},
                     browser);
    if (!url) return std::move(url).error();
    http::Cookie cookie;
    cookie.name = cookie_name;
    cookie.value = browser;
    cookie.max_age_seconds = std::chrono::ceil<std::chrono::seconds>(cookie_ttl_).count();
    cookie.secure = cookie_secure_;
    return redirect(*std::move(url)).with_cookie(cookie);
}

Result<Response> OidcRoutes::finish(const Request& request) const {
    auto url = flows_.finish(
        request.path_text("provider"), text_of(request, "state"),
        request.cookie(cookie_name).value_or(""),
        {text_of(request, "code"), text_of(request, "iss"), text_of(request, "error")});
    if (!url) return std::move(url).error();
    return redirect(*std::move(url));
}

Result<Response> OidcRoutes::sign_in(const Request& request) const {
    const auto given = request.read<CodeGiven>();
    const auto identity = flows_.redeem(given.code, given.code_verifier);
    if (!identity) return identity.error();
    const auto issued = sign_ins_.sign_in(*identity);
    if (!issued) return issued.error();
    return Response::json(200, *issued).with_header("Cache-Control", "no-store");
}

Result<Response> OidcRoutes::list(const Request& request) const {
    return http::page_response(
        request,
        [&](const http::Page& page) {
            return sign_ins_.list(request.who().user_id, page.limit, page.offset);
        },
        [this](JsonWriter& out, const SignIn& sign_in) {
            http::write_body(out, OwnSignIn{sign_in, provider_of(sign_in.issuer)});
        });
}

Result<Response> OidcRoutes::link(const Request& request) const {
    if (request.who().scope) return not_for_clients();
    const auto given = request.read<SignInGiven>();
    const std::int64_t user_id = request.who().user_id;
    if (Status confirmed = sign_ins_.confirm(user_id, given.password, request.client_address);
        !confirmed)
        return std::move(confirmed).error();
    const auto identity = flows_.redeem(given.code, given.code_verifier);
    if (!identity) return identity.error();
    const auto linked = sign_ins_.link(user_id, *identity);
    if (!linked) return linked.error();
    return Response::json(201, OwnSignIn{*linked, provider_of(linked->issuer)});
}

Result<Response> OidcRoutes::unlink(const Request& request) const {
    if (request.who().scope) return not_for_clients();
    if (Status removed = sign_ins_.unlink(request.who().user_id, request.path_id("id")); !removed)
        return std::move(removed).error();
    return Response::no_content();
}

std::string OidcRoutes::provider_of(const std::string& issuer) const {
    for (const auto& provider : flows_.providers())
        if (provider->issuer() == issuer) return provider->name();
    return {};
}

}  // namespace kitchen::oidc_login
