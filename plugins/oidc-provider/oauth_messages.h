// How OAuth writes: parameters of a URL, errors, the credentials of a client.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authorization_request.h"
#include "kitchen/http/response.h"

namespace kitchen::oidc_provider {

/// Named values; "" stands for one that is not there.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The URI with more parameters in its query.
std::string with_parameters(std::string uri, const Parameters& parameters);
/// 303, so that a form is not sent to the other site.
http::Response redirect_to(const std::string& uri, const Parameters& parameters);

/// RFC 6749, section 5.2.
http::Response error_response(int status, const OAuthError& error);
/// 200, that nothing on the way may keep.
http::Response private_json(const Json& value);

struct ClientCredentials {
    std::string id, secret;
};
/// Of Authorization: Basic (RFC 6749, section 2.3.1); nothing when it cannot be read.
std::optional<ClientCredentials> basic_credentials(std::string_view authorization);

}  // namespace kitchen::oidc_provider
