// The bytes of a text file: its end, and the mark that some programs put before UTF-8.
//
// Thread-safety: a pure function.
#pragma once

#include <cstddef>
#include <streambuf>
#include <string>
#include <string_view>

namespace kitchen::transfer {

/// What a stream gives in place of a byte.
inline constexpr int end_of_file = std::char_traits<char>::eof();
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// `in` stands at its beginning.
inline void skip_byte_order_mark(std::streambuf& in) {
    char first[3];
    const auto size = static_cast<std::size_t>(in.sgetn(first, 3));
    if (std::string_view(first, size) != byte_order_mark) in.pubseekpos(0);
}

}  // namespace kitchen::transfer
