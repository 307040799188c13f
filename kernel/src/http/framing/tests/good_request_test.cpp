// What must be accepted, and what becomes of it, however it is split.
#include <gtest/gtest.h>

#include "feeding.h"

namespace kitchen::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Fed whole, byte by byte and split at each position; all three must agree.
Outcome feed_every_way(std::string_view bytes) {
    const Outcome whole = feed_whole(bytes);
    EXPECT_EQ(whole.status, 0) << whole.code;
    EXPECT_TRUE(feed_bytewise(bytes) == whole);
    EXPECT_EQ(find_split_difference(bytes, whole), std::string_view::npos);
    return whole;
}

Request one(std::string_view bytes) {
    auto outcome = feed_every_way(bytes);
    EXPECT_EQ(outcome.requests.size(), 1u);
    EXPECT_FALSE(outcome.in_progress);
    return outcome.requests.empty() ? Request{} : outcome.requests.front();
}

TEST(GoodRequest, HeadIsGivenAsSentWithNamesInLowerCase) {
    const auto request =
        one("GET /foods?q=%20a|b HTTP/1.1\r\nHost: example.org:8080\r\nX-MiXed:  two "
            "words\t\r\nEmpty:\r\nX-Mixed: b\xe9\r\n\r\n");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/foods?q=%20a|b");
    EXPECT_EQ(request.minor_version, 1);
    EXPECT_EQ(request.headers, (Headers{{"host", "example.org:8080"},
                                        {"x-mixed", "two words"},
                                        {"empty", ""},
                                        {"x-mixed", "b\xe9"}}));
    ASSERT_NE(request.header("x-mixed"), nullptr);
    EXPECT_EQ(*request.header("x-mixed"), "two words");
    EXPECT_EQ(request.header("absent"), nullptr);
}

TEST(GoodRequest, UnknownMethodsPass) {
    EXPECT_EQ(one("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n").method, "BREW");
    EXPECT_EQ(one("get / HTTP/1.1\r\nHost: a\r\n\r\n").method, "get");
}

TEST(GoodRequest, PathsAreNotInterpreted) {
    for (const std::string target : {"/../", "/%2e%2e", "/%00", "/%zz", "/a//b", "//", "/?", "/*"})
        EXPECT_EQ(one("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").target, target);
}

TEST(GoodRequest, LongestAllowedLineAndFields) {
    const std::string target = "/" + std::string(8192 - 14, 'a');
    EXPECT_EQ(one("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").target, target);
    const std::string value(16384 - 9 - 5, 'v');  // "Host: a" and "X: ", with their CRLFs
    EXPECT_EQ(*one("GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n").header("x"), value);
}

TEST(GoodRequest, HundredFields) {
    std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 99; ++i) bytes += "A: b\r\n";
    EXPECT_EQ(one(bytes + "\r\n").headers.size(), 100u);
}

TEST(GoodRequest, OptionsAsterisk) {
    EXPECT_EQ(one("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target, "*");
}

TEST(GoodRequest, AbsoluteFormBecomesOriginFormAndItsAuthorityWins) {
    auto request = one("GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(request.target, "/x?y");
    EXPECT_EQ(*request.header("host"), "b:81");
    EXPECT_EQ(one("GET HTTPS://b HTTP/1.1\r\nHost: b\r\n\r\n").target, "/");
    EXPECT_EQ(one("GET http://b?q=/ HTTP/1.1\r\nHost: b\r\n\r\n").target, "/?q=/");
    EXPECT_EQ(one("OPTIONS http://b HTTP/1.1\r\nHost: b\r\n\r\n").target, "*");
    EXPECT_EQ(*one("GET http://b/ HTTP/1.0\r\n\r\n").header("host"), "b");
}

TEST(GoodRequest, Hosts) {
    for (const std::string host : {"a", "a:80", "a:", "127.0.0.1:8080", "[::1]",
                                   "[::ffff:1.2.3.4]:80", "x_y.z~", "a%20b", "a:65535"})
        EXPECT_EQ(*one("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").header("host"), host);
}

TEST(GoodRequest, EmptyLinesBeforeARequest) {
    EXPECT_EQ(one("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").method, "GET");
    EXPECT_FALSE(feed_every_way("\r\n").in_progress);
    std::string bytes;  // the cap is for each request
    for (int i = 0; i < 10; ++i) bytes += "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(feed_every_way(bytes).requests.size(), 10u);
}

TEST(GoodRequest, LaterMinorVersionIsReadAsTheLatest) {
    EXPECT_EQ(one("GET / HTTP/1.7\r\nHost: a\r\n\r\n").minor_version, 1);
    EXPECT_EQ(one("GET / HTTP/1.0\r\n\r\n").minor_version, 0);
}

TEST(GoodRequest, SizedBody) {
    EXPECT_EQ(one("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\n12\r\n5").body,
              "12\r\n5");
    EXPECT_EQ(one("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").body, "");
    EXPECT_EQ(one("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").body, "x");
}

TEST(GoodRequest, ChunkedBodySplitAnywhere) {
    const auto request =
        one("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
            "5\r\nhello\r\n00A \t;ext=\"v;w\";x\r\n\r\n, world\n\r\n0;last\r\n\r\n");
    EXPECT_EQ(request.body, "hello\r\n, world\n");
}

TEST(GoodRequest, TrailersAreDroppedAndNeverMerged) {
    const auto request =
        one("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\nx\r\n0\r\nHost: evil\r\nContent-Length: 7\r\nX-Role: admin\r\n\r\n");
    EXPECT_EQ(request.body, "x");
    EXPECT_EQ(request.headers, (Headers{{"host", "a"}, {"transfer-encoding", "chunked"}}));
}

TEST(GoodRequest, TwentyPipelined) {
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
        bytes += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n";
        bytes += i % 2 ? "Content-Length: 3\r\n\r\nabc"
                       : "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    }
    const auto outcome = feed_every_way(bytes);
    ASSERT_EQ(outcome.requests.size(), 20u);
    EXPECT_EQ(outcome.heads, 20);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(outcome.requests[static_cast<std::size_t>(i)].target, "/" + std::to_string(i));
        EXPECT_EQ(outcome.requests[static_cast<std::size_t>(i)].body, "abc");
    }
}

TEST(GoodRequest, UnfinishedOnesAreInProgress) {
    EXPECT_TRUE(feed_every_way("G").in_progress);
    EXPECT_TRUE(feed_every_way("GET / HTTP/1.1\r\nHost: a\r\n").in_progress);
    EXPECT_TRUE(
        feed_every_way("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1").in_progress);
    EXPECT_TRUE(
        feed_every_way("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            .in_progress);
}

bool keeps_alive(std::string_view version, std::string_view fields) {
    const auto outcome = feed_every_way("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" +
                                        std::string(fields) + "\r\n");
    return outcome.keep_alive.at(0);
}

TEST(KeepAlive, ByVersionAndConnectionField) {
    EXPECT_TRUE(keeps_alive("1.1", ""));
    EXPECT_FALSE(keeps_alive("1.1", "Connection: close\r\n"));
    EXPECT_FALSE(keeps_alive("1.1", "Connection: x, Close\r\n"));
    EXPECT_FALSE(keeps_alive("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
    EXPECT_TRUE(keeps_alive("1.1", "Connection: closed\r\n"));
    EXPECT_FALSE(keeps_alive("1.0", ""));
    EXPECT_TRUE(keeps_alive("1.0", "Connection: Keep-Alive\r\n"));
    EXPECT_FALSE(keeps_alive("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(Expect, ContinueIsKnownAndIgnoredIn10) {
    RequestParser parser;
    ASSERT_EQ(
        parser
            .feed("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
            .event,
        RequestParser::Event::head);
    EXPECT_TRUE(parser.expects_continue());
    EXPECT_TRUE(parser.has_body());
    RequestParser old;
    ASSERT_EQ(
        old.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").event,
        RequestParser::Event::head);
    EXPECT_FALSE(old.expects_continue());
}

TEST(Head, IsGivenBeforeTheBodyAndCanBeDiscarded) {
    RequestParser parser;
    std::string_view bytes = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    const auto head = parser.feed(bytes);
    ASSERT_EQ(head.event, RequestParser::Event::head);
    EXPECT_EQ(parser.request()->target, "/1");
    EXPECT_FALSE(parser.has_body());
    parser.discard_request();
    EXPECT_FALSE(parser.in_progress());
    bytes.remove_prefix(head.consumed);
    ASSERT_EQ(parser.feed(bytes).event, RequestParser::Event::head);
    EXPECT_EQ(parser.request()->target, "/2");
}

}  // namespace
}  // namespace kitchen::http
