#include "sdk/byte_range.h"

#include <gtest/gtest.h>

#include "sdk/http_date.h"

namespace kitchen::http {
namespace {

/// "0+5" for a part, "416", or "whole".
std::string range(std::string_view field, std::uint64_t size = 10) {
    const ByteRange out = parse_byte_range(field, size);
    if (out.kind == ByteRange::Kind::unsatisfiable) return "416";
    if (out.kind == ByteRange::Kind::whole) return "whole";
    EXPECT_LE(out.first + out.length, size) << field;
    return std::to_string(out.first) + '+' + std::to_string(out.length);
}

TEST(ByteRange, OneRangeIsServed) {
    EXPECT_EQ(range("bytes=0-4"), "0+5");
    EXPECT_EQ(range("Bytes=9-9"), "9+1");
    EXPECT_EQ(range("bytes=3-"), "3+7");
    EXPECT_EQ(range("bytes=3-99999999999999999999999"), "3+7");
    EXPECT_EQ(range("bytes= 0-0 "), "0+1");
    EXPECT_EQ(range("bytes=-3"), "7+3");
    EXPECT_EQ(range("bytes=-11"), "0+10");
    EXPECT_EQ(range("bytes=-99999999999999999999999"), "0+10");
}

TEST(ByteRange, OneBehindTheEndIsNot) {
    for (const char* field :
         {"bytes=10-", "bytes=10-11", "bytes=99999999999999999999999-", "bytes=-0"})
        EXPECT_EQ(range(field), "416") << field;
    EXPECT_EQ(range("bytes=0-", 0), "416");
    EXPECT_EQ(range("bytes=-1", 0), "whole") << "which is nothing";
}

TEST(ByteRange, AnythingElseIsIgnored) {
    for (const char* field :
         {"", "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=a-b", "bytes=4-3", "bytes=0-1,3-4",
          "bytes=+1-2", "bytes=1--2", "bytes=0x1-2", "lines=0-1", "bytes =0-1", "bytes=0 - 1"})
        EXPECT_EQ(range(field), "whole") << field;
}

TEST(HttpDate, IsReadAsItIsWritten) {
    for (const std::time_t time :
         {std::time_t{0}, std::time_t{784111777}, std::time_t{951782400}}) {
        const HttpDate text = format_http_date(time);
        EXPECT_EQ(parse_http_date(text_of(text)), time);
    }
    for (const char* wrong : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Mon, 06 Nov 1994 08:49:37 GMT",
                              "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                              "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                              "Sun, 06 nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
                              "Sun, 06 anF 1994 08:49:37 GMT"})
        EXPECT_EQ(parse_http_date(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace kitchen::http
