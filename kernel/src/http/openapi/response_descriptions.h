// The responses of each operation of the OpenAPI document, and those that operations share: what a
// route declares, and with it what the kernel adds (headers, codes, problems).
//
// Thread-safety: none; for the time in which one document is made.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "kitchen/http/route.h"
#include "kitchen/json.h"

namespace kitchen::http {

struct ImpliedResponse;

/// {"$ref": "#/components/headers/ETag"}
Json reference(const std::string& where, const std::string& name);
/// {"application/json": {"schema": …}}
Json content(const std::string& type, Json schema);
/// The schema of a body that is not described any further.
Json opaque(const std::string& type);
/// A route's path without the names of its parameters: "/foods/{}".
std::string path_shape(const Route& route);

class ResponseDescriptions {
public:
    /// `schemas`: components/schemas; gets those that have a name. Must outlive this.
    ResponseDescriptions(const std::vector<Route>& routes, Json& schemas);

    /// Of one of the routes, by status. Call it before any request is described: see
    /// Schema::to_json_schema. Throws std::logic_error: two schemas of one name.
    Json of(const Route& route);
    /// components/responses
    Json shared() const;

private:
    /// Whether its 200 has an ETag: what is changed with If-Match is read with one.
    bool is_versioned(const Route& route) const;
    /// Whether it made something of which a route takes If-Match.
    bool makes_versioned(const DescribedResponse& response, const Route& route) const;
    /// Those that a route declares come with what it was asked for.
    Json headers(const DescribedResponse& response, const Route& route) const;
    /// A problem whose code is one of these.
    Json problem_with(const std::vector<std::string>& codes) const;
    Json content_of(const DescribedResponse& response, const Route& route);

    Json& schemas_;
    const Json problem_reference_;
    std::set<std::string> versioned_;  ///< shapes of what is read or changed by its ETag
};

}  // namespace kitchen::http
