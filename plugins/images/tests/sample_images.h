// Small images for tests, made part by part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kitchen::images::samples {

using namespace std::string_literals;

inline std::string big(std::uint32_t value, int bytes) {
    std::string text;
    while (bytes-- > 0) text += static_cast<char>(value >> 8 * bytes);
    return text;
}
inline std::string little(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
    return text;
}

inline std::string segment(int marker, const std::string& body) {
    return "\xff" + std::string(1, static_cast<char>(marker)) +
           big(static_cast<std::uint32_t>(body.size() + 2), 2) + body;
}
inline std::string frame(std::uint32_t width, std::uint32_t height) {
    return segment(0xc0, "\x08" + big(height, 2) + big(width, 2) + "\x01\x01\x11\0"s);
}
/// With the compressed bytes: a 0xFF in them, and a restart.
inline std::string scan(const std::string& data = "\x12\xff\0\x34\xff\xd0\x56"s) {
    return segment(0xda, "\x01\x01\0\0\x3f\0"s) + data;
}
/// `extra`: segments before the picture.
inline std::string jpeg(std::uint32_t width = 4, std::uint32_t height = 3,
                        const std::string& extra = {}) {
    return "\xff\xd8" + segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s) + extra +
           segment(0xdb, std::string(65, '\1')) + frame(width, height) +
           segment(0xc4, std::string(20, '\1')) + scan() + "\xff\xd9";
}

inline std::string chunk(const std::string& name, const std::string& data) {
    return big(static_cast<std::uint32_t>(data.size()), 4) + name + data + "CRC.";
}
inline std::string png(std::uint32_t width = 4, std::uint32_t height = 3,
                       const std::string& extra = {}) {
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big(width, 4) + big(height, 4) + "\x08\x02\0\0\0"s) +
           extra + chunk("IDAT", "pixels") + chunk("IEND", "");
}

inline std::string riff_chunk(const std::string& name, const std::string& data) {
    return name + little(static_cast<std::uint32_t>(data.size()), 4) + data +
           (data.size() % 2 ? "\0"s : ""s);
}
inline std::string riff(const std::string& chunks) {
    return "RIFF" + little(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WEBP" + chunks;
}
inline std::string lossy(std::uint32_t width, std::uint32_t height) {
    return riff_chunk("VP8 ",
                      "\x10\0\0\x9d\x01\x2a"s + little(width, 2) + little(height, 2) + "xyz");
}
inline std::string lossless(std::uint32_t width, std::uint32_t height) {
    return riff_chunk("VP8L", "\x2f" + little((width - 1) | (height - 1) << 14, 4) + "xy");
}
inline std::string webp(std::uint32_t width = 4, std::uint32_t height = 3) {
    return riff(lossy(width, height));
}
inline std::string vp8x(int flags, std::uint32_t width, std::uint32_t height) {
    return riff_chunk("VP8X", std::string(1, static_cast<char>(flags)) + "\0\0\0"s +
                                  little(width - 1, 3) + little(height - 1, 3));
}

/// Exif with the place of the kitchen beside the orientation.
inline std::string exif(int orientation, bool is_little = false) {
    const auto number = [&](std::uint32_t value, int bytes) {
        return is_little ? little(value, bytes) : big(value, bytes);
    };
    const std::string side = number(static_cast<std::uint32_t>(orientation), 2) + number(0, 2);
    return (is_little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) +
           number(0x0112, 2) + number(3, 2) + number(1, 4) + side + number(0x8825, 2) +
           number(4, 2) + number(1, 4) + number(38, 4) + number(0, 4) + "GPS 6.5244N 3.3792E";
}

}  // namespace kitchen::images::samples
