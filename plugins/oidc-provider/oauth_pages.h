// The pages that people see, as HTML without scripts: signing in, consenting, signing out, and what
// went wrong.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/response.h"

namespace kitchen::oidc_provider {

struct SignInPage {
    std::string client_name;
    std::string user;   ///< filled in already
    std::string fault;  ///< a sentence about the last attempt; "": none
    std::string ticket;
    std::string goes_to;  ///< the client's redirect URI, where sending the form may lead
    std::string base_url;
};
http::Response sign_in_page(int status, const SignInPage& page);

struct ConsentPage {
    std::string client_name;
    std::vector<std::string> scopes;
    std::string ticket;
    std::string goes_to;
    std::string base_url;
};
http::Response consent_page(const ConsentPage& page);

/// Asks whether to sign out.
http::Response sign_out_page(const std::string& ticket, const std::string& goes_to,
                             const std::string& base_url);
/// A title and a sentence.
http::Response message_page(int status, std::string_view title, std::string_view text);

}  // namespace kitchen::oidc_provider
