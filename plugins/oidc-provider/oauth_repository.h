// All SQL on sessions, codes and consents. Every call works inside the caller's transaction;
// secrets come as hashes only. Errors: what the store reports.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/personal_data.h"
#include "kitchen/principal.h"
#include "kitchen/store.h"

namespace kitchen::oidc_provider {

/// A browser that is signed in here.
struct Session {
    std::string hash;
    Principal who;
    std::int64_t signed_in_at = 0;  ///< POSIX milliseconds, as all times here
};

struct Code {
    std::string client_id, redirect_uri;
    std::string challenge;  ///< PKCE, S256; "": none
    std::string nonce;
    std::string scope;
    Principal who;
    std::int64_t signed_in_at = 0;
    std::int64_t expires_at = 0;
    std::optional<std::int64_t> grant_id = std::nullopt;  ///< what it gave, once used
};

class OAuthRepository {
public:
    explicit OAuthRepository(Store& store);

    /// In the plugin's constructor.
    void add_personal(PersonalData& personal, const Setup& setup, Store& store) const;

    Status add_session(Transaction& tx, const Session& session, std::int64_t expires_at) const;
    /// Nothing when it has expired.
    Result<std::optional<Session>> session(Transaction& tx, std::string_view hash,
                                           std::int64_t now) const;
    Status remove_session(Transaction& tx, std::string_view hash) const;

    Status add_code(Transaction& tx, std::string_view hash, const Code& code) const;
    Result<std::optional<Code>> code(Transaction& tx, std::string_view hash) const;
    Status use_code(Transaction& tx, std::string_view hash, std::int64_t grant_id) const;

    /// "" when there is none.
    Result<std::string> consent(Transaction& tx, std::int64_t user_id,
                                std::string_view client_id) const;
    Status set_consent(Transaction& tx, std::int64_t user_id, std::string_view client_id,
                       std::string_view scope, std::int64_t now) const;

    /// Deletes sessions that have expired, and codes that have for a day.
    Status sweep(Transaction& tx, std::int64_t now) const;

private:
    Statement add_session_, session_, remove_session_, add_code_, code_, use_code_, consent_,
        set_consent_, sweep_sessions_, sweep_codes_;
};

}  // namespace kitchen::oidc_provider
