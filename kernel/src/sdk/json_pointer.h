// JSON pointers (RFC 6901).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/utf8.h"

namespace kitchen {

/// The pointer to a member of what `parent` points to. Of a long key only the beginning is shown:
/// the key is the client's, and the response must not grow with the request.
inline std::string child_pointer(const std::string& parent, std::string_view key) {
    constexpr std::size_t max_shown_key = 128;
    std::string out = parent + '/';
    for (const char c : utf8::prefix(key, max_shown_key)) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    if (key.size() > max_shown_key) out += "…";
    return out;
}

}  // namespace kitchen
