#include "provider_routes.h"

#include "json_web_key.h"
#include "oauth_messages.h"

namespace kitchen::oidc_provider {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

static void describe(BodyFields<AuthorizationFlow::SignInForm>& field) {
    using T = AuthorizationFlow::SignInForm;
    field.optional("ticket", &T::ticket);
    field.optional("user", &T::user).max(254);
    field.optional("password", &T::password).format(http::Format::password).max(1024);
    field.optional("decision", &T::decision);
}

static void describe(BodyFields<AuthorizationFlow::ConsentForm>& field) {
    using T = AuthorizationFlow::ConsentForm;
    field.optional("ticket", &T::ticket);
    field.optional("decision", &T::decision);
}

static void describe(BodyFields<AuthorizationFlow::SignOutRequest>& field) {
    using T = AuthorizationFlow::SignOutRequest;
    field.optional("id_token_hint", &T::id_token_hint).max(4096);
    field.optional("client_id", &T::client_id).max(256);
    field.optional("post_logout_redirect_uri", &T::post_logout_redirect_uri).max(2048);
    field.optional("state", &T::state).max(2048);
}

namespace {

struct Ticket {
    std::string ticket;
    static void describe(BodyFields<Ticket>& field) { field.optional("ticket", &Ticket::ticket); }
};

/// RFC 6750, section 2.2, for those that do not send it as a header.
struct AccessToken {
    std::string token;
    static void describe(BodyFields<AccessToken>& field) {
        field.optional("access_token", &AccessToken::token);
    }
};

struct AddedClient : ClientForm {
    std::string id, secret;
};

/// A link to a page, that programs send as a form too; the form becomes the link, so that the
/// browser brings its cookie.
template <class T>
Route link(std::string pattern) {
    Route route = Route::get(std::move(pattern));
    for (const Schema::Member& member : http::schema_of<T>().members)
        route.query({member.name, member.schema, member.schema.description});
    return route;
}
template <class T>
T query_of(const Request& request) {
    Json values = Json::object();
    for (const auto& [name, value] : request.query_parameters) values.set(name, value);
    T read{};
    http::read_body(values, read);
    return read;
}
Response as_link(const Request& request, const std::string& path) {
    Parameters parameters;
    for (const auto& [name, value] : request.json.as_object())
        parameters.emplace_back(name, value.as_string());
    return redirect_to(request.base_url + path, parameters);
}

Route& is_page(Route& route, const char* summary) {
    return route.summary(summary)
        .answers(200, "A page", "text/html")
        .answers(303, "On to the client")
        .answers(400, "What went wrong", "text/html");
}

}  // namespace

static void describe(BodyFields<AddedClient>& field) {
    field.named("OAuthClient");
    field("id", &AddedClient::id);
    field.optional("secret", &AddedClient::secret).or_null().describe("Shown this once");
    field("name", &AddedClient::name);
    field("redirect_uris", &AddedClient::redirect_uris);
    field("post_logout_redirect_uris", &AddedClient::post_logout_redirect_uris);
    field("scopes", &AddedClient::scopes);
    field("id_token_algorithm", &AddedClient::id_token_algorithm);
    field("account_id", &AddedClient::account_id);
    field("asks_consent", &AddedClient::asks_consent);
}

void ProviderRoutes::declare(Setup& setup) {
    declare_discovery(setup);
    declare_pages(setup);
    declare_tokens(setup);
    declare_clients(setup);
    http::Middleware learner = [](Request&, const http::Next& next) { return next(); };
    setup.add_middleware(http::Phase::admit, "oidc-provider-scopes",
                         std::move(learner)
                             .only_for({"GET /oauth/jwks/"})
                             .learns_routes([this](const std::vector<Route>& routes) {
                                 scopes_ = {"openid", "profile", "email", "phone", "address"};
                                 for (const Route& route : routes)
                                     if (route.access != http::Access::anyone)
                                         for (std::string& scope : route.scopes())
                                             scopes_.insert(std::move(scope));
                                 scopes_.erase("openid:read");
                             }));
}

void ProviderRoutes::declare_discovery(Setup& setup) {
    for (const char* path :
         {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"})
        setup.add_route(Route::get(path)
                            .summary("What this provider does and where")
                            .answers(200, "The metadata", Schema::object({}).open())
                            .handle([this](Request& request) { return discovery(request); }));
    setup.add_route(Route::get("/oauth/jwks/")
                        .summary("The keys that sign")
                        .answers(200, "A JWK Set", Schema::object({}).open())
                        .handle([this](Request&) { return keys(); }));
}

void ProviderRoutes::declare_pages(Setup& setup) {
    constexpr const char* cookie = AuthorizationFlow::cookie_name;
    Route authorize = link<AuthorizationRequest>("/oauth/authorize/");
    setup.add_route(
        is_page(authorize, "Ask for a code").uses_cookie(cookie).handle([this](Request& request) {
            return deps_.flow.authorize(request, query_of<AuthorizationRequest>(request));
        }));
    setup.add_route(
        Route::post("/oauth/authorize/")
            .summary("The same as a form")
            .takes_fields<AuthorizationRequest>()
            .answers(303, "To the page")
            .handle([](Request& request) { return as_link(request, "/oauth/authorize/"); }));
    Route sign_in = Route::post("/oauth/sign-in/");
    setup.add_route(is_page(sign_in, "The sign-in page was sent")
                        .uses_cookie(cookie)
                        .takes_fields<AuthorizationFlow::SignInForm>()
                        .answers(422, "The page again: not the right password", "text/html")
                        .answers(429, "Too many attempts", "text/html")
                        .handle([this](Request& request) {
                            return deps_.flow.sign_in(
                                request, request.read<AuthorizationFlow::SignInForm>());
                        }));
    Route consent = Route::post("/oauth/consent/");
    setup.add_route(is_page(consent, "The consent page was sent")
                        .uses_cookie(cookie)
                        .takes_fields<AuthorizationFlow::ConsentForm>()
                        .handle([this](Request& request) {
                            return deps_.flow.consent(
                                request, request.read<AuthorizationFlow::ConsentForm>());
                        }));
    Route sign_out = link<AuthorizationFlow::SignOutRequest>("/oauth/logout/");
    setup.add_route(is_page(sign_out, "Sign out of this browser")
                        .uses_cookie(cookie)
                        .handle([this](Request& request) {
                            return deps_.flow.sign_out(
                                request, query_of<AuthorizationFlow::SignOutRequest>(request));
                        }));
    setup.add_route(
        Route::post("/oauth/logout/")
            .summary("The same as a form")
            .takes_fields<AuthorizationFlow::SignOutRequest>()
            .answers(303, "To the page")
            .handle([](Request& request) { return as_link(request, "/oauth/logout/"); }));
    Route confirm = Route::post("/oauth/sign-out/");
    setup.add_route(is_page(confirm, "The sign-out page was sent")
                        .uses_cookie(cookie)
                        .takes_fields<Ticket>()
                        .handle([this](Request& request) {
                            return deps_.flow.confirm_sign_out(request,
                                                               request.read<Ticket>().ticket);
                        }));
}

void ProviderRoutes::declare_tokens(Setup& setup) {
    const auto endpoint = [&](const char* path, const char* summary, auto handle) {
        setup.add_route(
            Route::post(path)
                .summary(summary)
                .takes_fields<TokenForm>()
                .answers(200, "Done", Schema::object({}).open())
                .answers(400, "An error of RFC 6749", Schema::object({}).open())
                .answers(401, "The client is not known, or its secret", Schema::object({}).open())
                .handle([this, handle](Request& request) {
                    return (deps_.tokens.*handle)(request, request.read<TokenForm>());
                }));
    };
    endpoint("/oauth/token/", "Tokens for a code, a refresh token or a client",
             &TokenEndpoint::give);
    endpoint("/oauth/revoke/", "End a token, and those that came with it", &TokenEndpoint::revoke);
    endpoint("/oauth/introspect/", "What a token is good for", &TokenEndpoint::introspect);
    for (Route route :
         {Route::get("/oauth/userinfo/").signed_in(),
          Route::post("/oauth/userinfo/").maybe_signed_in().takes_fields<AccessToken>()})
        setup.add_route(route.summary("Who has signed in")
                            .scope("openid")
                            .answers(200, "The claims", Schema::object({}).open())
                            .answers(401, "The token is not valid, or not any more")
                            .handle([this](Request& request) { return user_info(request); }));
}

void ProviderRoutes::declare_clients(Setup& setup) {
    setup.add_route(Route::get("/oauth/clients/")
                        .summary("The clients")
                        .roles({"admin"})
                        .answers(200, "All of them", Schema::array(http::schema_of<AddedClient>()))
                        .handle([this](Request&) { return list_clients(); }));
    Schema body = http::schema_of<ClientForm>();
    body.members.push_back({"public",
                            Schema::boolean().describe("In a browser or an app: has no secret"),
                            http::optional});
    setup.add_route(Route::post("/oauth/clients/")
                        .summary("Add a client")
                        .roles({"admin"})
                        .scope("operator")  // the client's scopes may be any
                        .changes("oauth_client",
                                 "SELECT id, form, created_at FROM oauth_clients ORDER BY "
                                 "created_at DESC, id DESC LIMIT 1")
                        .body(body.named("NewOAuthClient"))
                        .answers<AddedClient>(201, "Added, with its secret")
                        .handle([this](Request& request) { return add_client(request); }));
    setup.add_route(Route::del("/oauth/clients/{id}/")
                        .summary("Remove a client")
                        .describe("Its refresh tokens end now, its access tokens by themselves.")
                        .roles({"admin"})
                        .scope("operator")
                        .changes("oauth_client",
                                 "SELECT id, form, created_at FROM oauth_clients "
                                 "WHERE id = $1")
                        .answers(204, "Removed")
                        .answers(404, "None was added under this id")
                        .handle([this](Request& request) { return remove_client(request); }));
}

Response ProviderRoutes::discovery(const Request& request) const {
    const std::string& issuer = request.base_url;
    const auto list = [](std::initializer_list<const char*> items) {
        Json array = Json::array();
        for (const char* item : items) array.as_array().emplace_back(item);
        return array;
    };
    Json scopes = Json::array();
    for (const std::string& scope : scopes_) scopes.as_array().emplace_back(scope);
    const Json methods = list({"client_secret_basic", "client_secret_post", "none"});
    Json metadata = Json::object();
    metadata.set("issuer", issuer)
        .set("authorization_endpoint", issuer + "/oauth/authorize")
        .set("token_endpoint", issuer + "/oauth/token")
        .set("userinfo_endpoint", issuer + "/oauth/userinfo")
        .set("jwks_uri", issuer + "/oauth/jwks")
        .set("revocation_endpoint", issuer + "/oauth/revoke")
        .set("introspection_endpoint", issuer + "/oauth/introspect")
        .set("end_session_endpoint", issuer + "/oauth/logout")
        .set("scopes_supported", std::move(scopes))
        .set("response_types_supported", list({"code"}))
        .set("response_modes_supported", list({"query"}))
        .set("grant_types_supported",
             list({"authorization_code", "refresh_token", "client_credentials"}))
        .set("subject_types_supported", list({"public"}))
        .set("id_token_signing_alg_values_supported", list({"RS256", "ES256"}))
        .set("token_endpoint_auth_methods_supported", methods)
        .set("revocation_endpoint_auth_methods_supported", methods)
        .set("introspection_endpoint_auth_methods_supported",
             list({"client_secret_basic", "client_secret_post"}))
        .set("code_challenge_methods_supported", list({"S256"}))
        .set("prompt_values_supported", list({"none", "login", "consent", "select_account"}))
        .set("claims_supported", list({"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce",
                                       "at_hash", "amr", "name", "email", "email_verified",
                                       "phone_number", "phone_number_verified", "address"}))
        .set("claims_parameter_supported", false)
        .set("request_parameter_supported", false)
        .set("request_uri_parameter_supported", false)
        .set("authorization_response_iss_parameter_supported", true);
    return Response::json(200, metadata).with_header("Cache-Control", "public, max-age=300");
}

Result<Response> ProviderRoutes::keys() const {
    const auto keys = deps_.keys.all();
    if (!keys) return keys.error();
    Json list = Json::array();
    for (const JsonWebKey& key : *keys) list.as_array().push_back(key.public_jwk());
    return Response::json(200, Json::object({{"keys", std::move(list)}}))
        .with_header("Cache-Control", "public, max-age=300");
}

Result<Response> ProviderRoutes::user_info(const Request& request) const {
    Principal who;
    if (request.principal) {
        who = *request.principal;
    } else {
        const auto facts = deps_.store.read<std::optional<ClientTokenFacts>>([&](Transaction& tx) {
            return deps_.client_tokens.look_up(tx, request.read<AccessToken>().token);
        });
        if (!facts) return facts.error();
        if (!facts->has_value() || (*facts)->is_refresh || !has_word((*facts)->scope, "openid"))
            return Error(Errc::unauthenticated, "invalid_token",
                         "The access token is not valid, or not any more.");
        who = {.user_id = (*facts)->user_id, .role = {}, .token_id = {}, .scope = (*facts)->scope};
    }
    const auto may = [&](std::string_view scope) { return who.has_scope(scope); };
    const auto claims = deps_.store.read<Json>([&](Transaction& tx) -> Result<Json> {
        const auto account = deps_.identity.account(tx, who.user_id);
        if (!account) return account.error();
        Json found = Json::object({{"sub", std::to_string(who.user_id)}});
        if (!account->has_value()) return found;
        // Its owner has given a code that was mailed there.
        if (may("email") && !(*account)->email.empty())
            found.set("email", (*account)->email).set("email_verified", true);
        if (may("phone") && !(*account)->phone_number.empty())
            found.set("phone_number", (*account)->phone_number)
                .set("phone_number_verified", (*account)->phone_proved);
        if (!may("profile") && !may("address")) return found;
        const auto address = deps_.addresses.default_address(tx, who.user_id);
        if (!address) return address.error();
        if (!address->has_value()) return found;
        const Address& home = **address;
        if (may("profile") && !home.recipient_name.empty()) found.set("name", home.recipient_name);
        if (may("address"))
            found.set("address", Json::object({{"street_address", home.line1},
                                               {"locality", home.city},
                                               {"region", home.state},
                                               {"postal_code", home.postal_code},
                                               {"country", home.country}}));
        return found;
    });
    if (!claims) return claims.error();
    return private_json(*claims);
}

Result<Response> ProviderRoutes::add_client(const Request& request) const {
    Client client;
    http::read_body(request.json, static_cast<ClientForm&>(client));
    if (const auto fault = fault_of(client)) return invalid_field("", "client", "The " + *fault);
    const bool is_public = request.json["public"] == Json(true);
    if (is_public && client.account_id != 0)
        return invalid_field("/account_id", "public", "A public client cannot act for itself.");
    client.id = deps_.random.hex(8);
    AddedClient added{client, client.id, is_public ? "" : new_secret(deps_.random)};
    if (!is_public) client.secret_hash = sha256_base64url(added.secret);
    if (Status kept = deps_.clients.add(client, to_millis(deps_.clock.now())); !kept)
        return std::move(kept).error();
    return Response::json(201, added).with_header("Cache-Control", "no-store");
}

Result<Response> ProviderRoutes::list_clients() const {
    const auto clients = deps_.clients.all();
    if (!clients) return clients.error();
    std::string text;
    JsonWriter out(text);
    out.begin_array();
    for (const Client& client : *clients) http::write_body(out, AddedClient{client, client.id, ""});
    out.end_array();
    return Response::raw_json(200, std::move(text));
}

Result<Response> ProviderRoutes::remove_client(const Request& request) const {
    const auto removed = deps_.clients.remove(request.path_text("id"));
    if (!removed) return removed.error();
    if (!*removed)
        return Error(Errc::not_found, "client_not_found", "No client was added under this id.");
    return Response::no_content();
}

}  // namespace kitchen::oidc_provider
