// PNG (W3C, third edition): chunks of a size, a name, the data, and a checksum, which is not looked
// at.
#include <algorithm>
#include <array>

#include "picture_formats.h"

namespace kitchen::images {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t signature_size = 8, frame_size = 12;  // of a chunk without its data

/// What says how the picture looks. All others are left out: texts, times, Exif, unknown ones.
constexpr std::array kept_chunks = {"PLTE"sv, "IDAT"sv, "tRNS"sv, "cHRM"sv, "gAMA"sv, "iCCP"sv,
                                    "sBIT"sv, "sRGB"sv, "cICP"sv, "bKGD"sv, "pHYs"sv};

bool is_header(std::string_view data) {
    if (data.size() != 13 || data[10] != 0 || data[11] != 0 || (data[12] & ~1) != 0) return false;
    const auto depth = static_cast<unsigned char>(data[8]);
    switch (data[9]) {  // the kind of colours
        case 0: return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
        case 3: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
        case 2:
        case 4:
        case 6: return depth == 8 || depth == 16;
        default: return false;
    }
}

}  // namespace

Result<Picture> read_png(std::string_view file) {
    Picture picture;
    picture.extension = "png";
    picture.bytes.reserve(file.size());
    picture.bytes = file.substr(0, signature_size);
    bool has_picture = false;
    for (std::size_t at = signature_size;;) {
        if (file.size() - at < frame_size) return broken("it ends early.");
        const std::size_t size = big_endian(file.substr(at, 4));
        if (file.size() - at - frame_size < size) return broken("it ends early.");
        const std::string_view chunk = file.substr(at, frame_size + size),
                               name = chunk.substr(4, 4), data = chunk.substr(8, size);
        const bool is_first = at == signature_size;
        at += chunk.size();
        if (is_first != (name == "IHDR"sv)) return broken("its header is not where it should be.");
        if (is_first) {
            if (!is_header(data)) return broken("its header makes no sense.");
            picture.width = big_endian(data.substr(0, 4));
            picture.height = big_endian(data.substr(4, 4));
            constexpr std::int64_t most = 0x7fffffff;
            if (picture.width == 0 || picture.height == 0 || picture.width > most ||
                picture.height > most)
                return broken("it has no size.");
        } else if (name == "IEND"sv) {
            if (!has_picture) return broken("there is no picture in it.");
            if (size > 0) return broken("its end makes no sense.");
            picture.bytes += chunk;
            return picture;
        } else if (name == "acTL"sv || name == "fdAT"sv) {
            return animated();
        } else if (std::find(kept_chunks.begin(), kept_chunks.end(), name) == kept_chunks.end()) {
            const bool is_needed = (name[0] & 0x20) == 0;
            if (is_needed) return broken("a part of it is unknown.");
            continue;
        }
        has_picture = has_picture || (name == "IDAT"sv && size > 0);
        picture.bytes += chunk;
    }
}

}  // namespace kitchen::images
