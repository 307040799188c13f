#include "sign_in/client_token_service.h"

namespace kitchen::auth {
namespace {

Principal principal_of(const User& user) {
    return Principal{user.id, user.role, basic_token_id(user)};
}

ClientTokenPair pair_of(TokenGrant issued) {
    return {.grant_id = issued.family_id,
            .user_id = issued.user_id,
            .scope = std::move(issued.client.scope),
            .access_token = std::move(issued.access_token),
            .refresh_token = std::move(issued.refresh_token),
            .expires_in = issued.expires_in};
}

}  // namespace

Result<Principal> ClientTokenService::sign_in(std::string_view user, std::string_view password,
                                              std::string_view client_address) {
    const auto found = guard_.verify(user, password, client_address);
    if (!found) return found.error();
    return principal_of(*found);
}

Result<std::optional<Principal>> ClientTokenService::act_as(Transaction& tx, std::int64_t user_id) {
    const auto user = users_.by_id(tx, user_id);
    if (!user) return user.error();
    if (!user->has_value() || (*user)->disabled) return std::optional<Principal>();
    return std::optional(principal_of(**user));
}

Result<ClientTokenPair> ClientTokenService::issue(Transaction& tx, const Principal& who,
                                                  std::string_view client_id,
                                                  std::string_view scope) {
    const auto current = identity_.is_current(tx, who);
    if (!current) return current.error();
    const auto user = users_.by_id(tx, who.user_id);
    if (!user) return user.error();
    if (!*current || !user->has_value()) return invalid_credentials();
    auto issued = tokens_.issue(tx, **user, {std::string(client_id), std::string(scope)});
    if (!issued) return std::move(issued).error();
    return pair_of(*std::move(issued));
}

Result<ClientTokenPair> ClientTokenService::refresh(std::string_view refresh_token,
                                                    std::string_view client_id) {
    auto issued = tokens_.refresh(refresh_token, client_id);
    if (!issued) return std::move(issued).error();
    return pair_of(*std::move(issued));
}

Result<std::optional<ClientTokenFacts>> ClientTokenService::look_up(Transaction& tx,
                                                                    std::string_view token) {
    auto found = tokens_.look_up(tx, token);
    if (!found) return std::move(found).error();
    if (!found->has_value() || (*found)->client.id.empty())
        return std::optional<ClientTokenFacts>();
    StoredToken& stored = **found;
    return std::optional(ClientTokenFacts{.grant_id = stored.family_id,
                                          .user_id = stored.user_id,
                                          .client_id = std::move(stored.client.id),
                                          .scope = std::move(stored.client.scope),
                                          .expires_at = from_millis(stored.expires_at),
                                          .is_refresh = TokenService::is_refresh_token(token)});
}

Status ClientTokenService::revoke(Transaction& tx, std::int64_t grant_id) {
    return tokens_.revoke(tx, grant_id);
}

Status ClientTokenService::revoke(Transaction& tx, std::string_view token,
                                  std::string_view client_id) {
    return tokens_.revoke(tx, token, client_id);
}

}  // namespace kitchen::auth
