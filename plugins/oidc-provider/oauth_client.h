// The clients: those of the configuration, and those that administrators add.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/http/body.h"
#include "kitchen/settings.h"
#include "kitchen/store.h"

namespace kitchen::oidc_provider {

/// What a client may do; the same in the configuration and over HTTP.
struct ClientForm {
    std::string name;
    std::vector<std::string> redirect_uris, post_logout_redirect_uris;
    std::vector<std::string> scopes{"openid", "profile", "email", "phone", "address"};
    std::string id_token_algorithm = "RS256";
    std::int64_t account_id = 0;  ///< as which it acts with client_credentials; 0: it may not
    bool asks_consent = true;

    static void describe(http::BodyFields<ClientForm>& field);
};

struct ClientSettings : ClientForm {
    std::string secret;  ///< "": a public client
    static void describe(Fields<ClientSettings>& field);
};

struct Client : ClientForm {
    std::string id;
    std::string secret_hash;  ///< "": a public client

    bool is_public() const noexcept { return secret_hash.empty(); }
};

/// Nothing when the form is right; else a sentence that goes on after the name of what is wrong.
std::optional<std::string> fault_of(const ClientForm& form);

class Clients {
public:
    Clients(Store& store, const std::vector<std::pair<std::string, ClientSettings>>& configured);

    Result<std::optional<Client>> find(std::string_view id) const;
    /// Those of the configuration first.
    Result<std::vector<Client>> all() const;
    Status add(const Client& client, std::int64_t now) const;
    /// False when no administrator has added it.
    Result<bool> remove(std::string_view id) const;

private:
    Store& store_;
    std::vector<Client> configured_;
    Statement find_, all_, add_, remove_;
};

}  // namespace kitchen::oidc_provider
