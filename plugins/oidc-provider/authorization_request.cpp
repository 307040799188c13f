#include "authorization_request.h"

#include <algorithm>

#include "base64url.h"
#include "kitchen/text.h"

namespace kitchen::oidc_provider {
namespace {

constexpr std::size_t hash_size = 32;  // of SHA-256

/// RFC 7636. A public client has nothing else that binds a code to it.
std::optional<OAuthError> fault_in_challenge(const AuthorizationRequest& request,
                                             const Client& client) {
    const auto& challenge = request.code_challenge;
    if (challenge.empty()) {
        if (client.is_public() || !request.code_challenge_method.empty())
            return OAuthError{"invalid_request", "A code_challenge is required."};
        return std::nullopt;
    }
    if (request.code_challenge_method != "S256")
        return OAuthError{"invalid_request", "The code_challenge_method must be S256."};
    const auto hash = from_base64url(challenge);
    if (!hash || hash->size() != hash_size)
        return OAuthError{"invalid_request", "The code_challenge is no SHA-256 in Base64url."};
    return std::nullopt;
}

std::optional<OAuthError> fault_in_prompt(const AuthorizationRequest& request) {
    const auto prompts = words_of(request.prompt);
    for (const std::string& prompt : prompts) {
        const bool is_known = prompt == "none" || prompt == "login" || prompt == "consent" ||
                              prompt == "select_account";
        if (!is_known) return OAuthError{"invalid_request", "This prompt is not known."};
        if (prompt == "none" && prompts.size() > 1)
            return OAuthError{"invalid_request", "The prompt none goes with no other."};
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

bool has_word(std::string_view text, std::string_view word) {
    const auto words = words_of(text);
    return std::find(words.begin(), words.end(), word) != words.end();
}

void AuthorizationRequest::describe(http::BodyFields<AuthorizationRequest>& field) {
    using T = AuthorizationRequest;
    const auto add = [&](const char* name, auto member) { field.optional(name, member).max(2048); };
    add("client_id", &T::client_id);
    add("redirect_uri", &T::redirect_uri);
    add("response_type", &T::response_type);
    add("response_mode", &T::response_mode);
    add("scope", &T::scope);
    add("state", &T::state);
    add("nonce", &T::nonce);
    add("code_challenge", &T::code_challenge);
    add("code_challenge_method", &T::code_challenge_method);
    add("prompt", &T::prompt);
    add("max_age", &T::max_age);
    add("login_hint", &T::login_hint);
    add("id_token_hint", &T::id_token_hint);
    add("request", &T::request);
    add("request_uri", &T::request_uri);
    add("registration", &T::registration);
}

std::optional<std::int64_t> AuthorizationRequest::longest_ago() const {
    return parse_number(max_age);
}

std::string AuthorizationRequest::granted_scope(const Client& client) const {
    std::string granted;
    for (const std::string& word : words_of(scope)) {
        const bool is_allowed =
            std::find(client.scopes.begin(), client.scopes.end(), word) != client.scopes.end();
        if (is_allowed && !has_word(granted, word)) granted += (granted.empty() ? "" : " ") + word;
    }
    return granted;
}

std::optional<OAuthError> fault_in(const AuthorizationRequest& request, const Client& client) {
    if (!request.request.empty())
        return OAuthError{"request_not_supported", "Send the parameters one by one."};
    if (!request.request_uri.empty())
        return OAuthError{"request_uri_not_supported", "Send the parameters one by one."};
    if (!request.registration.empty())
        return OAuthError{"registration_not_supported", "Clients are registered beforehand."};
    if (request.response_type.empty())
        return OAuthError{"invalid_request", "The response_type is missing."};
    if (request.response_type != "code")
        return OAuthError{"unsupported_response_type", "The response_type must be code."};
    if (!request.response_mode.empty() && request.response_mode != "query")
        return OAuthError{"invalid_request", "The response_mode must be query."};
    if (request.granted_scope(client).empty())
        return OAuthError{"invalid_scope", "None of these scopes is this client's."};
    if (!request.max_age.empty() && request.longest_ago().value_or(-1) < 0)
        return OAuthError{"invalid_request", "The max_age must be seconds."};
    if (auto fault = fault_in_prompt(request)) return fault;
    return fault_in_challenge(request, client);
}

}  // namespace kitchen::oidc_provider
