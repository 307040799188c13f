#include "config/printable.h"

#include <algorithm>

#include "kitchen/bytes.h"
#include "kitchen/utf8.h"

namespace kitchen::config {

bool is_control(std::string_view sequence) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
    return sequence.size() == 2 && byte(0) == 0xc2 && byte(1) < 0xa0;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (out.size() >= max_bytes) return out + "…";
        const std::size_t length = utf8::sequence_length(text, i);
        const std::string_view sequence = text.substr(i, std::max<std::size_t>(1, length));
        i += sequence.size();
        if (length != 0 && !is_control(sequence)) {
            out += sequence;
            continue;
        }
        for (const char c : sequence) {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace kitchen::config
