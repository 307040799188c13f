// Cross-origin resource sharing (the Fetch standard, "CORS protocol"): which scripts of other
// origins a browser lets read our answers.
//
// Origins are listed one by one and compared as they are; there is no wildcard, so that credentials
// may be allowed. An origin that is not listed gets the same answer without any of these fields,
// and its browser keeps it from the script.
//
// Thread-safety: immutable.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/response.h"

namespace kitchen::http {

struct CorsOptions {
    std::vector<std::string> origins;   ///< as parse_origin() gives them; empty: no CORS at all
    std::vector<std::string> headers;   ///< request headers that scripts may set
    bool credentials = true;            ///< scripts may send cookies and stored credentials
    std::chrono::seconds max_age{600};  ///< how long a browser may remember a preflight
};

class Cors {
public:
    explicit Cors(const CorsOptions& options);

    bool allows(std::string_view origin) const noexcept;
    /// What the answer to a request of that method and with those headers says about it; on a
    /// preflight, which methods and headers may be used. The methods are those of the answer's own
    /// Allow.
    void add_fields(std::string_view method, const Fields& request, Response& response) const;

private:
    const std::vector<std::string> origins_;
    const std::string headers_;
    const std::string max_age_;
    const bool credentials_;
};

/// The value of Origin; nullptr when there is none or more than one.
const std::string* origin_of(const Fields& request) noexcept;

}  // namespace kitchen::http
