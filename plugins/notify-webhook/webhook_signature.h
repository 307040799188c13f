// Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): secrets, and the signature of a
// message, HMAC-SHA256 of "ID.TIMESTAMP.BODY".
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kitchen::webhook {

/// The bytes of a secret: "whsec_" and the base64 of 24 to 64 of them.
std::optional<std::string> parse_secret(std::string_view text);

/// The value of webhook-signature: one "v1,…" a secret, separated by spaces.
std::string signatures(const std::vector<std::string>& secrets, std::string_view id,
                       std::string_view timestamp, std::string_view body);

}  // namespace kitchen::webhook
