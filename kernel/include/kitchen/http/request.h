// One request, as a handler sees it: parsed, matched, validated against its route's description,
// identified.
//
// Thread-safety: belongs to the thread that handles it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/http/trace.h"
#include "kitchen/json.h"
#include "kitchen/principal.h"

namespace kitchen::http {

class Route;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;  ///< "GET"
    std::string target;  ///< as sent: path and query
    std::string path;    ///< percent-decoded, without a trailing slash (but "/")
    Fields headers;      ///< names lower-cased, order kept
    std::string body;    ///< the octets
    Json
        json;  ///< the body, parsed and valid by the route's schema; null when the route takes none
    Fields path_parameters;   ///< by the names in the route's pattern
    Fields query_parameters;  ///< declared ones only, decoded, valid, defaults filled in
    std::string
        client_address;    ///< numeric; of the client itself when a trusted proxy stands between
    std::string base_url;  ///< "https://kitchen.example": scheme and authority for absolute links,
                           ///< no slash at the end
    std::string request_id;
    Trace trace;  ///< the caller's, or one that begins here; never without id
    std::optional<Principal> principal;
    const Route* route = nullptr;  ///< the matched route; never null in middleware and handlers
    Fields
        answer_fields;  ///< by middleware: added to the answer whatever it becomes, a problem too
    std::chrono::steady_clock::time_point
        deadline;  ///< after it nobody waits for the answer any more

    /// The first field of that (lower-case) name.
    const std::string* header(std::string_view lower_case_name) const noexcept {
        return find(headers, lower_case_name);
    }
    /// A declared query parameter; nothing when absent and without default.
    std::optional<std::string_view> query(std::string_view name) const noexcept {
        const std::string* value = find(query_parameters, name);
        return value ? std::optional<std::string_view>(*value) : std::nullopt;
    }
    /// A query parameter declared as integer.
    std::optional<std::int64_t> query_integer(std::string_view name) const {
        const std::string* value = find(query_parameters, name);
        return value ? std::optional<std::int64_t>(std::stoll(*value)) : std::nullopt;
    }
    /// A path parameter; "" when the pattern has none of that name.
    std::string_view path_text(std::string_view name) const noexcept {
        const std::string* value = find(path_parameters, name);
        return value ? std::string_view(*value) : std::string_view();
    }
    /// A path parameter written {name:id} in the pattern: a positive integer (anything else was
    /// answered 404).
    std::int64_t path_id(std::string_view name) const {
        return std::stoll(std::string(path_text(name)));
    }

    /// The value of a cookie (RFC 6265) that the route names with Route::uses_cookie(); nothing
    /// when absent, malformed or not named.
    std::optional<std::string> cookie(std::string_view name) const;

    /// Undefined unless the route asked for a signed-in user.
    const Principal& who() const noexcept { return *principal; }

private:
    static const std::string* find(const Fields& fields, std::string_view name) noexcept {
        for (const auto& [key, value] : fields)
            if (key == name) return &value;
        return nullptr;
    }
};

}  // namespace kitchen::http
