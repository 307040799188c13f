// One request, from the socket to the handler: what came, what was decided about it when its head
// was there, and what was read from its body.
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

#include "kitchen/http/body.h"
#include "kitchen/http/trace.h"
#include "kitchen/http/upload.h"
#include "kitchen/json.h"
#include "kitchen/principal.h"

namespace kitchen::http {

class Route;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
    // As it was sent; checked byte by byte, not decoded.
    std::string method;        ///< "GET"; a token, its case kept
    std::string target;        ///< path and query; or "*" with OPTIONS
    Fields headers;            ///< names lower-cased, values trimmed, order kept
    std::string body;          ///< without the chunked coding
    int minor_version = 1;     ///< HTTP/1.<minor>; 0 or 1
    std::string peer_address;  ///< of the connection: numeric, without the port

    // Decided once, when the head was there.
    const Route* route = nullptr;  ///< the matched route; never null in middleware and handlers
    std::string path;              ///< percent-decoded, without a trailing slash (but "/")
    Fields path_parameters;        ///< by the names in the route's pattern
    std::string client_address;    ///< numeric; the client's own, also behind a trusted proxy
    std::string base_url;  ///< "https://kitchen.example", or "https://site.example/api" where a
                           ///< proxy takes a prefix off: for absolute links; no slash at the end
    std::string request_id;
    Trace trace;  ///< the client's, or one that begins here; never without id

    // Filled in on the way to the handler.
    std::chrono::steady_clock::time_point deadline;  ///< after it no response is waited for
    std::optional<Principal> principal;              ///< who asks; see Route::signed_in()
    Fields query_parameters;  ///< declared ones only, decoded, valid, defaults filled in; one field
                              ///< for each value of a list
    Json json;  ///< the body, valid by the route's schema; null when the route takes none
    std::vector<UploadedFile> files;  ///< of a route that takes some; in the order of the body
    Fields response_fields;           ///< by middleware: added to the response, a problem too

    /// The body as the struct that Route::body<T>() named.
    template <Body T>
    T read() const {
        T value{};
        read_body(json, value);
        return value;
    }

    /// The first field of that name, in whatever case it is written; nullptr when there is none.
    const std::string* header(std::string_view name) const noexcept;
    /// The first file of that field, or that is the body; nullptr when there is none.
    const UploadedFile* file(std::string_view field = "") const noexcept {
        for (const UploadedFile& candidate : files)
            if (candidate.field == field) return &candidate;
        return nullptr;
    }
    /// A declared query parameter; nothing when absent and without default.
    std::optional<std::string_view> query(std::string_view name) const noexcept {
        const std::string* value = find(query_parameters, name);
        return value ? std::optional<std::string_view>(*value) : std::nullopt;
    }
    /// Each value of a query parameter declared as a list, in the order of the query.
    std::vector<std::string_view> query_list(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const auto& [key, value] : query_parameters)
            if (key == name) values.push_back(value);
        return values;
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
    /// A path parameter written {name:id} in the pattern: a positive integer (the response to
    /// anything else was 404).
    std::int64_t path_id(std::string_view name) const {
        return std::stoll(std::string(path_text(name)));
    }

    /// The value of a cookie (RFC 6265) that the route names with Route::uses_cookie(); nothing
    /// when absent, malformed or not named.
    std::optional<std::string> cookie(std::string_view name) const;

    /// Who asks, on a route that only identified clients reach: signed_in(), roles(),
    /// for_operators(). Throws std::logic_error on any other: there `principal` may be absent.
    const Principal& who() const;

private:
    static const std::string* find(const Fields& fields, std::string_view name) noexcept {
        for (const auto& [key, value] : fields)
            if (key == name) return &value;
        return nullptr;
    }
};

}  // namespace kitchen::http
