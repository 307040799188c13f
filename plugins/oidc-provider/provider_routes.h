// The routes: discovery (OpenID Connect Discovery, RFC 8414), keys, the pages, tokens, what is
// known of the user, and the clients for administrators.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include <set>
#include <string>

#include "authorization_flow.h"
#include "kitchen/addresses.h"
#include "kitchen/plugin.h"
#include "token_endpoint.h"

namespace kitchen::oidc_provider {

class ProviderRoutes {
public:
    struct Dependencies {  ///< all must outlive every request
        AuthorizationFlow& flow;
        TokenEndpoint& tokens;
        SigningKeys& keys;
        const Clients& clients;
        ClientTokens& client_tokens;
        Store& store;
        Identity& identity;
        Addresses& addresses;
        const Clock& clock;
        Random& random;
    };
    explicit ProviderRoutes(Dependencies dependencies) : deps_(dependencies) {}
    void declare(Setup& setup);

private:
    void declare_discovery(Setup& setup);
    void declare_pages(Setup& setup);
    void declare_tokens(Setup& setup);
    void declare_clients(Setup& setup);
    http::Response discovery(const http::Request& request) const;
    Result<http::Response> keys() const;
    Result<http::Response> user_info(const http::Request& request) const;
    Result<http::Response> add_client(const http::Request& request) const;
    Result<http::Response> list_clients() const;
    Result<http::Response> remove_client(const http::Request& request) const;

    const Dependencies deps_;
    std::set<std::string> scopes_;  ///< of all routes; before any request
};

}  // namespace kitchen::oidc_provider
