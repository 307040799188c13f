// The browsable form of the OpenAPI document: one page of plain HTML, made once on the server,
// without any script.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/json.h"

namespace kitchen::http {

/// `openapi`: what build_openapi() made. The page asks for `style_url` and for nothing else.
std::string render_docs(const Json& openapi, std::string_view style_url);

/// The style sheet.
std::string_view docs_style() noexcept;

/// The Content-Security-Policy that the page is made for.
std::string_view docs_policy() noexcept;

/// An example: a value that the schema accepts, as far as a sketch goes; references are followed
/// inside `openapi`.
Json example_of(const Json& openapi, const Json& schema);

/// A curl command for an operation of the document. `method` is upper-case.
std::string curl_example(const Json& openapi, const std::string& path, const std::string& method,
                         const Json& operation);

}  // namespace kitchen::http
