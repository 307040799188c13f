// Example values and commands for the documentation, made from the schemas.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "kitchen/json.h"

namespace kitchen::http {

/// A value that the schema accepts, as far as a sketch goes; references are followed inside
/// `openapi`.
Json example_of(const Json& openapi, const Json& schema);

/// A curl command for an operation of the document. `method` is upper-case.
std::string curl_example(const Json& openapi, const std::string& path, const std::string& method,
                         const Json& operation);

}  // namespace kitchen::http
