// The Range of a request (RFC 9110 section 14.1).
//
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace kitchen::http {

struct ByteRange {
    enum class Kind {
        whole,  ///< none that is served: malformed, another unit, or several
        part,
        unsatisfiable,  ///< begins behind the end
    };
    Kind kind = Kind::whole;
    std::uint64_t first = 0, length = 0;  ///< of a part
};

/// `field`: "bytes=0-499", "bytes=500-", "bytes=-500". `size`: of the whole.
ByteRange parse_byte_range(std::string_view field, std::uint64_t size) noexcept;

}  // namespace kitchen::http
