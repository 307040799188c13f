// Uploads that say they are images. Whatever comes, it is refused for a reason that is said, or it
// is a picture within the limit; what is kept of it is no longer than it was, is the same
// picture, and stays as it is when it is read again.
//
// Input: the file.
#include "formats/picture.h"

#include "formats/picture_formats.h"
#include "lines.h"
#include "require.h"

namespace {

using namespace kitchen;
using kitchen::fuzz::require;

constexpr std::int64_t most_pixels = 1'000'000;

void check_refusal(const Error& error) {
    require(error.kind == Errc::unprocessable || error.kind == Errc::unsupported_media_type,
            "a refusal is 415 or 422");
    require(error.code.starts_with("image_") && error.detail.ends_with('.'),
            "it has a code and a sentence");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file = fuzz::text_of(data, size);
    const int orientation = images::orientation_in(file);
    require(orientation >= 1 && orientation <= 8, "there are eight ways to hold a camera");

    const Result<images::Picture> picture = images::read_picture(file, most_pixels);
    if (!picture) {
        check_refusal(picture.error());
        return 0;
    }
    require(picture->width > 0 && picture->height > 0 &&
                picture->width * picture->height <= most_pixels,
            "a picture is within the limit");
    require(picture->bytes.size() <= file.size() + 1, "nothing is added but what fills up a part");
    const Result<images::Picture> again = images::read_picture(picture->bytes, most_pixels);
    require(again && again->bytes == picture->bytes, "what is kept stays as it is");
    require(again->extension == picture->extension && again->width == picture->width &&
                again->height == picture->height,
            "and is the same picture");
    return 0;
}
