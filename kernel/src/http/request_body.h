// The body of a request against what its route takes.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "kitchen/http/route.h"

namespace kitchen::http {

/// Whether a Content-Type is "application/json", with no charset or that of UTF-8.
bool is_json_type(std::string_view content_type) noexcept;

/// Before a body is read: unsupported_media_type, or malformed, when one was announced that this
/// route could not take.
Status check_body_type(const Fields& headers, const Route& route);

/// Parses and checks the JSON body, whose type has been checked; fills Request::json and appends
/// one fault for each that the schema finds. Errors: malformed.
Status read_body(Request& request, const Route& route, std::vector<Fault>& faults);

}  // namespace kitchen::http
