// Everything that must be refused, with its status and code, however it is split.
#include <gtest/gtest.h>

#include "feeding.h"

namespace kitchen::http {
namespace {

struct BadRequest {
    std::string name;
    std::string bytes;
    int status;
    std::string code;
};

void PrintTo(const BadRequest& request, std::ostream* out) { *out << request.name; }

std::string get(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields, std::string_view body = "") {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string line(std::string_view request_line) {
    return std::string(request_line) + "\r\nHost: a\r\n\r\n";
}
std::string host(std::string_view value) {
    return "GET / HTTP/1.1\r\nHost: " + std::string(value) + "\r\n\r\n";
}
std::string nul(std::string text) {
    text[text.find('@')] = '\0';
    return text;
}
std::string fields(int count, std::size_t value_size) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += "X-" + std::to_string(i) + ": " + std::string(value_size, 'v') + "\r\n";
    return all;
}

std::vector<BadRequest> bad_requests() {
    return {
        // The request line
        {"no_version", "GET /\r\n\r\n", 400, "bad_request_line"},
        {"version_h", line("GET / H"), 400, "bad_request_line"},
        {"version_9_9", line("GET / HTTP/9.9"), 505, "bad_version"},
        {"version_2_0_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "bad_version"},
        {"version_0_9", line("GET / HTTP/0.9"), 505, "bad_version"},
        {"version_lower_case", line("GET / http/1.1"), 400, "bad_request_line"},
        {"version_two_digits", line("GET / HTTP/1.10"), 400, "bad_request_line"},
        {"version_no_dot", line("GET / HTTP/111"), 400, "bad_request_line"},
        {"two_spaces_before_target", line("GET  / HTTP/1.1"), 400, "bad_target"},
        {"two_spaces_after_target", line("GET /  HTTP/1.1"), 400, "bad_target"},
        {"space_in_target", line("GET /a b HTTP/1.1"), 400, "bad_target"},
        {"trailing_space", line("GET / HTTP/1.1 "), 400, "bad_request_line"},
        {"tab_as_space", line("GET\t/\tHTTP/1.1"), 400, "bad_request_line"},
        {"leading_space", line(" GET / HTTP/1.1"), 400, "bad_method"},
        {"tls_client_hello", std::string("\x16\x03\x01\x02\x00\x01", 6), 400, "tls_on_plain_port"},
        {"binary_without_an_end", "\x80", 400, "bad_method"},
        {"method_not_a_token", line("GE(T / HTTP/1.1"), 400, "bad_method"},
        {"method_nul", nul(line("G@T / HTTP/1.1")), 400, "bad_method"},
        {"target_relative", line("GET a HTTP/1.1"), 400, "bad_target"},
        {"target_asterisk_get", line("GET * HTTP/1.1"), 400, "bad_target"},
        {"target_fragment", line("GET /a#b HTTP/1.1"), 400, "bad_target"},
        {"target_control", line("GET /a\x01 HTTP/1.1"), 400, "bad_target"},
        {"target_delete", line("GET /a\x7f HTTP/1.1"), 400, "bad_target"},
        {"target_nul", nul(line("GET /a@ HTTP/1.1")), 400, "bad_target"},
        {"target_bare_cr", line("GET /a\rb HTTP/1.1"), 400, "bad_target"},
        {"target_not_ascii", line("GET /caf\xc3\xa9 HTTP/1.1"), 400, "bad_target"},
        {"target_ftp", line("GET ftp://a/ HTTP/1.1"), 400, "bad_target"},
        {"absolute_without_host", line("GET http:///a HTTP/1.1"), 400, "bad_target"},
        {"absolute_with_user", line("GET http://u@a/ HTTP/1.1"), 400, "bad_target"},
        {"absolute_without_host_field", "GET http://a/ HTTP/1.1\r\n\r\n", 400, "missing_host"},
        {"connect", line("CONNECT a:443 HTTP/1.1"), 501, "connect_not_supported"},
        {"connect_path", line("CONNECT /a HTTP/1.1"), 400, "bad_target"},
        {"target_64k", line("GET /" + std::string(65536, 'a') + " HTTP/1.1"), 414,
         "target_too_long"},
        {"target_just_over", line("GET /" + std::string(8193 - 14, 'a') + " HTTP/1.1"), 414,
         "target_too_long"},
        {"target_16000_slashes", line("GET " + std::string(16000, '/') + " HTTP/1.1"), 414,
         "target_too_long"},
        {"endless_line", std::string(20000, 'A'), 414, "target_too_long"},
        {"five_empty_lines", "\r\n\r\n\r\n\r\n\r\n" + get(""), 400, "bad_request_line"},
        {"leading_lf", "\n" + get(""), 400, "bare_line_feed"},
        {"leading_cr", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"},
        {"bare_lf_request_line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare_line_feed"},
        // Fields
        {"bare_lf_field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400, "bare_line_feed"},
        {"bare_lf_end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bare_line_feed"},
        {"bare_cr_in_value", get("X: a\rb\r\n"), 400, "bad_header"},
        {"cr_cr_lf", get("X: a\r\r\n"), 400, "bad_header"},
        {"nul_in_value", nul(get("X: a@b\r\n")), 400, "bad_header"},
        {"control_in_value", get("X: a\x0b\r\n"), 400, "bad_header"},
        {"delete_in_value", get("X: a\x7f\r\n"), 400, "bad_header"},
        {"nul_in_name", nul(get("X@: a\r\n")), 400, "bad_header"},
        {"folded", get("X: a\r\n b\r\n"), 400, "folded_header"},
        {"folded_tab", get("X: a\r\n\tb\r\n"), 400, "folded_header"},
        {"folded_first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded_header"},
        {"space_before_colon", get("Name : value\r\n"), 400, "bad_header"},
        {"tab_before_colon", get("Name\t: value\r\n"), 400, "bad_header"},
        {"no_colon", get("Name value\r\n"), 400, "bad_header"},
        {"no_colon_token", get("Name\r\n"), 400, "bad_header"},
        {"empty_name", get(": value\r\n"), 400, "bad_header"},
        {"name_not_a_token", get("Na/me: value\r\n"), 400, "bad_header"},
        {"name_not_ascii", get("N\xc3\xa4me: value\r\n"), 400, "bad_header"},
        {"header_64k", get("X: " + std::string(65536, 'v') + "\r\n"), 431, "headers_too_large"},
        {"endless_field", "GET / HTTP/1.1\r\nX: " + std::string(20000, 'v'), 431,
         "headers_too_large"},
        {"large_in_total", get(fields(30, 1000)), 431, "headers_too_large"},
        {"headers_1000", get(fields(1000, 1)), 431, "too_many_headers"},
        {"headers_101", get(fields(100, 1)), 431, "too_many_headers"},  // and Host
        // Host
        {"no_host", "GET / HTTP/1.1\r\n\r\n", 400, "missing_host"},
        {"two_hosts", get("Host: a\r\n"), 400, "duplicate_host"},
        {"two_hosts_1_0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "duplicate_host"},
        {"host_empty", host(""), 400, "bad_host"},
        {"host_space", host("a b"), 400, "bad_host"},
        {"host_list", host("a, b"), 400, "bad_host"},
        {"host_comma", host("a,b"), 400, "bad_host"},
        {"host_path", host("a/b"), 400, "bad_host"},
        {"host_user", host("u@a"), 400, "bad_host"},
        {"host_port_letters", host("a:80x"), 400, "bad_host"},
        {"host_port_large", host("a:65536"), 400, "bad_host"},
        {"host_port_only", host(":80"), 400, "bad_host"},
        {"host_two_ports", host("a:80:81"), 400, "bad_host"},
        {"host_open_bracket", host("[::1"), 400, "bad_host"},
        {"host_bracket_name", host("[name]"), 400, "bad_host"},
        {"host_after_bracket", host("[::1]a"), 400, "bad_host"},
        {"host_bad_percent", host("a%zz"), 400, "bad_host"},
        {"host_quote", host("a\"b"), 400, "bad_host"},
        // Expectations
        {"expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"), 417,
         "bad_expectation"},
        {"two_expectations", post("Expect: 100-continue, x\r\nContent-Length: 1\r\n", "x"), 417,
         "bad_expectation"},
        // Content-Length
        {"lengths_differ", post("Content-Length: 1\r\nContent-Length: 2\r\n", "xx"), 400,
         "duplicate_content_length"},
        {"lengths_equal", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400,
         "duplicate_content_length"},
        {"length_list", post("Content-Length: 1, 1\r\n", "x"), 400, "bad_content_length"},
        {"length_negative", post("Content-Length: -1\r\n"), 400, "bad_content_length"},
        {"length_plus", post("Content-Length: +5\r\n", "12345"), 400, "bad_content_length"},
        {"length_suffix", post("Content-Length: 5abc\r\n", "12345"), 400, "bad_content_length"},
        {"length_exponent", post("Content-Length: 1e3\r\n"), 400, "bad_content_length"},
        {"length_hex", post("Content-Length: 0x5\r\n", "12345"), 400, "bad_content_length"},
        {"length_space", post("Content-Length: 1 2\r\n", "1"), 400, "bad_content_length"},
        {"length_empty", post("Content-Length:\r\n"), 400, "bad_content_length"},
        {"length_fraction", post("Content-Length: 1.0\r\n", "1"), 400, "bad_content_length"},
        {"length_over_limit", post("Content-Length: 1048577\r\n"), 413, "body_too_large"},
        {"length_2_64", post("Content-Length: 18446744073709551616\r\n"), 413, "body_too_large"},
        {"length_2_64_and_5", post("Content-Length: 18446744073709551621\r\n", "12345"), 413,
         "body_too_large"},
        {"length_huge", post("Content-Length: " + std::string(400, '9') + "\r\n"), 413,
         "body_too_large"},
        {"length_huge_then_more", post("Content-Length: " + std::string(30, '9') + "x\r\n"), 400,
         "bad_content_length"},
        // Transfer-Encoding
        {"length_and_coding",
         post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
         "ambiguous_length"},
        {"coding_and_length",
         post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400,
         "ambiguous_length"},
        {"coding_chu", post("Transfer-Encoding: chu\r\n", "0\r\n\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_gzip", post("Transfer-Encoding: gzip\r\n"), 400, "bad_transfer_encoding"},
        {"coding_identity", post("Transfer-Encoding: identity\r\n"), 400, "bad_transfer_encoding"},
        {"coding_empty", post("Transfer-Encoding:\r\n"), 400, "bad_transfer_encoding"},
        {"coding_not_last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_two_fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         400, "bad_transfer_encoding"},
        {"coding_identity_after",
         post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_parameter", post("Transfer-Encoding: chunked;a=b\r\n"), 400,
         "bad_transfer_encoding"},
        {"coding_quoted", post("Transfer-Encoding: \"chunked\"\r\n"), 400, "bad_transfer_encoding"},
        {"coding_gzip_chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501,
         "unknown_transfer_coding"},
        {"coding_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
         "bad_transfer_encoding"},
        {"coding_vertical_tab",
         post("Transfer-Encoding: \x0b"
              "chunked\r\n"),
         400, "bad_header"},
        // Chunks
        {"chunk_0x5", chunked("0x5\r\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_negative", chunked("-1\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_plus", chunked("+1\r\na\r\n"), 400, "bad_chunk"},
        {"chunk_too_large", chunked("ffffffffffffffff\r\n"), 400, "bad_chunk"},
        {"chunk_wraps", chunked("10000000000000005\r\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_many_zeros", chunked(std::string(40, '0') + "\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_over_limit", chunked("100001\r\n"), 413, "body_too_large"},
        {"chunks_over_limit", chunked("5\r\n12345\r\nfffff\r\n"), 413, "body_too_large"},
        {"chunk_no_size", chunked("\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_leading_space", chunked(" 5\r\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_trailing_space", chunked("5 \r\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_not_hex", chunked("g\r\n"), 400, "bad_chunk"},
        {"chunk_size_lf", chunked("5\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_size_cr_x", chunked("5\rx12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_data_too_long", chunked("5\r\n123456\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_data_lf", chunked("5\r\n12345\n0\r\n\r\n"), 400, "bad_chunk"},
        {"chunk_data_cr_x", chunked("5\r\n12345\rx"), 400, "bad_chunk"},
        {"extension_lf", chunked("5;a\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"extension_nul", nul(chunked("5;a@\r\n12345\r\n0\r\n\r\n")), 400, "bad_chunk"},
        {"extension_cr_x", chunked("5;a\rb\r\n12345\r\n0\r\n\r\n"), 400, "bad_chunk"},
        {"extension_large", chunked("5;" + std::string(2000, 'a') + "\r\n12345\r\n0\r\n\r\n"), 400,
         "chunk_extensions_too_large"},
        {"extensions_in_total",
         [] {
             std::string body;
             for (int i = 0; i < 20; ++i) body += "1;" + std::string(100, 'a') + "\r\nx\r\n";
             return chunked(body);
         }(),
         400, "chunk_extensions_too_large"},
        {"trailer_no_colon", chunked("0\r\nabc\r\n\r\n"), 400, "bad_trailer"},
        {"trailer_folded", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400, "bad_trailer"},
        {"trailer_space_colon", chunked("0\r\nA : b\r\n\r\n"), 400, "bad_trailer"},
        {"trailer_nul", nul(chunked("0\r\nA: @\r\n\r\n")), 400, "bad_trailer"},
        {"trailer_lf", chunked("0\r\nA: b\n\r\n"), 400, "bare_line_feed"},
        {"trailer_large", chunked("0\r\nA: " + std::string(70000, 'b') + "\r\n\r\n"), 400,
         "trailers_too_large"},
        {"trailers_in_total", chunked("0\r\n" + fields(50, 100) + "\r\n"), 400,
         "trailers_too_large"},
    };
}

class BadRequestTest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadRequestTest, IsRefusedTheSameWayHoweverItIsSplit) {
    const auto& [name, bytes, status, code] = GetParam();
    const Outcome whole = feed_whole(bytes);
    EXPECT_EQ(whole.status, status);
    EXPECT_EQ(whole.code, code);
    EXPECT_TRUE(whole.requests.empty());
    EXPECT_FALSE(whole.in_progress);
    EXPECT_TRUE(feed_bytewise(bytes) == whole);
    EXPECT_EQ(find_split_difference(bytes, whole), std::string_view::npos);
}

// What follows an error may be the body of the refused request, or an attack: it is never read as a
// request.
TEST_P(BadRequestTest, NothingAfterItIsRead) {
    RequestParser parser;
    Outcome outcome;
    feed_portion(parser, GetParam().bytes, outcome);
    ASSERT_NE(outcome.status, 0);
    const auto [event, consumed] = parser.feed("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(event, RequestParser::Event::error);
    EXPECT_EQ(consumed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRequestTest, testing::ValuesIn(bad_requests()),
                         [](const auto& info) { return info.param.name; });

TEST(BodyLimit, IsJudgedByTheAnnouncementBeforeTheBody) {
    RequestParser parser;
    auto head = parser.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
    ASSERT_EQ(head.event, RequestParser::Event::head);
    parser.set_body_limit(10);
    EXPECT_EQ(parser.feed("").event, RequestParser::Event::error);
    EXPECT_EQ(parser.error().status, 413);
}

TEST(BodyLimit, HoldsForTheSumOfChunks) {
    RequestParser parser;
    std::string_view bytes =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n";
    const auto head = parser.feed(bytes);
    ASSERT_EQ(head.event, RequestParser::Event::head);
    parser.set_body_limit(10);
    bytes.remove_prefix(head.consumed);
    EXPECT_EQ(parser.feed(bytes).event, RequestParser::Event::error);
    EXPECT_EQ(parser.error().code, "body_too_large");
}

TEST(BodyLimit, DoesNotCarryOverToTheNextRequest) {
    RequestParser parser;
    std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_EQ(parser.feed(bytes).event, RequestParser::Event::head);
    parser.set_body_limit(0);
    ASSERT_EQ(parser.feed("").event, RequestParser::Event::complete);
    Outcome outcome;
    feed_portion(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", outcome);
    ASSERT_EQ(outcome.requests.size(), 1u);
}

}  // namespace
}  // namespace kitchen::http
