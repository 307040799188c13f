#include "text.h"

#include <charconv>
#include <cstdint>

namespace kitchen::auth {

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::optional<std::size_t> utf8_length(std::string_view text) noexcept {
    std::size_t points = 0;
    for (std::size_t i = 0; i < text.size(); ++points) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        if (lead < 0x80) continue;
        int more = 0;
        std::uint32_t point = 0, smallest = 0;
        if ((lead & 0xe0) == 0xc0)
            more = 1, point = lead & 0x1fu, smallest = 0x80;
        else if ((lead & 0xf0) == 0xe0)
            more = 2, point = lead & 0x0fu, smallest = 0x800;
        else if ((lead & 0xf8) == 0xf0)
            more = 3, point = lead & 0x07u, smallest = 0x10000;
        else
            return std::nullopt;
        for (; more > 0; --more, ++i) {
            if (i == text.size()) return std::nullopt;
            const auto next = static_cast<unsigned char>(text[i]);
            if ((next & 0xc0) != 0x80) return std::nullopt;
            point = (point << 6) | (next & 0x3fu);
        }
        if (point < smallest || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return std::nullopt;
    }
    return points;
}

std::optional<std::int64_t> parse_id(std::string_view text) noexcept {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
    return id;
}

}  // namespace kitchen::auth
