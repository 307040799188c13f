// The cost of reading is linear in the bytes fed: every byte is consumed by the call that brings
// it, and nothing is kept of it but what the request holds. Counted, not timed.
#include <gtest/gtest.h>

#include "feeding.h"

namespace kitchen::http {
namespace {

/// Feeds byte after byte, and expects each to be taken at once.
void expect_consumed_bytewise(std::string_view bytes) {
    RequestParser parser;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto [event, consumed] = parser.feed(bytes.substr(i, 1));
        ASSERT_EQ(consumed, 1u) << i;
        if (event == RequestParser::Event::head) event = parser.feed({}).event;
        ASSERT_EQ(event, i + 1 == bytes.size() ? RequestParser::Event::complete
                                               : RequestParser::Event::need_more)
            << i;
    }
}

TEST(Linearity, MegabyteInOneByteChunksFedOneByteAtATime) {
    std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 1024 * 1024; ++i) bytes += "1\r\nx\r\n";
    bytes += "0\r\n\r\n";
    expect_consumed_bytewise(bytes);
}

TEST(Linearity, LargestHeadFedOneByteAtATime) {
    expect_consumed_bytewise("GET /" + std::string(8000, 'a') +
                             " HTTP/1.1\r\nHost: a\r\nX: " + std::string(16000, 'v') + "\r\n\r\n");
}

TEST(Linearity, BodyMemoryFollowsWhatArrived) {
    RequestParser parser;
    Outcome outcome;
    feed_portion(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc",
                 outcome);
    EXPECT_LT(parser.request()->body.capacity(), 1000u);
    RequestParser chunked;
    feed_portion(chunked,
                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nf0000\r\nabc",
                 outcome);
    EXPECT_LT(chunked.request()->body.capacity(), 1000u);
}

}  // namespace
}  // namespace kitchen::http
