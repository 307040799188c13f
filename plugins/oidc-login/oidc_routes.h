// Signing in by outside providers, over HTTP.
//
// Thread-safety: declare() in the plugin's constructor; handlers on many threads.
#pragma once

#include "flow/sign_in_flows.h"
#include "kitchen/plugin.h"
#include "links/sign_in_service.h"
#include "oidc_settings.h"

namespace kitchen::oidc_login {

class OidcRoutes {
public:
    static constexpr const char* cookie_name = "oidc_browser";

    /// All must outlive this.
    OidcRoutes(SignInFlows& flows, SignInService& sign_ins, const OidcSettings& settings)
        : flows_(flows),
          sign_ins_(sign_ins),
          cookie_secure_(settings.cookie_secure),
          cookie_ttl_(settings.flow_ttl) {}

    void declare(Setup& setup);

private:
    void declare_flow(Setup& setup);
    void declare_own(Setup& setup);

    Result<http::Response> list_providers() const;
    Result<http::Response> start(const http::Request& request) const;
    Result<http::Response> finish(const http::Request& request) const;
    Result<http::Response> sign_in(const http::Request& request) const;
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> link(const http::Request& request) const;
    Result<http::Response> unlink(const http::Request& request) const;
    /// The name of the provider of that issuer; "" when it is none of today's.
    std::string provider_of(const std::string& issuer) const;

    SignInFlows& flows_;
    SignInService& sign_ins_;
    const bool cookie_secure_;
    const std::chrono::milliseconds cookie_ttl_;
};

}  // namespace kitchen::oidc_login
