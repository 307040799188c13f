// The cost of reading is linear in the octets fed. Counted, not timed.
#include <gtest/gtest.h>

#include "feeding.h"

namespace kitchen::http {
namespace {

std::uint64_t examined_bytewise(std::string_view bytes) {
    RequestParser parser;
    Outcome outcome;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        feed_portion(parser, bytes.substr(i, 1), outcome);
    EXPECT_EQ(outcome.status, 0) << outcome.code;
    EXPECT_EQ(outcome.requests.size(), 1u);
    return parser.octets_examined();
}

TEST(Linearity, MegabyteInOneByteChunksFedOneByteAtATime) {
    std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 1024 * 1024; ++i) bytes += "1\r\nx\r\n";
    bytes += "0\r\n\r\n";
    EXPECT_LE(examined_bytewise(bytes), bytes.size() + 100);
}

TEST(Linearity, LargestHeadFedOneByteAtATime) {
    const std::string bytes = "GET /" + std::string(8000, 'a') +
                              " HTTP/1.1\r\nHost: a\r\nX: " + std::string(16000, 'v') + "\r\n\r\n";
    EXPECT_LE(examined_bytewise(bytes), bytes.size() + 100);
}

TEST(Linearity, BodyMemoryFollowsWhatArrived) {
    RequestParser parser;
    Outcome outcome;
    feed_portion(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc",
                 outcome);
    EXPECT_LT(parser.request().body.capacity(), 1000u);
    RequestParser chunked;
    feed_portion(chunked,
                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nf0000\r\nabc",
                 outcome);
    EXPECT_LT(chunked.request().body.capacity(), 1000u);
}

}  // namespace
}  // namespace kitchen::http
