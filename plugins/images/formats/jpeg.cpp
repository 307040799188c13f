// JPEG (ITU-T T.81, annex B): segments that begin with 0xFF and a marker.
#include "picture_formats.h"

namespace kitchen::images {
namespace {

using namespace std::string_view_literals;

constexpr int most_scans = 100;  // a progressive picture has about ten
constexpr std::string_view exif_begin = "Exif\0\0"sv, jfif_begin = "JFIF\0"sv;
constexpr std::size_t jfif_size = 14;

Error unshown() {
    return Error(Errc::unsupported_media_type, "image_type_unsupported",
                 "This kind of JPEG is not shown by browsers. Save it as an ordinary one.");
}

Error ends_early() { return broken("it ends early."); }

class JpegReader {
public:
    explicit JpegReader(std::string_view file) : file_(file) {
        picture_.extension = "jpg";
        picture_.bytes.reserve(file.size());
    }

    Result<Picture> read() {
        picture_.bytes = file_.substr(0, 2);
        at_ = 2;
        for (;;) {
            if (at_ < file_.size() && file_[at_] != '\xff')
                return broken("a part of it is not where it should be.");
            at_ = file_.find_first_not_of('\xff', at_);
            if (at_ == file_.npos) return ends_early();
            const auto marker = static_cast<unsigned char>(file_[at_++]);
            if (marker == end_of_image) {
                if (scans_ == 0) return broken("there is no picture in it.");
                picture_.bytes += "\xff\xd9"sv;
                return std::move(picture_);
            }
            if (Status done = read_segment(marker); !done) return std::move(done).error();
        }
    }

private:
    static constexpr unsigned char end_of_image = 0xd9, start_of_scan = 0xda;

    Status read_segment(unsigned char marker) {
        if (marker < 0xc0 || (marker >= 0xd0 && marker < end_of_image))
            return broken("a part of it is not where it should be.");
        if (file_.size() - at_ < 2) return ends_early();
        const std::size_t size = big_endian(file_.substr(at_, 2));
        if (size < 2) return broken("a part of it has no size.");
        if (file_.size() - at_ < size) return ends_early();
        const std::string_view body = file_.substr(at_ + 2, size - 2);
        at_ += size;
        switch (marker) {
            case 0xc0:
            case 0xc1:
            case 0xc2: return read_frame(marker, body);
            case 0xc4:                                 // Huffman tables
            case 0xdb:                                 // quantization tables
            case 0xdd: keep(marker, body); return {};  // restart interval
            case start_of_scan: return read_scan(body);
            case 0xe0: read_jfif(body); return {};
            case 0xe1: read_exif(body); return {};
            case 0xe2:
                if (body.starts_with("ICC_PROFILE\0"sv)) keep(marker, body);
                return {};
            case 0xee:
                if (body.starts_with("Adobe"sv)) keep(marker, body);  // how colours are written
                return {};
            default:
                // Other applications' data, and comments.
                if (marker >= 0xe0 && (marker <= 0xef || marker == 0xfe)) return {};
                return unshown();
        }
    }

    Status read_frame(unsigned char marker, std::string_view body) {
        if (picture_.width) return broken("it has two sizes.");
        if (body.size() < 6) return ends_early();
        const auto components = static_cast<unsigned char>(body[5]);
        if (body[0] != 8) return unshown();
        picture_.height = big_endian(body.substr(1, 2));
        picture_.width = big_endian(body.substr(3, 2));
        if (picture_.width == 0 || picture_.height == 0) return broken("it has no size.");
        if ((components != 1 && components != 3 && components != 4) ||
            body.size() != 6 + 3u * components)
            return broken("it has no colours.");
        keep(marker, body);
        return {};
    }

    /// With the compressed bytes that follow it. In these, 0xFF stands before 0 or a restart.
    Status read_scan(std::string_view body) {
        if (!picture_.width) return broken("it has no size.");
        if (++scans_ > most_scans) return broken("it has too many scans.");
        keep(start_of_scan, body);
        std::size_t end = at_;
        for (;;) {
            end = file_.find('\xff', end);
            if (end == file_.npos || end + 1 == file_.size()) return ends_early();
            const auto next = static_cast<unsigned char>(file_[end + 1]);
            if (next == 0 || (next >= 0xd0 && next <= 0xd7))
                end += 2;
            else if (next == 0xff)
                ++end;
            else
                break;
        }
        if (end == at_) return broken("there is no picture in it.");
        picture_.bytes.append(file_, at_, end - at_);
        at_ = end;
        return {};
    }

    void read_jfif(std::string_view body) {
        if (!body.starts_with(jfif_begin) || body.size() < jfif_size) return;
        std::string kept(body.substr(0, jfif_size));
        kept[jfif_size - 1] = kept[jfif_size - 2] = 0;  // without its preview
        keep(0xe0, kept);
    }

    void read_exif(std::string_view body) {
        if (!body.starts_with(exif_begin) || has_orientation_) return;
        const int orientation = orientation_in(body.substr(exif_begin.size()));
        if (orientation == 1) return;
        has_orientation_ = true;
        keep(0xe1, std::string(exif_begin) + exif_with_orientation(orientation));
    }

    void keep(unsigned char marker, std::string_view body) {
        const std::size_t size = body.size() + 2;
        picture_.bytes += '\xff';
        picture_.bytes += static_cast<char>(marker);
        picture_.bytes += static_cast<char>(size >> 8);
        picture_.bytes += static_cast<char>(size);
        picture_.bytes += body;
    }

    const std::string_view file_;
    std::size_t at_ = 0;
    int scans_ = 0;
    bool has_orientation_ = false;
    Picture picture_;
};

}  // namespace

Result<Picture> read_jpeg(std::string_view file) { return JpegReader(file).read(); }

}  // namespace kitchen::images
