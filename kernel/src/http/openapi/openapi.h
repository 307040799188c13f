// The API's description of itself: the OpenAPI 3.1 document (document.cpp), made from the routes as
// they were registered, and a page of plain HTML for people, without any script (docs_page.cpp,
// example.cpp).
//
// Thread-safety: pure functions, but for Documentation.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
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
    std::map<std::string, std::string> plugins = {};  ///< a sentence about each, by id
};

/// Paths as their patterns are written, without the types: "/foods/{id}/". Besides the responses
/// that a route declares, it shows those that the kernel gives in its place. Appends a sentence to
/// `problems` for every schema that cannot be published: two shapes under one name, or a name that
/// OpenAPI does not allow.
Json build_openapi(const std::vector<Route>& routes, const DocumentInfo& info,
                   std::vector<std::string>& problems);

/// GET /openapi.json, GET /docs/ and its style sheet: answered from memory, made once at start.
/// Thread-safety: publish() before the routes are called; those from any thread.
class Documentation {
public:
    Documentation();

    /// To be put into the table that the document is made from, so that it lists them too. The
    /// routes share ownership of what is published.
    std::vector<Route> routes() const;
    void publish(const Json& openapi);

private:
    struct Published;
    std::shared_ptr<Published> published_;
};

/// The page. `openapi`: what build_openapi() made. The page asks for `style_url` and for nothing
/// else.
std::string render_docs(const Json& openapi, std::string_view style_url);
/// The style sheet.
std::string_view docs_style() noexcept;
/// The Content-Security-Policy that the page is made for.
std::string_view docs_policy() noexcept;

/// An example: a value that the schema accepts, as far as a sketch goes; references are followed
/// inside `openapi`.
Json example_of(const Json& openapi, const Json& schema);

/// Adds one to each JSON body of the document, so that a reader sees what it looks like.
void add_examples(Json& openapi);

/// A curl command for an operation of the document. `method` is upper-case.
std::string curl_example(const Json& openapi, const std::string& path, const std::string& method,
                         const Json& operation);

}  // namespace kitchen::http
