// WebP (RFC 9649): a RIFF file, chunks of a name, a size and the data, filled up to an even size.
#include "picture_formats.h"

namespace kitchen::images {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t riff_size = 12, chunk_head = 8;
constexpr unsigned char flag_profile = 0x20, flag_alpha = 0x10, flag_exif = 0x08, flag_moves = 0x02;

std::string number(std::size_t value) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
    return bytes;
}

void append_chunk(std::string& out, std::string_view name, std::string_view data) {
    out += name;
    out += number(data.size());
    out += data;
    if (data.size() % 2 == 1) out += '\0';
}

class WebpReader {
public:
    explicit WebpReader(std::string_view file) : file_(file) {}

    Result<Picture> read() {
        const std::size_t size = little_endian(file_.substr(4, 4));
        if (size < 4 || file_.size() - chunk_head < size) return broken("it ends early.");
        const std::string_view all = file_.substr(0, chunk_head + size);
        for (std::size_t at = riff_size; at < all.size();) {
            if (all.size() - at < chunk_head) return broken("it ends early.");
            const std::string_view name = all.substr(at, 4);
            const std::size_t length = little_endian(all.substr(at + 4, 4));
            if (all.size() - at - chunk_head < length) return broken("it ends early.");
            const std::string_view data = all.substr(at + chunk_head, length);
            if (Status done = read_chunk(name, data, at == riff_size); !done)
                return std::move(done).error();
            at += chunk_head + length + length % 2;
        }
        return write();
    }

private:
    Status read_chunk(std::string_view name, std::string_view data, bool is_first) {
        if (is_first && name == "VP8X"sv) {
            if (data.size() < 10) return broken("its header makes no sense.");
            if (data[0] & flag_moves) return animated();
            header_ = data.substr(0, 10);
        } else if (name == "ANIM"sv || name == "ANMF"sv) {
            return animated();
        } else if (name == "VP8 "sv || name == "VP8L"sv) {
            if (!picture_name_.empty()) return broken("there are two pictures in it.");
            picture_name_ = name;
            picture_data_ = data;
            return name == "VP8 "sv ? read_lossy(data) : read_lossless(data);
        } else if (name == "ALPH"sv && alpha_.empty()) {
            alpha_ = data;
        } else if (name == "ICCP"sv && profile_.empty()) {
            profile_ = data;
        } else if (name == "EXIF"sv) {
            constexpr std::string_view begin = "Exif\0\0"sv;  // which some programs write
            orientation_ =
                orientation_in(data.starts_with(begin) ? data.substr(begin.size()) : data);
        }
        return {};
    }

    /// RFC 6386 section 9.1: a frame of its own, then its size.
    Status read_lossy(std::string_view data) {
        if (data.size() < 10 || (data[0] & 1) || data.substr(3, 3) != "\x9d\x01\x2a"sv)
            return broken("its header makes no sense.");
        return set_size(little_endian(data.substr(6, 2)) & 0x3fff,
                        little_endian(data.substr(8, 2)) & 0x3fff);
    }
    /// RFC 9649 section 3.4: two numbers of 14 bits.
    Status read_lossless(std::string_view data) {
        if (data.size() < 5 || data[0] != 0x2f) return broken("its header makes no sense.");
        const std::uint32_t bits = little_endian(data.substr(1, 4));
        return set_size((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    }
    Status set_size(std::int64_t width, std::int64_t height) {
        if (width == 0 || height == 0) return broken("it has no size.");
        if (!header_.empty() && (width != little_endian(header_.substr(4, 3)) + 1 ||
                                 height != little_endian(header_.substr(7, 3)) + 1))
            return broken("it has two sizes.");
        width_ = width;
        height_ = height;
        return {};
    }

    Result<Picture> write() const {
        if (picture_name_.empty()) return broken("there is no picture in it.");
        std::string chunks = "WEBP";
        if (!header_.empty()) {
            std::string header(header_);
            header[0] = static_cast<char>((header_[0] & flag_alpha) |
                                          (profile_.empty() ? 0 : flag_profile) |
                                          (orientation_ == 1 ? 0 : flag_exif));
            append_chunk(chunks, "VP8X", header);
            if (!profile_.empty()) append_chunk(chunks, "ICCP", profile_);
            if (!alpha_.empty()) append_chunk(chunks, "ALPH", alpha_);
        }
        append_chunk(chunks, picture_name_, picture_data_);
        if (!header_.empty() && orientation_ != 1)
            append_chunk(chunks, "EXIF", exif_with_orientation(orientation_));
        Picture picture{"webp", width_, height_, "RIFF"};
        picture.bytes += number(chunks.size());
        picture.bytes += chunks;
        return picture;
    }

    const std::string_view file_;
    std::string_view header_, profile_, alpha_, picture_name_, picture_data_;
    std::int64_t width_ = 0, height_ = 0;
    int orientation_ = 1;
};

}  // namespace

Result<Picture> read_webp(std::string_view file) { return WebpReader(file).read(); }

}  // namespace kitchen::images
