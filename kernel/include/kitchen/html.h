// Text in a page of HTML.
//
// Thread-safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace kitchen {

/// `text` as it stands between tags and in a quoted attribute: it can neither begin a tag nor end
/// the attribute.
inline std::string html_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace kitchen
