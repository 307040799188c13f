// The OpenAPI 3.1 document, made from the routes as they were registered.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "kitchen/http/middleware.h"
#include "kitchen/http/route.h"
#include "kitchen/json.h"

namespace kitchen::http {

struct DocumentInfo {
    std::string title;
    std::string version;
    std::string server_url;  ///< "": the address that the document was read from
    std::vector<SignInScheme> schemes;
};

/// Paths as their patterns are written, without the types: "/foods/{id}/". Besides the responses
/// that a route declares, it shows those that the kernel gives in its place. Appends a sentence to
/// `problems` for every schema that cannot be published: two shapes under one name, or a name that
/// OpenAPI does not allow.
Json build_openapi(const std::vector<Route>& routes, const DocumentInfo& info,
                   std::vector<std::string>& problems);

}  // namespace kitchen::http
