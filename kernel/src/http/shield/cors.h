// Cross-origin resource sharing (the Fetch standard, "CORS protocol"): which scripts of other
// origins a browser lets read our responses.
//
// Origins are listed one by one and compared as they are; there is no wildcard, so that credentials
// may be allowed. An origin that is not listed gets the same response without any of these fields,
// and its browser keeps it from the script.
//
// Thread-safety: immutable.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/response.h"

namespace kitchen::http {

/// The serialised form of an origin (RFC 6454 section 6.2), "https://kitchen.example": scheme and
/// host in lower case, the scheme's own port left out; or of another scheme, as web views of apps
/// have it, "capacitor://localhost". Nothing for what is no origin: "null", "*", a path or a slash
/// at the end, user information.
std::optional<std::string> parse_origin(std::string_view text);

struct CorsOptions {
    std::vector<std::string> origins;   ///< as parse_origin() gives them; empty: no CORS at all
    std::vector<std::string> headers;   ///< request headers that scripts may set
    std::vector<std::string> exposed;   ///< response headers that scripts may read, all of them
    bool credentials = true;            ///< scripts may send cookies and stored credentials
    std::chrono::seconds max_age{600};  ///< how long a browser may remember a preflight
};

class Cors {
public:
    explicit Cors(const CorsOptions& options);

    bool allows(std::string_view origin) const noexcept { return !listed(origin).empty(); }
    /// The origin of the list that sent a request of these headers; "" when none of them did.
    std::string_view origin_of(const Fields& request) const noexcept;
    /// What the response to a request says about CORS, when `origin` is origin_of() its headers; on
    /// a preflight, which methods and headers may be used. The methods are those of the response's
    /// own Allow.
    void add_fields(const Request& request, std::string_view origin, Response& response) const;

private:
    std::string_view listed(std::string_view origin) const noexcept;

    const std::vector<std::string> origins_;
    const std::string headers_;
    const std::string exposed_;
    const std::string max_age_;
    const bool credentials_;
};

/// The value of Origin; nullptr when there is none or more than one.
const std::string* sent_origin(const Fields& request) noexcept;

}  // namespace kitchen::http
