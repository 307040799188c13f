// Header values that carry parameters: Content-Type (RFC 9110 section 8.3), Content-Disposition
// (RFC 6266).
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kitchen/http/request.h"

namespace kitchen::http {

struct FieldValue {
    std::string value;  ///< before the first ";", lower-cased
    Fields parameters;  ///< names lower-cased, each once; quoted strings are unquoted

    const std::string* parameter(std::string_view lower_case_name) const noexcept;
};

/// Nothing when it is not well formed: a parameter that is none, or comes twice; control
/// characters. In a quoted string a backslash escapes '"' and itself, and stands for itself before
/// anything else, as in the paths of old Windows browsers.
std::optional<FieldValue> parse_field_value(std::string_view text);

/// The boundary of a multipart Content-Type; nothing when it has none, or one that RFC 2046 does
/// not allow (1 to 70 characters of a small set, the last no space).
std::optional<std::string> boundary_of(const FieldValue& content_type);

}  // namespace kitchen::http
