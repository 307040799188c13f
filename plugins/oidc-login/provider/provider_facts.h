// What a provider publishes of itself: its metadata (OpenID Connect Discovery, RFC 8414) and its
// keys. Read when they are needed first, and again when they are old; when the provider cannot be
// read, what is known stays good for a bounded time.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "json_web_key.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "oidc_settings.h"
#include "provider/provider_http.h"

namespace kitchen::oidc_login {

struct Facts {
    std::string authorization_endpoint, token_endpoint;
    std::string userinfo_endpoint;  ///< "": none
    bool secret_in_body = false;    ///< client_secret_post, when it takes nothing else
    bool sends_issuer = false;      ///< RFC 9207
    std::vector<JsonWebKey> keys;
    std::chrono::steady_clock::time_point read_at;
};
using FactsPointer = std::shared_ptr<const Facts>;

class ProviderFacts {
public:
    /// All must outlive this.
    ProviderFacts(const std::string& name, const std::string& issuer, const OidcSettings& settings,
                  ProviderHttp& http, const Clock& clock, Logger& log)
        : name_(name),
          issuer_(issuer),
          refresh_(settings.keys_refresh),
          max_age_(settings.keys_max_age),
          http_(http),
          clock_(clock),
          log_(log) {}

    /// Errors: those of ProviderHttp, forbidden "oidc_wrong_issuer", unavailable
    /// "oidc_provider_unreadable" for metadata that lack something.
    Result<FactsPointer> get();
    /// Others than these, which lack a key: read now, unless another thread has done so since.
    Result<FactsPointer> newer_than(const FactsPointer& old);

private:
    using Instant = std::chrono::steady_clock::time_point;

    FactsPointer known() const;
    Result<FactsPointer> read();
    Result<Facts> fetch();

    const std::string &name_, &issuer_;
    const std::chrono::milliseconds refresh_, max_age_;
    ProviderHttp& http_;
    const Clock& clock_;
    Logger& log_;
    mutable std::mutex mutex_;  ///< held for a moment
    FactsPointer facts_;
    std::mutex reading_;  ///< held by the thread that reads; guards those below
    Instant not_before_;
    std::optional<Error> failure_;  ///< of the last time, until then
};

}  // namespace kitchen::oidc_login
