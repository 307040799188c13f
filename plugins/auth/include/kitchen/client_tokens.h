// client-tokens/1: tokens that let a client act for an account, within a scope (Principal::scope).
// They are kept, exchanged and revoked as those of POST /login/. Published by the plugin that owns
// accounts, for one that decides which clients there are.
//
// Thread-safety: all calls, from any thread, between the provider's start and stop. Ownership: the
// provider's plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/principal.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen {

struct ClientTokenPair {
    std::int64_t grant_id = 0;  ///< stays the same when the tokens are exchanged
    std::int64_t user_id = 0;
    std::string scope;
    std::string access_token, refresh_token;
    std::chrono::seconds expires_in{0};  ///< of the access token
};

/// What a token that is good says.
struct ClientTokenFacts {
    std::int64_t grant_id = 0;
    std::int64_t user_id = 0;
    std::string client_id;
    std::string scope;
    Timestamp expires_at;
    bool is_refresh = false;
};

class ClientTokens {
public:
    using Interface = ClientTokens;
    static constexpr std::string_view interface_name = "client-tokens/1";
    virtual ~ClientTokens() = default;

    /// By user id or email, with the limits and errors of POST /login/. The principal is current
    /// (Identity::is_current) for as long as this password opens the account.
    virtual Result<Principal> sign_in(std::string_view user, std::string_view password,
                                      std::string_view client_address) = 0;
    /// The same without a password, for a client that acts as an account of its own. Nothing when
    /// there is none, or it is disabled.
    virtual Result<std::optional<Principal>> act_as(Transaction& tx, std::int64_t user_id) = 0;

    /// Error: unauthenticated when the principal is not current.
    virtual Result<ClientTokenPair> issue(Transaction& tx, const Principal& who,
                                          std::string_view client_id, std::string_view scope) = 0;
    /// In a transaction of its own. Error: unauthenticated for anything but a good refresh token of
    /// that client.
    virtual Result<ClientTokenPair> refresh(std::string_view refresh_token,
                                            std::string_view client_id) = 0;
    /// Nothing unless it is a good access or refresh token of some client.
    virtual Result<std::optional<ClientTokenFacts>> look_up(Transaction& tx,
                                                            std::string_view token) = 0;
    /// Ends the tokens of a grant; success also when they have ended.
    virtual Status revoke(Transaction& tx, std::int64_t grant_id) = 0;
    /// The same by a token that the client was given, also one that is used or has expired: a
    /// client whose last response was lost has no other. Nothing happens when it is no such token.
    virtual Status revoke(Transaction& tx, std::string_view token, std::string_view client_id) = 0;
};

}  // namespace kitchen
