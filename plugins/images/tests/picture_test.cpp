#include "formats/picture.h"

#include <gmock/gmock.h>

#include "formats/picture_formats.h"
#include "sample_images.h"

namespace kitchen::images {
namespace {

using namespace samples;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t many_pixels = 40'000'000;

std::string code_of(std::string_view file, std::int64_t most_pixels = many_pixels) {
    const Result<Picture> picture = read_picture(file, most_pixels);
    return picture ? std::string() : picture.error().code;
}

Picture read(const std::string& file) {
    Picture picture = read_picture(file, many_pixels).value();
    const Picture again = read_picture(picture.bytes, many_pixels).value();
    EXPECT_EQ(again.bytes, picture.bytes) << "what is clean stays as it is";
    EXPECT_EQ(again.width, picture.width);
    EXPECT_EQ(again.height, picture.height);
    return picture;
}

TEST(Pictures, AreKnownByTheirBytes) {
    const struct {
        std::string file;
        std::string_view extension;
    } known[] = {{jpeg(640, 480), "jpg"},
                 {png(640, 480), "png"},
                 {webp(640, 480), "webp"},
                 {riff(lossless(640, 480)), "webp"},
                 {riff(vp8x(0, 640, 480) + lossless(640, 480)), "webp"}};
    for (const auto& [file, extension] : known) {
        const Picture picture = read(file);
        EXPECT_EQ(picture.extension, extension);
        EXPECT_EQ(picture.width, 640);
        EXPECT_EQ(picture.height, 480);
        EXPECT_EQ(picture.bytes, file) << "there is nothing to take out of it";
    }
}

TEST(Pictures, OtherKindsAreRefused) {
    for (const std::string& file :
         {"GIF89a\1\0\1\0"s, "<svg xmlns='http://www.w3.org/2000/svg'/>"s, "<html>"s, "%PDF-1.7"s,
          "BM"s,
          "\0\0\0\x1c"
          "ftypheic"s,
          "\xff\xd8"s, "\x89PNG"s, "RIFF"s, "RIFF1234WAVE"s, " "s, "\xff\xd8\0"s})
        EXPECT_EQ(code_of(file), "image_type_unsupported") << file;
    EXPECT_EQ(code_of(""), "image_broken");
}

TEST(Pictures, TruncatedOnesAreRefused) {
    for (const std::string& file :
         {jpeg(), png(), webp(), riff(vp8x(0x20, 4, 3) + riff_chunk("ICCP", "p") + lossy(4, 3))})
        for (std::size_t size = 0; size < file.size(); ++size)
            EXPECT_THAT(code_of(file.substr(0, size)),
                        testing::AnyOf("image_broken", "image_type_unsupported"))
                << size << " of " << file.size();
}

TEST(Pictures, AnyByteMayBeWrong) {
    for (const std::string& file :
         {jpeg(), png(), webp(), riff(vp8x(8, 4, 3) + lossy(4, 3) + riff_chunk("EXIF", exif(6)))})
        for (std::size_t at = 0; at < file.size(); ++at)
            for (const char byte : {'\0', '\xff', '\x80', '\x01', '\x7f'}) {
                std::string wrong = file;
                wrong[at] = byte;
                const Result<Picture> picture = read_picture(wrong, many_pixels);
                EXPECT_LE(picture ? picture->bytes.size() : 0, wrong.size());
            }
}

TEST(Pictures, TooManyPixels) {
    EXPECT_EQ(code_of(jpeg(100, 100), 10'000), "");
    EXPECT_EQ(code_of(jpeg(101, 100), 10'000), "image_too_large");
    EXPECT_EQ(code_of(jpeg(65'535, 65'535)), "image_too_large");
    EXPECT_EQ(code_of(png(0x7fffffff, 0x7fffffff)), "image_too_large");
    EXPECT_EQ(code_of(riff(lossless(16'384, 16'384))), "image_too_large");
    for (const std::string& file : {jpeg(0, 5), jpeg(5, 0), png(0, 5), png(5, 0),
                                    png(0x80000000, 1), png(1, 0xffffffff), webp(0, 5)})
        EXPECT_EQ(code_of(file), "image_broken");
}

TEST(Pictures, WhatIsNoPartOfThePictureIsLeftOut) {
    const std::string secret = "GPS 6.5244N 3.3792E";
    const std::string profile = "ICC_PROFILE\0\1\1profile"s;
    const Picture photo = read(
        jpeg(4, 3,
             segment(0xe1, "Exif\0\0"s + exif(1)) + segment(0xe1, "http://ns.adobe.com/xap/1.0/") +
                 segment(0xe2, "MPF\0"s + secret) + segment(0xe2, profile) +
                 segment(0xed, "Photoshop 3.0\0"s + secret) + segment(0xee, "Adobe\0\x64"s) +
                 segment(0xfe, "<script>alert(1)</script>")));
    EXPECT_EQ(photo.bytes, jpeg(4, 3, segment(0xe2, profile) + segment(0xee, "Adobe\0\x64"s)));

    const std::string colours = chunk("gAMA", "1234") + chunk("pHYs", "123456789");
    EXPECT_EQ(
        read(png(4, 3,
                 colours + chunk("eXIf", exif(6)) + chunk("tEXt", secret) + chunk("iTXt", secret) +
                     chunk("zTXt", secret) + chunk("tIME", "1234567") + chunk("prVW", secret)))
            .bytes,
        png(4, 3, colours));

    EXPECT_EQ(read(riff(vp8x(0x3c, 4, 3) + riff_chunk("ICCP", "profile") +
                        riff_chunk("ALPH", "alpha") + lossy(4, 3) + riff_chunk("EXIF", exif(1)) +
                        riff_chunk("XMP ", secret) + riff_chunk("ODD ", secret)))
                  .bytes,
              riff(vp8x(0x30, 4, 3) + riff_chunk("ICCP", "profile") + riff_chunk("ALPH", "alpha") +
                   lossy(4, 3)));
    EXPECT_EQ(read(riff(lossy(4, 3) + riff_chunk("EXIF", exif(6)))).bytes, webp(4, 3));
}

TEST(Pictures, PreviewsAreLeftOut) {
    std::string file = jpeg();
    const std::string with = segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01rgb"s);
    file.replace(2, segment(0xe0, std::string(14, ' ')).size(), with);
    EXPECT_EQ(read(file).bytes, jpeg());
    EXPECT_EQ(read(jpeg(4, 3, segment(0xe0, "JFXX\0\x10preview"s))).bytes, jpeg());
}

TEST(Pictures, OtherFilesBehindTheEndAreLeftOut) {
    for (const std::string& tail :
         {"PK\3\4 a zip archive"s, "<html><script>"s, jpeg(), "\xff\xd9"s}) {
        EXPECT_EQ(read(jpeg() + tail).bytes, jpeg());
        EXPECT_EQ(read(png() + tail).bytes, png());
        EXPECT_EQ(read(webp() + tail).bytes, webp());
    }
}

TEST(Pictures, HowTheCameraWasHeldIsKept) {
    for (int side = 2; side <= 8; ++side)
        for (const bool is_little : {false, true}) {
            const Picture photo =
                read(jpeg(4, 3, segment(0xe1, "Exif\0\0"s + exif(side, is_little))));
            EXPECT_EQ(photo.bytes,
                      jpeg(4, 3, segment(0xe1, "Exif\0\0"s + exif_with_orientation(side))));
            EXPECT_EQ(orientation_in(exif_with_orientation(side)), side);
            for (const std::string& begin : {""s, "Exif\0\0"s}) {
                const std::string other =
                    read(riff(vp8x(8, 4, 3) + lossy(4, 3) +
                              riff_chunk("EXIF", begin + exif(side, is_little))))
                        .bytes;
                EXPECT_EQ(other, riff(vp8x(8, 4, 3) + lossy(4, 3) +
                                      riff_chunk("EXIF", exif_with_orientation(side))));
                EXPECT_THAT(other, Not(HasSubstr("GPS")));
            }
        }
    for (const int nonsense : {0, 1, 9, 300, 65'535}) EXPECT_EQ(orientation_in(exif(nonsense)), 1);
    for (std::size_t size = 0; size < 22; ++size)
        EXPECT_EQ(orientation_in(exif(6).substr(0, size)), size < 20 ? 1 : 6) << size;
}

TEST(Pictures, WhatMovesIsRefused) {
    EXPECT_EQ(code_of(png(4, 3, chunk("acTL", "12345678"))), "image_animated");
    EXPECT_EQ(code_of(riff(vp8x(2, 4, 3) + lossy(4, 3))), "image_animated");
    EXPECT_EQ(code_of(riff(vp8x(0, 4, 3) + riff_chunk("ANMF", "x") + lossy(4, 3))),
              "image_animated");
}

TEST(Pictures, WhatMakesNoSenseIsRefused) {
    const std::string begin = "\xff\xd8", end = "\xff\xd9";
    for (const std::string& file :
         {begin + "\xff" + end, begin + segment(0xdb, "") + end, begin + scan() + end,
          begin + frame(4, 3) + end, begin + frame(4, 3) + frame(4, 3) + scan() + end,
          begin + frame(4, 3) + scan("") + end, begin + "\xff\x01" + end,
          begin + segment(0xc0, "\x08\0\3\0\4\x02"s) + scan() + end, begin + frame(4, 3) + [] {
              std::string scans;
              for (int i = 0; i < 101; ++i) scans += scan("x");
              return scans;
          }() + end})
        EXPECT_EQ(code_of(file), "image_broken");
    for (const int marker : {0xc3, 0xc9, 0xde, 0xdc})  // lossless, arithmetic, hierarchical
        EXPECT_EQ(code_of(begin + segment(marker, "\x08\0\3\0\4\x01\x01\x11\0"s) + scan() + end),
                  "image_type_unsupported");
    EXPECT_EQ(code_of(png(4, 3, chunk("IEND", "more"))), "image_broken");
    EXPECT_EQ(code_of(png(4, 3, chunk("IHDR", ""))), "image_broken");
    EXPECT_EQ(code_of(png(4, 3, chunk("ABCD", ""))), "image_broken") << "needed, and unknown";
    EXPECT_EQ(code_of("\x89PNG\r\n\x1a\n" + chunk("IDAT", "x") + chunk("IEND", "")),
              "image_broken");
    EXPECT_EQ(code_of(riff("")), "image_broken");
    EXPECT_EQ(code_of(riff(lossy(4, 3) + lossy(4, 3))), "image_broken");
    EXPECT_EQ(code_of(riff(vp8x(0, 400, 300) + lossy(4, 3))), "image_broken");
    EXPECT_EQ(code_of(riff(riff_chunk("VP8 ", "\x11\0\0\x9d\x01\x2a\4\0\3\0"s))), "image_broken");
}

}  // namespace
}  // namespace kitchen::images
