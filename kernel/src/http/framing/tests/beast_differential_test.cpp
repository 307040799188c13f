// Our parser against Boost.Beast's on requests that are beyond doubt, and the list of where we
// differ on purpose.
#include <boost/beast/http.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "feeding.h"
#include "http/framing/character_classes.h"

namespace kitchen::http {
namespace {

namespace beast = boost::beast::http;

struct Reading {
    std::string method, target, body;
    int minor_version = 1;
    std::vector<std::pair<std::string, std::string>> headers;
    bool keep_alive = true;
    std::size_t consumed = 0;
    bool operator==(const Reading&) const = default;
};

std::optional<Reading> read_with_beast(std::string_view bytes) {
    beast::request_parser<beast::string_body> parser;
    parser.eager(true);
    parser.header_limit(64 * 1024);
    Reading reading;
    std::string_view rest = bytes;
    while (!parser.is_done()) {
        boost::beast::error_code error;
        const auto used = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
        rest.remove_prefix(used);
        if (error || (used == 0 && !parser.is_done())) return std::nullopt;
    }
    const auto& message = parser.get();
    reading.method = std::string(message.method_string());
    reading.target = std::string(message.target());
    reading.body = message.body();
    reading.minor_version = static_cast<int>(message.version() % 10);
    for (const auto& field : message) {
        reading.headers.emplace_back(ascii_lower(std::string(field.name_string())),
                                     std::string(field.value()));
    }
    // basic_fields keeps equal names together; compare without regard to the order of different
    // names.
    std::stable_sort(reading.headers.begin(), reading.headers.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    reading.keep_alive = message.keep_alive();
    reading.consumed = bytes.size() - rest.size();
    return reading;
}

std::optional<Reading> read_with_ours(std::string_view bytes) {
    RequestParser parser;
    std::size_t consumed = 0;
    for (;;) {
        const auto progress = parser.feed(bytes.substr(consumed));
        consumed += progress.consumed;
        if (progress.event == RequestParser::Event::complete) break;
        if (progress.event != RequestParser::Event::head) return std::nullopt;
    }
    Reading reading;
    reading.keep_alive = parser.keep_alive();
    auto request = *parser.take_request();
    reading.method = request.method;
    reading.target = request.target;
    reading.body = request.body;
    reading.minor_version = request.minor_version;
    reading.headers = request.headers;
    std::stable_sort(reading.headers.begin(), reading.headers.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    reading.consumed = consumed;
    return reading;
}

std::string pick(std::mt19937& random, std::initializer_list<std::string_view> choices) {
    return std::string(choices.begin()[random() % choices.size()]);
}

// A correct request, with the variety that clients show.
std::string make_request(std::mt19937& random) {
    const bool http10 = random() % 8 == 0;
    std::string request =
        pick(random, {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"}) + " " +
        pick(random,
             {"/", "/foods", "/foods?q=a%20b&x=1", "/a/b/c/", "//x", "/%7Euser", "/?", "/x;p=1"}) +
        (http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    request +=
        pick(random, {"Host: example.org\r\n", "host:127.0.0.1:80\r\n", "HOST: [::1]:8080 \r\n"});
    for (auto n = random() % 6; n > 0; --n)
        request +=
            pick(random, {"Accept: */*\r\n", "User-Agent: a (b; c)\r\n", "X-Empty:\r\n",
                          "Cookie: a=b; c=d\r\n", "Accept: text/html\r\n",
                          "X-Long: ", "If-None-Match: W/\"x\", \"y\"\r\n", "X-Tab:\ta\tb\t\r\n"});
    if (request.ends_with("X-Long: ")) request += std::string(random() % 500, 'l') + "\r\n";
    for (std::size_t at; (at = request.find("X-Long: X")) != std::string::npos ||
                         (at = request.find("X-Long: A")) != std::string::npos;)
        request.insert(at + 8, "v\r\n");
    request += pick(random, {"", "", "Connection: close\r\n", "Connection: keep-alive\r\n"});
    std::string body;
    for (auto n = random() % 200; n > 0; --n) body += static_cast<char>(random() % 256);
    const auto kind = random() % 3;
    if (kind == 0) return request + "\r\n";
    if (kind == 1 || http10)
        return request + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    request += "Transfer-Encoding: chunked\r\n\r\n";
    while (!body.empty()) {
        const auto size = 1 + random() % body.size();
        char hex[16];
        std::snprintf(hex, sizeof hex, random() % 2 ? "%zx" : "%04zX",
                      static_cast<std::size_t>(size));
        request += std::string(hex) + pick(random, {"", "", ";a", ";a=b", ";a=\"b c\""}) + "\r\n" +
                   body.substr(0, size) + "\r\n";
        body.erase(0, size);
    }
    return request + "0\r\n\r\n";
}

TEST(BeastDifferential, AgreesOnCorrectRequests) {
    std::mt19937 random(20240229);
    for (int i = 0; i < 5000; ++i) {
        const auto bytes =
            make_request(random) + "GET /next HTTP/1.1\r\n";  // both must stop at the right byte
        const auto beasts = read_with_beast(bytes);
        const auto ours = read_with_ours(bytes);
        ASSERT_TRUE(beasts.has_value()) << bytes;
        ASSERT_TRUE(ours.has_value()) << bytes;
        ASSERT_TRUE(*beasts == *ours) << bytes;
    }
}

// Everything Beast refuses among single-byte corruptions, we refuse or still wait for more of.
TEST(BeastDifferential, IsNeverLaxerOnCorruptedRequests) {
    std::mt19937 random(42);
    int refused_by_beast = 0;
    for (int i = 0; i < 5000; ++i) {
        auto bytes = make_request(random);
        const auto head = bytes.find("\r\n\r\n");
        bytes[random() % head] = static_cast<char>(random() % 256);
        beast::request_parser<beast::string_body> parser;
        parser.eager(true);
        boost::beast::error_code error;
        parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
        if (!error || error == beast::error::need_more) continue;
        // A Connection field that is no list of tokens: Beast refuses the request, we find no
        // option in it that we know.
        if (error == beast::error::bad_value) continue;
        ++refused_by_beast;
        const auto ours = read_with_ours(bytes);
        // The version is the one place: a later minor version is legal, and Beast refuses it.
        if (ours && bytes.find("HTTP/1.1\r\n") != std::string::npos)
            ADD_FAILURE() << error.message() << "\n" << bytes;
    }
    EXPECT_GT(refused_by_beast, 500);
}

// Where Beast 1.74 accepts and we refuse, on purpose.
TEST(BeastDifferential, WeRefuseMoreOnPurpose) {
    const std::pair<std::string_view, std::string_view> deliberate[] = {
        {"no Host", "GET / HTTP/1.1\r\n\r\n"},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        {"Host that is no host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        {"folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"},
        {"coding other than chunked, read as no body",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chu\r\n\r\n"},
        {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"expectation that nobody knows", "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n"},
    };
    for (const auto& [name, bytes] : deliberate) {
        EXPECT_TRUE(read_with_beast(bytes).has_value()) << name;
        EXPECT_FALSE(read_with_ours(bytes).has_value()) << name;
    }
}

// Where Beast 1.74 refuses and we accept, on purpose.
TEST(BeastDifferential, WeAcceptMoreOnPurpose) {
    const std::pair<std::string_view, std::string_view> deliberate[] = {
        {"empty line before the request", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"later minor version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
    };
    for (const auto& [name, bytes] : deliberate) {
        EXPECT_FALSE(read_with_beast(bytes).has_value()) << name;
        EXPECT_TRUE(read_with_ours(bytes).has_value()) << name;
    }
}

}  // namespace
}  // namespace kitchen::http
