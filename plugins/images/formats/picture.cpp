#include "picture.h"

#include "picture_formats.h"

namespace kitchen::images {
namespace {

using namespace std::string_view_literals;

Result<Picture> read_any(std::string_view file) {
    if (file.starts_with("\xff\xd8\xff"sv)) return read_jpeg(file);
    if (file.starts_with("\x89PNG\r\n\x1a\n"sv)) return read_png(file);
    if (file.size() >= 12 && file.starts_with("RIFF"sv) && file.substr(8, 4) == "WEBP"sv)
        return read_webp(file);
    return Error(
        Errc::unsupported_media_type, "image_type_unsupported",
        "Only JPEG, PNG and WebP images are taken, and this file is none of them, whatever "
        "its name says.");
}

}  // namespace

Result<Picture> read_picture(std::string_view file, std::int64_t most_pixels) {
    if (file.empty()) return broken("it has no bytes.");
    Result<Picture> picture = read_any(file);
    if (picture && picture->width * picture->height > most_pixels)
        return Error(Errc::unprocessable, "image_too_large",
                     "The image has " + std::to_string(picture->width) + " x " +
                         std::to_string(picture->height) + " pixels; at most " +
                         std::to_string(most_pixels) + " in all are taken. Make it smaller.");
    return picture;
}

Error broken(const std::string& reason) {
    return Error(Errc::unprocessable, "image_broken",
                 "The image is damaged: " + reason + " Save it anew, and try again.");
}

Error animated() {
    return Error(Errc::unprocessable, "image_animated",
                 "An image that moves is not taken. Save one picture of it.");
}

}  // namespace kitchen::images
