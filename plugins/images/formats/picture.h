// What an upload is, by its bytes alone, and the same picture without anything else in the file.
//
// Nothing is decoded: the parts of the file are walked through, and those that a browser needs to
// show the picture are copied. Places, cameras, comments, previews and what follows the end stay
// behind; so does whatever made the file another kind of file too. How a camera was held is kept,
// or pictures would lie on their side.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::images {

struct Picture {
    std::string_view extension;  ///< "jpg", "png" or "webp"
    std::int64_t width = 0, height = 0;
    std::string bytes;
};

/// A JPEG, PNG or WebP that is whole. Errors: unsupported_media_type "image_type_unsupported", for
/// a kind of these that browsers do not show, too; unprocessable "image_broken", "image_animated",
/// and "image_too_large" for more than so many pixels.
Result<Picture> read_picture(std::string_view file, std::int64_t most_pixels);

}  // namespace kitchen::images
