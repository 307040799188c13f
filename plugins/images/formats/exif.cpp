// Exif is TIFF: a header that says the order of bytes, then a directory of entries of 12 bytes.
#include <algorithm>

#include "picture_formats.h"

namespace kitchen::images {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t orientation_tag = 0x0112, type_short = 3;

}  // namespace

int orientation_in(std::string_view exif) {
    const bool is_little = exif.starts_with("II*\0"sv);
    if (!is_little && !exif.starts_with("MM\0*"sv)) return 1;
    const auto number = [&](std::size_t at, std::size_t size) -> std::uint32_t {
        if (at > exif.size() || exif.size() - at < size) return 0;
        const std::string_view bytes = exif.substr(at, size);
        return is_little ? little_endian(bytes) : big_endian(bytes);
    };
    const std::size_t directory = number(4, 4);
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (number(entry, 2) != orientation_tag) continue;
        const std::uint32_t value = number(entry + 8, 2);
        return number(entry + 2, 2) == type_short && value >= 1 && value <= 8
                   ? static_cast<int>(value)
                   : 1;
    }
    return 1;
}

std::string exif_with_orientation(int orientation) {
    std::string exif("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0"sv);
    exif[19] = static_cast<char>(orientation);
    return exif;
}

}  // namespace kitchen::images
