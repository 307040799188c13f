// client-tokens/1 on the services of sign-in.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "accounts/account_service.h"
#include "kitchen/client_tokens.h"
#include "passwords/password_guard.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

class ClientTokenService final : public ClientTokens {
public:
    /// All must outlive every further call.
    ClientTokenService(PasswordGuard& guard, TokenService& tokens, const UserRepository& users,
                       IdentityService& identity)
        : guard_(guard), tokens_(tokens), users_(users), identity_(identity) {}

    Result<Principal> sign_in(std::string_view user, std::string_view password,
                              std::string_view client_address) override;
    Result<std::optional<Principal>> act_as(Transaction& tx, std::int64_t user_id) override;
    Result<ClientTokenPair> issue(Transaction& tx, const Principal& who, std::string_view client_id,
                                  std::string_view scope) override;
    Result<ClientTokenPair> refresh(std::string_view refresh_token,
                                    std::string_view client_id) override;
    Result<std::optional<ClientTokenFacts>> look_up(Transaction& tx,
                                                    std::string_view token) override;
    Status revoke(Transaction& tx, std::int64_t grant_id) override;
    Status revoke(Transaction& tx, std::string_view token, std::string_view client_id) override;

private:
    PasswordGuard& guard_;
    TokenService& tokens_;
    const UserRepository& users_;
    IdentityService& identity_;
};

}  // namespace kitchen::auth
