// A request as it came off the wire: framed and checked octet by octet, interpreted not at all.
//
// Thread-safety: a plain value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitchen::http {

/// A request as it was framed: the octets are checked, nothing is decoded or interpreted.
struct WireRequest {
    std::string method;  ///< token, case kept
    std::string
        target;  ///< origin-form or "*", exactly as sent (absolute-form arrives as origin-form)
    int minor_version = 1;  ///< HTTP/1.<minor>; 0 or 1
    std::vector<std::pair<std::string, std::string>>
        headers;               ///< names lower-cased, values trimmed, order kept
    std::string body;          ///< de-chunked
    std::string peer_address;  ///< numeric, without the port

    /// The first field with that lower-case name, or nullptr.
    const std::string* header(std::string_view lower_case_name) const noexcept {
        for (const auto& [name, value] : headers)
            if (name == lower_case_name) return &value;
        return nullptr;
    }
};

}  // namespace kitchen::http
