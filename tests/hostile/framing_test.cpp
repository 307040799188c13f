// What is no request, and what could be taken for two of them.
#include "wire_case.h"

namespace kitchen::tests {
namespace {

using namespace std::string_literals;

// A server that responds to this has read a part of one request as another.
const std::string smuggled = "GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: smuggled\r\n\r\n";

std::string chunked(std::string_view body,
                    std::string_view fields = "Transfer-Encoding: chunked\r\n") {
    return request("POST /login/", std::string("Content-Type: application/json\r\n").append(fields),
                   body);
}
std::string sized(std::string_view value) {
    return request(
        "POST /login/",
        "Content-Type: application/json\r\nContent-Length: " + std::string(value) + "\r\n",
        "{}" + smuggled);
}
std::string coded(std::string_view fields) {
    return chunked("2\r\n{}\r\n0\r\n\r\n" + smuggled, fields);
}

}  // namespace

TEST_F(Hostile, LengthsThatTwoPartiesCouldReadDifferently) {
    std::vector<WireCase> rows;
    for (const char* value : {"-1", "+5", "5abc", "1e3", "", "0x2", "2 2", "2,2", "2, 2", "0, 0",
                              "2;", "2.0", "\"2\"", "1_0", "%32", "\xd9\xa2", "NaN", "- 2", "2\t2"})
        rows.push_back(refused("Content-Length: " + std::string(value), sized(value), {400},
                               "bad_content_length"));
    rows.push_back(refused("a control character", sized("\x01"), {400}));
    rows.push_back(refused("two that differ", sized("2\r\nContent-Length: 3"), {400},
                           "duplicate_content_length"));
    rows.push_back(refused("two that agree", sized("2\r\ncontent-length: 2"), {400},
                           "duplicate_content_length"));
    rows.push_back(refused("two of nothing", sized("0\r\nContent-Length: 0"), {400},
                           "duplicate_content_length"));
    rows.push_back(refused("length, then coding", sized("2\r\nTransfer-Encoding: chunked"), {400},
                           "ambiguous_length"));
    rows.push_back(refused("coding, then length",
                           coded("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), {400},
                           "ambiguous_length"));
    rows.push_back(refused("coding, and a length of 0",
                           coded("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), {400}));
    rows.push_back(refused("unknown coding and length",
                           coded("Transfer-Encoding: x\r\nContent-Length: 2\r\n"), {400, 501}));
    for (const char* value :
         {"1048577", "2147483648", "4294967298", "9223372036854775807", "9223372036854775808",
          "18446744073709551615", "18446744073709551618", "99999999999999999999999999999999999999"})
        rows.push_back(refused("over the limit: " + std::string(value), sized(value), {413},
                               "body_too_large"));
    rows.push_back(
        answered("leading zeros", json_request("POST /login/", "{}", "X: 1\r\n"), {422}));
    expect_every_way(rows);
}

TEST_F(Hostile, TransferCodings) {
    std::vector<WireCase> rows;
    for (const char* value : {"chu",
                              "chunke",
                              "xchunked",
                              "chunkedx",
                              "chunked, gzip",
                              "identity",
                              "",
                              ",",
                              "\"chunked\"",
                              "chunked;q=1",
                              "chunked x",
                              "\x0b"
                              "chunked",
                              "chunked\x0b",
                              "chunked, chunked",
                              "cow",
                              "chunked\xa0",
                              "ch unked",
                              "gzip, chunked",
                              "chunked,,gzip",
                              "identity, chunked",
                              "x;y=\"chunked\""})
        rows.push_back(refused("Transfer-Encoding: " + std::string(value),
                               coded("Transfer-Encoding: " + std::string(value) + "\r\n"),
                               {400, 501}));
    rows.push_back(refused(
        "twice", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), {400}));
    rows.push_back(refused("twice, the second unknown",
                           coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"),
                           {400, 501}));
    rows.push_back(refused("space before the colon", coded("Transfer-Encoding : chunked\r\n"),
                           {400}, "bad_header"));
    rows.push_back(refused("tab before the colon", coded("Transfer-Encoding\t: chunked\r\n"), {400},
                           "bad_header"));
    rows.push_back(
        refused("folded", coded("Transfer-Encoding:\r\n chunked\r\n"), {400}, "folded_header"));
    rows.push_back(refused("folded by a tab", coded("X: y\r\n\tTransfer-Encoding: chunked\r\n"),
                           {400}, "folded_header"));
    rows.push_back(
        refused("folded before the first field", coded(" Transfer-Encoding: chunked\r\n"), {400}));
    rows.push_back(
        refused("behind a bare CR", coded("X: y\rTransfer-Encoding: chunked\r\n"), {400}));
    rows.push_back(refused("behind a bare LF", coded("X: y\nTransfer-Encoding: chunked\r\n"), {400},
                           "bare_line_feed"));
    rows.push_back(refused("NUL in the name",
                           coded(std::string("Transfer\0-Encoding: chunked\r\n", 30)), {400},
                           "bad_header"));
    rows.push_back(refused("NUL in the value",
                           coded(std::string("Transfer-Encoding: chunked\0\r\n", 29)), {400}));
    rows.push_back(
        refused("in HTTP/1.0",
                "POST /login/ HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: "
                "chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" +
                    smuggled,
                {400}, "bad_transfer_encoding"));
    // Not the coding, whatever else they may look like; the length counts.
    for (const char* name : {"Transfer_Encoding", "X-Transfer-Encoding", "Transfer-Encodin", "TE"})
        rows.push_back(answered(
            name, json_request("POST /login/", "{}", std::string(name) + ": chunked\r\n"), {422}));
    for (const char* field : {"Transfer-Encoding:chunked", "transfer-encoding: CHUNKED",
                              "Transfer-Encoding:\tchunked\t", "Transfer-Encoding:  chunked ",
                              "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,"})
        rows.push_back(answered(field, chunked("2\r\n{}\r\n0\r\n\r\n", std::string(field) + "\r\n"),
                                {422}, "validation_failed"));
    expect_every_way(rows);
}

TEST_F(Hostile, Chunks) {
    std::vector<WireCase> rows;
    for (const char* size :
         {"0x2", "-2", "+2", "", " 2", "2 ", "\t2", "2g", "g", "2,", "0000000000000002",
          "00000000000000000000000000000002", "ffffffffffffffff", "10000000000000000",
          "fffffffffffffffffffffffff", "2\r", "\"2\"", "\xd9\xa2", "8000000000000000"})
        rows.push_back(refused("chunk size '" + std::string(size) + "'",
                               chunked(std::string(size) + "\r\n{}\r\n0\r\n\r\n" + smuggled),
                               {400}));
    for (const char* size : {"100001", "7fffffff", "ffffffff", "100000002", "fffffffffffffff"})
        rows.push_back(refused("chunk size " + std::string(size),
                               chunked(std::string(size) + "\r\n{}\r\n0\r\n\r\n" + smuggled), {413},
                               "body_too_large"));
    rows.push_back(refused("longer than its size", chunked("1\r\n{}\r\n0\r\n\r\n" + smuggled),
                           {400}, "bad_chunk"));
    rows.push_back(refused("shorter than its size", chunked("3\r\n{}\r\n0\r\n\r\n" + smuggled),
                           {400}, "bad_chunk"));
    rows.push_back(
        refused("bare LF after the size", chunked("2\n{}\r\n0\r\n\r\n" + smuggled), {400}));
    rows.push_back(refused("bare LF after the data", chunked("2\r\n{}\n0\r\n\r\n" + smuggled),
                           {400}, "bad_chunk"));
    rows.push_back(refused("bare CR after the size", chunked("2\r{}\r\n0\r\n\r\n" + smuggled),
                           {400}, "bad_chunk"));
    rows.push_back(
        refused("bare LF in the last line", chunked("2\r\n{}\r\n0\r\n\n" + smuggled), {400}));
    rows.push_back(refused("extension with a bare LF",
                           chunked("2;a=\"\n\"\r\n{}\r\n0\r\n\r\n" + smuggled), {400}));
    rows.push_back(
        refused("extension with NUL", chunked("2;a\0\r\n{}\r\n0\r\n\r\n"s + smuggled), {400}));
    rows.push_back(
        refused("extensions past the cap",
                chunked("2;" + std::string(1100, 'x') + "\r\n{}\r\n0\r\n\r\n" + smuggled), {400},
                "chunk_extensions_too_large"));
    std::string many;
    for (int i = 0; i < 400; ++i) many += "1;ab\r\n \r\n";
    rows.push_back(refused("extensions past the cap together",
                           chunked(many + "0\r\n\r\n" + smuggled), {400},
                           "chunk_extensions_too_large"));
    rows.push_back(
        refused("trailers past the cap",
                chunked("2\r\n{}\r\n0\r\nX: " + std::string(5000, 'x') + "\r\n\r\n" + smuggled),
                {400}, "trailers_too_large"));
    rows.push_back(refused("trailer without a colon",
                           chunked("2\r\n{}\r\n0\r\nnonsense\r\n\r\n" + smuggled), {400},
                           "bad_trailer"));
    rows.push_back(
        refused("folded trailer", chunked("2\r\n{}\r\n0\r\nX: a\r\n b\r\n\r\n" + smuggled), {400}));
    rows.push_back(refused("trailer with space before the colon",
                           chunked("2\r\n{}\r\n0\r\nX : a\r\n\r\n" + smuggled), {400}));

    rows.push_back(
        answered("as they should be", chunked("2\r\n{}\r\n0\r\n\r\n"), {422}, "validation_failed"));
    rows.push_back(answered("one byte each", chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), {422},
                            "validation_failed"));
    rows.push_back(answered("fifteen digits", chunked("000000000000002\r\n{}\r\n000\r\n\r\n"),
                            {422}, "validation_failed"));
    rows.push_back(answered("extensions", chunked("2;a;b=c;d=\"e;f\"\r\n{}\r\n0;last\r\n\r\n"),
                            {422}, "validation_failed"));
    rows.push_back(answered("trailers",
                            chunked("2\r\n{}\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n"), {422},
                            "validation_failed"));
    rows.push_back(answered("nothing in them", chunked("0\r\n\r\n"), {422}, "validation_failed"));
    expect_every_way(rows);
}

TEST_F(Hostile, TrailersNeverBecomeHeaders) {
    const std::string admin = "Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6U3cwcmRmaXNoLWFuZC1yaWNl";
    const auto create = [&](const std::string& before, const std::string& after) {
        return request("POST /foods/",
                       "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n" + before,
                       "2\r\n{}\r\n0\r\n" + after + "\r\n");
    };
    auto honest = answered("as a header", create("Authorization: " + admin + "\r\n", ""), {422});
    honest.splits = false;
    expect_every_way(
        {honest, answered("as a trailer", create("", "Authorization: " + admin + "\r\n"), {401})});
}

TEST_F(Hostile, WhatIsNoRequestAtAll) {
    std::vector<WireCase> rows;
    const auto line = [&](const std::string& text, std::vector<int> statuses) {
        rows.push_back(refused(text, text + "\r\nHost: a\r\n\r\n" + smuggled, std::move(statuses)));
    };
    line("GET / H", {400});
    line("GET / HTTP/9.9", {505});
    line("GET / HTTP/2.0", {505});
    line("GET / HTTP/0.9", {505});
    line("GET /", {400});
    line("GET", {400});
    line("GET / http/1.1", {400});
    line("GET / HTTP/1.10", {400, 505});
    line("GET / HTTP/01.1", {400, 505});
    line("GET / HTTP/1.", {400});
    line("GET / HTTP/1.1 ", {400});
    line("GET / HTTP/1.1 HTTP/1.1", {400});
    line("GET  / HTTP/1.1", {400});
    line("GET /  HTTP/1.1", {400});
    line("GET\t/ HTTP/1.1", {400});
    line(" GET / HTTP/1.1", {400});
    line("G(ET / HTTP/1.1", {400});
    line(std::string("G\0T / HTTP/1.1", 14), {400});
    line("G\xc3\x89T / HTTP/1.1", {400});
    line("GET /\x7f HTTP/1.1", {400});
    line("GET /a b HTTP/1.1", {400});
    line("GET /\rX HTTP/1.1", {400});
    rows.push_back(refused("bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n" + smuggled, {400},
                           "bare_line_feed"));
    rows.push_back(
        refused("bare CR at the line's end", "GET / HTTP/1.1\rHost: a\r\n\r\n" + smuggled, {400}));
    rows.push_back(refused("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n" + smuggled, {400}));
    rows.push_back(refused("empty lines without end", std::string(4000, '\n'), {400}));
    rows.push_back(refused("empty CRLF lines without end",
                           "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" + smuggled, {400}));
    rows.push_back(refused(
        "the preface of HTTP/2",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9), {400, 505}));
    rows.push_back(refused("a TLS ClientHello",
                           std::string("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 11) +
                               std::string(160, '\x5a') + "\r\n",
                           {400}));
    rows.push_back(refused("SSH", "SSH-2.0-OpenSSH_9.2\r\n", {400}));
    rows.push_back(refused("SMTP", "EHLO mail.example\r\n", {400}));
    rows.push_back(refused("Redis", "*1\r\n$4\r\nPING\r\n", {400}));
    rows.push_back(
        refused("the PROXY protocol", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + smuggled, {400}));
    rows.push_back(refused("bytes", std::string("\xff\xfe\x00\x80\r\n", 6), {400}));
    expect_every_way(rows);
}

TEST_F(Hostile, WhatFollowsABodyIsTheNextRequest) {
    WireCase longer{"longer than its Content-Length",
                    json_request("POST /login/", "{}") + "GARBAGE\r\n\r\n",
                    {{422}, {400}}};
    WireCase leaving{"pipelined behind Connection: close",
                     request("GET /livez", "Connection: close\r\n") + smuggled,
                     {{200}}};
    WireCase wanted{"a hundred empty answers", "", {}, true};
    for (int i = 0; i < 100; ++i) {
        wanted.bytes += i % 2 ? json_request("POST /login/", "{}") : request("GET /livez");
        wanted.responses.push_back({i % 2 ? 422 : 200});
    }
    WireCase refusal_between{
        "refused between two",
        request("GET /livez") + request("GET /nothing/") + request("GET /livez"),
        {{200}, {404}, {200}},
        true};
    // Refused before its body came: that body is not read as requests.
    WireCase refused_with_body{
        "refused with its body outstanding",
        request("POST /nothing/", "Content-Length: " + std::to_string(smuggled.size()) + "\r\n",
                smuggled),
        {{404}}};
    expect_every_way({longer, leaving, wanted, refusal_between, refused_with_body});
}

}  // namespace kitchen::tests
