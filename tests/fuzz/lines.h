// An input as lines, so that one file can hold the several texts a target needs and still be read
// and written by a person.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace kitchen::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(data), size};
}

/// Takes the text up to the next LF off the front, and the LF; everything when there is none.
inline std::string_view take_line(std::string_view& rest) noexcept {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
    return line;
}

}  // namespace kitchen::fuzz
