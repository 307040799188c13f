// What the readers of the formats have in common. See picture.h.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "picture.h"

namespace kitchen::images {

/// `file` begins as a file of that format does.
Result<Picture> read_jpeg(std::string_view file);
Result<Picture> read_png(std::string_view file);
Result<Picture> read_webp(std::string_view file);

/// unprocessable "image_broken": "The image is damaged: " and the reason.
Error broken(const std::string& reason);
/// unprocessable "image_animated".
Error animated();

/// How the camera was held, 1 to 8, as a block of Exif says; 1 when it does not.
int orientation_in(std::string_view exif);
/// A block of Exif that says this and nothing else.
std::string exif_with_orientation(int orientation);

/// An unsigned number of two, three or four bytes; the bytes are there.
inline std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}
inline std::uint32_t little_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

}  // namespace kitchen::images
