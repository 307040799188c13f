#include <gtest/gtest.h>

#include "http/framing/response_head.h"

namespace kitchen::http {
namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string head(const ResponseFraming& framing, const Fields& headers = {}) {
    std::string out;
    append_response_head(out, framing, headers, date);
    return out;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(ResponseHead, IsWrittenWhole) {
    EXPECT_EQ(head({.status = 200, .body_size = 12},
                   {{"Content-Type", "text/plain"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}),
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: "
              "text/plain\r\nSet-Cookie: a=1\r\n"
              "Set-Cookie: b=2\r\nContent-Length: 12\r\n\r\n");
}

TEST(ResponseHead, ConnectionByVersionAndIntent) {
    EXPECT_FALSE(has(head({}), "Connection"));
    EXPECT_TRUE(has(head({.keep_alive = false}), "Connection: close\r\n"));
    EXPECT_TRUE(has(head({.minor_version = 0}), "Connection: keep-alive\r\n"));
    EXPECT_TRUE(has(head({.minor_version = 0, .keep_alive = false}), "Connection: close\r\n"));
}

TEST(ResponseHead, FieldsWrittenHereAreNotTakenFromTheCaller) {
    const auto text = head({.body_size = 1}, {{"DATE", "x"},
                                              {"content-length", "9"},
                                              {"Transfer-Encoding", "chunked"},
                                              {"Connection", "upgrade"}});
    EXPECT_FALSE(has(text, "chunked"));
    EXPECT_FALSE(has(text, "upgrade"));
    EXPECT_FALSE(has(text, ": 9"));
    EXPECT_FALSE(has(text, "DATE"));
}

TEST(ResponseHead, DefaultsGiveWayToFieldsOfTheirName) {
    const Fields defaults = {{"X-Frame-Options", "DENY"}, {"Referrer-Policy", "no-referrer"}};
    std::string plain, own, broken;
    append_response_head(plain, {.status = 204}, {}, date, defaults);
    EXPECT_TRUE(has(plain, "\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"));
    append_response_head(own, {.status = 204}, {{"x-frame-options", "SAMEORIGIN"}}, date, defaults);
    EXPECT_FALSE(has(own, "DENY"));
    EXPECT_TRUE(has(own, "SAMEORIGIN") && has(own, "no-referrer"));
    append_response_head(broken, {.status = 204}, {{"X-Frame-Options", "a\nb"}}, date, defaults);
    EXPECT_TRUE(has(broken, "DENY"))
        << "a field that is not sent does not stand in for the default";
}

TEST(ResponseHead, NothingCanBeInjected) {
    const auto text = head({}, {{"Location", "/a\r\nSet-Cookie: evil=1"},
                                {"X\r\nSet-Cookie", "evil"},
                                {"Y", std::string("a\0b", 3)},
                                {"Z", "a\nb"},
                                {"", "nameless"},
                                {"A B", "c"},
                                {"Good", "tab\tand \xc3\xa9"}});
    EXPECT_EQ(text,
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nGood: tab\tand "
              "\xc3\xa9\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseHead, BodylessStatuses) {
    for (const int status : {204, 304}) {
        EXPECT_FALSE(has(head({.status = status, .body_size = 5}), "Content-Length"));
        EXPECT_FALSE(has_response_body({.status = status}));
    }
    EXPECT_TRUE(has(head({.head_request = true, .body_size = 5}), "Content-Length: 5\r\n"));
    EXPECT_FALSE(has_response_body({.head_request = true}));
    EXPECT_TRUE(has_response_body({.status = 404}));
}

TEST(ResponseHead, StreamEndsWithTheConnection) {
    const auto text = head({.until_close = true});
    EXPECT_FALSE(has(text, "Content-Length"));
    EXPECT_TRUE(has(text, "Connection: close\r\n"));
}

TEST(ResponseHead, ImpossibleStatusIs500) {
    for (const int status : {-1, 0, 99, 100, 101, 600, 1000})
        EXPECT_TRUE(head({.status = status}).starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_TRUE(head({.status = 299}).starts_with("HTTP/1.1 299 Unknown\r\n"));
}

TEST(HttpDate, IsImfFixdateAndCachedBySecond) {
    EXPECT_EQ(text_of(format_http_date(784111777)), date);
    EXPECT_EQ(text_of(format_http_date(951782400)), "Tue, 29 Feb 2000 00:00:00 GMT");
    DateCache cache;
    EXPECT_EQ(text_of(cache.at(784111777)), date);
    EXPECT_EQ(text_of(cache.at(784111778)), "Sun, 06 Nov 1994 08:49:38 GMT");
    EXPECT_EQ(cache.now().size(), date.size());
}

}  // namespace
}  // namespace kitchen::http
