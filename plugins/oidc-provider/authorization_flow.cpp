#include "authorization_flow.h"

#include <algorithm>

#include "base64url.h"
#include "json_web_token.h"
#include "kitchen/text.h"
#include "oauth_messages.h"
#include "oauth_pages.h"

namespace kitchen::oidc_provider {
namespace {

constexpr std::int64_t code_lifetime = 60 * std::int64_t{1000};
constexpr std::int64_t ticket_lifetime = 60 * 60 * std::int64_t{1000};
constexpr std::string_view ticket_use = "authorization ticket";
constexpr JwtAlgorithm ticket_algorithm[] = {JwtAlgorithm::es256};
constexpr JwtAlgorithm both_algorithms[] = {JwtAlgorithm::es256, JwtAlgorithm::rs256};

using http::Response;

bool lists(const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

Response lost_page() {
    return message_page(400, "This page is too old",
                        "It was left open for too long, or you are signed in as someone else by "
                        "now. Go back to where you came from and begin again.");
}

bool covers(std::string_view consented, std::string_view scope) {
    for (const std::string& word : words_of(scope))
        if (!has_word(consented, word)) return false;
    return true;
}

}  // namespace

std::string new_secret(Random& random) {
    std::string bytes(32, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return base64url(bytes);
}

Result<Response> AuthorizationFlow::authorize(const http::Request& http,
                                              const AuthorizationRequest& request) {
    const auto client = deps_.clients.find(request.client_id);
    if (!client) return client.error();
    // To an address that is not the client's, nothing is sent.
    if (!client->has_value())
        return message_page(400, "This application is not known",
                            "The client_id of the link is not one of this restaurant's.");
    if (!lists((*client)->redirect_uris, request.redirect_uri))
        return message_page(400, "This application is set up wrongly",
                            "The redirect_uri of the link is not one that the application has "
                            "registered.");
    if (const auto fault = fault_in(request, **client)) return refuse(http, request, *fault);
    const auto session = session_of(http);
    if (!session) return session.error();
    return proceed(http, {request, **client}, *session);
}

Result<Response> AuthorizationFlow::proceed(const http::Request& http, const Progress& progress,
                                            const std::optional<Session>& session) {
    const AuthorizationRequest& request = progress.request;
    const std::int64_t now = to_millis(deps_.clock.now());
    std::string subject;  // whom the client expects
    if (!request.id_token_hint.empty()) {
        const auto hint = read_hint(http, request.id_token_hint);
        if (!hint) return hint.error();
        if (!hint->has_value())
            return refuse(http, request, {"invalid_request", "The id_token_hint is not ours."});
        subject = (*hint)->subject;
    }
    const bool is_other =
        session && !subject.empty() && subject != std::to_string(session->who.user_id);
    const auto longest = request.longest_ago();
    const bool is_too_old =
        session && longest && now / 1000 - session->signed_in_at / 1000 > *longest;
    const bool must_sign_in =
        !session ||
        (!progress.has_signed_in &&
         (request.prompts("login") || request.prompts("select_account") || is_too_old || is_other));
    if (is_other && progress.has_signed_in)
        return refuse(http, request, {"login_required", "Someone else has signed in."});
    if (must_sign_in) {
        if (request.prompts("none"))
            return refuse(http, request, {"login_required", "No user is signed in."});
        return ask_to_sign_in(http, progress, 200, request.login_hint, "");
    }

    const std::string scope = request.granted_scope(progress.client);
    const auto consented = deps_.store.read<std::string>([&](Transaction& tx) {
        return deps_.rows.consent(tx, session->who.user_id, progress.client.id);
    });
    if (!consented) return consented.error();
    const bool must_consent =
        !progress.has_consented && (request.prompts("consent") ||
                                    (progress.client.asks_consent && !covers(*consented, scope)));
    if (!must_consent) return give_code(http, progress, *session);
    if (request.prompts("none"))
        return refuse(http, request, {"consent_required", "The user has not consented yet."});
    const auto ticket = ticket_for(progress, session->hash);
    if (!ticket) return ticket.error();
    return consent_page(
        {progress.client.name, words_of(scope), *ticket, request.redirect_uri, http.base_url});
}

Result<Response> AuthorizationFlow::ask_to_sign_in(const http::Request& http,
                                                   const Progress& progress, int status,
                                                   std::string user, std::string fault) {
    const auto ticket = ticket_for(progress, "");
    if (!ticket) return ticket.error();
    return sign_in_page(status, {progress.client.name, std::move(user), std::move(fault), *ticket,
                                 progress.request.redirect_uri, http.base_url});
}

Result<Response> AuthorizationFlow::sign_in(const http::Request& http, const SignInForm& form) {
    std::string ticket_session;
    const auto resumed = resume(form.ticket, ticket_session);
    if (!resumed) return resumed.error();
    if (!resumed->has_value()) return lost_page();
    Progress progress = **resumed;
    if (form.decision == "deny")
        return refuse(http, progress.request, {"access_denied", "The user did not sign in."});
    const auto who = deps_.tokens.sign_in(form.user, form.password, http.client_address);
    if (!who) {
        const Error& error = who.error();
        if (error.kind == Errc::unauthenticated)
            return ask_to_sign_in(http, progress, 422, form.user,
                                  "The email or the password is not right. Try again.");
        if (error.kind == Errc::too_many_requests)
            return ask_to_sign_in(http, progress, 429, form.user,
                                  "There were too many attempts. Wait a minute and try again.");
        return error;
    }

    const std::string secret = new_secret(deps_.random);
    const Session session{sha256_base64url(secret), *who, to_millis(deps_.clock.now())};
    const auto old = http.cookie(cookie_name);
    const Status kept = deps_.store.transact([&](Transaction& tx) -> Status {
        if (old)
            if (Status gone = deps_.rows.remove_session(tx, sha256_base64url(*old)); !gone)
                return gone;
        return deps_.rows.add_session(tx, session, session.signed_in_at + session_.count());
    });
    if (!kept) return kept.error();
    deps_.log.info("signed in to the provider",
                   {{"user_id", who->user_id}, {"client", progress.client.id}});
    progress.has_signed_in = true;
    auto response = proceed(http, progress, session);
    if (!response) return response;
    return std::move(*response).with_cookie(cookie(http, secret, session_.count() / 1000));
}

Result<Response> AuthorizationFlow::consent(const http::Request& http, const ConsentForm& form) {
    const auto session = session_of(http);
    if (!session) return session.error();
    std::string ticket_session;
    auto resumed = resume(form.ticket, ticket_session);
    if (!resumed) return resumed.error();
    if (!resumed->has_value() || !session->has_value() || ticket_session != (*session)->hash)
        return lost_page();
    Progress progress = **resumed;
    if (form.decision != "allow")
        return refuse(http, progress.request, {"access_denied", "The user did not consent."});
    const std::int64_t user_id = (*session)->who.user_id;
    const Status kept = deps_.store.transact([&](Transaction& tx) -> Status {
        auto consented = deps_.rows.consent(tx, user_id, progress.client.id);
        if (!consented) return consented.error();
        for (const std::string& word : words_of(progress.request.granted_scope(progress.client)))
            if (!has_word(*consented, word)) *consented += (consented->empty() ? "" : " ") + word;
        return deps_.rows.set_consent(tx, user_id, progress.client.id, *consented,
                                      to_millis(deps_.clock.now()));
    });
    if (!kept) return kept.error();
    progress.has_consented = true;
    return proceed(http, progress, *session);
}

Result<Response> AuthorizationFlow::give_code(const http::Request& http, const Progress& progress,
                                              const Session& session) {
    const AuthorizationRequest& request = progress.request;
    const std::string secret = new_secret(deps_.random);
    const Code code{.client_id = progress.client.id,
                    .redirect_uri = request.redirect_uri,
                    .challenge = request.code_challenge,
                    .nonce = request.nonce,
                    .scope = request.granted_scope(progress.client),
                    .who = session.who,
                    .signed_in_at = session.signed_in_at,
                    .expires_at = to_millis(deps_.clock.now()) + code_lifetime};
    const Status kept = deps_.store.transact(
        [&](Transaction& tx) { return deps_.rows.add_code(tx, sha256_base64url(secret), code); });
    if (!kept) return kept.error();
    return redirect_to(request.redirect_uri,
                       {{"code", secret}, {"state", request.state}, {"iss", http.base_url}});
}

Response AuthorizationFlow::refuse(const http::Request& http, const AuthorizationRequest& request,
                                   const OAuthError& error) const {
    return redirect_to(request.redirect_uri, {{"error", error.code},
                                              {"error_description", error.description},
                                              {"state", request.state},
                                              {"iss", http.base_url}});
}

Result<Response> AuthorizationFlow::sign_out(const http::Request& http,
                                             const SignOutRequest& request) {
    const auto hint = read_hint(http, request.id_token_hint);
    if (!hint) return hint.error();
    if (!request.id_token_hint.empty() && !hint->has_value())
        return message_page(400, "This link is not right", "Its id_token_hint is not ours.");
    const std::string client_id = hint->has_value() ? (*hint)->client_id : request.client_id;
    if (!request.client_id.empty() && client_id != request.client_id)
        return message_page(400, "This link is not right",
                            "Its client_id and its id_token_hint are of two applications.");
    std::string goes_to;
    if (!request.post_logout_redirect_uri.empty()) {
        const auto client = deps_.clients.find(client_id);
        if (!client) return client.error();
        if (!client->has_value() ||
            !lists((*client)->post_logout_redirect_uris, request.post_logout_redirect_uri))
            return message_page(400, "This link is not right",
                                "Its post_logout_redirect_uri is not one that the application "
                                "has registered.");
        goes_to = with_parameters(request.post_logout_redirect_uri, {{"state", request.state}});
    }
    const auto session = session_of(http);
    if (!session) return session.error();
    const std::string session_hash = session->has_value() ? (*session)->hash : "";
    const auto ticket = ticket_for(Json::object({{"goes_to", goes_to}}), session_hash);
    if (!ticket) return ticket.error();
    // Any site can send a browser here: without proof that it is about this person, ask.
    const bool is_proven = hint->has_value() && session->has_value() &&
                           (*hint)->subject == std::to_string((*session)->who.user_id);
    if (session->has_value() && !is_proven) return sign_out_page(*ticket, goes_to, http.base_url);
    return confirm_sign_out(http, *ticket);
}

Result<Response> AuthorizationFlow::confirm_sign_out(const http::Request& http,
                                                     std::string_view ticket) {
    const auto content = open(ticket);
    if (!content) return content.error();
    if (!content->has_value() || !(**content)["goes_to"].is_string()) return lost_page();
    const std::string& session_hash = (**content)["session"].as_string();
    const Status gone = deps_.store.transact(
        [&](Transaction& tx) { return deps_.rows.remove_session(tx, session_hash); });
    if (!gone) return gone.error();
    const std::string& goes_to = (**content)["goes_to"].as_string();
    Response response = goes_to.empty()
                            ? message_page(200, "You are signed out", "You can close this page.")
                            : redirect_to(goes_to, {});
    return std::move(response).with_cookie(cookie(http, "", 0));
}

Result<std::optional<Session>> AuthorizationFlow::session_of(const http::Request& http) {
    const auto secret = http.cookie(cookie_name);
    if (!secret) return std::optional<Session>();
    return deps_.store.read<std::optional<Session>>(
        [&](Transaction& tx) -> Result<std::optional<Session>> {
            auto session =
                deps_.rows.session(tx, sha256_base64url(*secret), to_millis(deps_.clock.now()));
            if (!session || !session->has_value()) return session;
            const auto current = deps_.identity.is_current(tx, (*session)->who);
            if (!current) return current.error();
            if (!*current) session->reset();
            return session;
        });
}

Result<std::string> AuthorizationFlow::ticket_for(Json content, std::string_view session_hash) {
    const auto key = deps_.keys.signing(JwtAlgorithm::es256);
    if (!key) return key.error();
    content.set("use", ticket_use);
    content.set("session", session_hash);
    content.set("made_at", to_millis(deps_.clock.now()));
    return sign_jwt(content, *key, "ticket+jwt");
}

Result<std::string> AuthorizationFlow::ticket_for(const Progress& progress,
                                                  std::string_view session_hash) {
    Json content = Json::object({{"has_signed_in", progress.has_signed_in}});
    content.set("request", parse_json(http::body_json(progress.request)).value());
    return ticket_for(std::move(content), session_hash);
}

Result<std::optional<Json>> AuthorizationFlow::open(std::string_view ticket) {
    const auto keys = deps_.keys.all();
    if (!keys) return keys.error();
    const auto content = verify_jwt(ticket, *keys, ticket_algorithm);
    const Json* claims = std::get_if<Json>(&content);
    if (!claims || (*claims)["use"] != Json(ticket_use) ||
        (*claims)["made_at"].as_integer() + ticket_lifetime < to_millis(deps_.clock.now()))
        return std::optional<Json>();
    return std::optional(*claims);
}

Result<std::optional<AuthorizationFlow::Progress>> AuthorizationFlow::resume(
    std::string_view ticket, std::string& session_hash) {
    const auto content = open(ticket);
    if (!content) return content.error();
    if (!content->has_value() || !(**content)["request"].is_object())
        return std::optional<Progress>();
    AuthorizationRequest request;
    http::read_body((**content)["request"], request);
    const auto client = deps_.clients.find(request.client_id);
    if (!client) return client.error();
    // It may have been removed or changed meanwhile.
    if (!client->has_value() || !lists((*client)->redirect_uris, request.redirect_uri))
        return std::optional<Progress>();
    session_hash = (**content)["session"].as_string();
    return std::optional(
        Progress{std::move(request), **client, (**content)["has_signed_in"] == Json(true)});
}

Result<std::optional<AuthorizationFlow::Hint>> AuthorizationFlow::read_hint(
    const http::Request& http, std::string_view id_token) {
    const auto keys = deps_.keys.all();
    if (!keys) return keys.error();
    const auto content = verify_jwt(id_token, *keys, both_algorithms);
    const Json* claims = std::get_if<Json>(&content);
    if (!claims || (*claims)["iss"] != Json(http.base_url) || !(*claims)["sub"].is_string() ||
        !(*claims)["aud"].is_string())
        return std::optional<Hint>();
    return std::optional(Hint{(*claims)["sub"].as_string(), (*claims)["aud"].as_string()});
}

http::Cookie AuthorizationFlow::cookie(const http::Request& http, std::string value,
                                       std::int64_t max_age) const {
    return {.name = cookie_name,
            .value = std::move(value),
            .max_age_seconds = max_age,
            .secure = http.base_url.starts_with("https://")};
}

}  // namespace kitchen::oidc_provider
