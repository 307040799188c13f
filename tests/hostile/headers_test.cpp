// Fields that are malformed, too many, too long, or lies.
#include "wire_case.h"

namespace kitchen::tests {
namespace {

std::string with(std::string_view fields) { return request("GET /foods/", fields); }
std::string bare(std::string_view fields) {
    return "GET /foods/ HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_F(Hostile, HeaderLines) {
    std::vector<WireCase> rows;
    const auto bad = [&](const char* name, std::string_view fields, std::string code = {}) {
        rows.push_back(refused(name, with(fields) + request("GET /livez"), {400}, std::move(code)));
    };
    bad("space before the colon", "Name : value\r\n", "bad_header");
    bad("no colon", "Name value\r\n", "bad_header");
    bad("no name", ": value\r\n", "bad_header");
    bad("only a colon", ":\r\n", "bad_header");
    bad("folded", "X: a\r\n b\r\n", "folded_header");
    bad("folded by a tab", "X: a\r\n\tb\r\n", "folded_header");
    bad("folded and empty", "X: a\r\n \r\n", "folded_header");
    bad("bare LF", "X: a\nY: b\r\n", "bare_line_feed");
    bad("bare CR", "X: a\rY: b\r\n");
    bad("bare CR before the end", "X: a\r\r\n");
    bad("NUL in a value", std::string_view("X: a\0b\r\n", 8));
    bad("NUL in a name", std::string_view("X\0Y: b\r\n", 8));
    bad("control in a value", "X: a\x07\r\n");
    bad("DEL in a value", "X: a\x7f\r\n");
    bad("control in a name", "X\x01: a\r\n");
    bad("separators in a name", "X(Y): a\r\n");
    bad("a quote in a name", "\"X\": a\r\n");
    bad("non-ASCII in a name", "X\xc3\xa9: a\r\n");
    bad("space in a name", "X Y: a\r\n");
    rows.push_back(refused("64 KiB of a value", with("X: " + std::string(65'536, 'x') + "\r\n"),
                           {431}, "headers_too_large"));
    rows.push_back(refused("16 KiB of a name", with(std::string(16'384, 'x') + ": y\r\n"), {431},
                           "headers_too_large"));
    rows.push_back(refused("64 KiB without a line end",
                           "GET / HTTP/1.1\r\nX: " + std::string(65'536, 'x'), {431}));
    std::string many, long_together;
    for (int i = 0; i < 1000; ++i) many += "X: y\r\n";
    for (int i = 0; i < 20; ++i) long_together += "X: " + std::string(1000, 'y') + "\r\n";
    rows.push_back(refused("1,000 fields", with(many), {431}, "too_many_headers"));
    rows.push_back(refused("20 KiB together", with(long_together), {431}, "headers_too_large"));
    rows.push_back(answered("non-ASCII in a value", with("X: \xc3\xa9\xff\r\n"), {200}));
    rows.push_back(answered("99 fields more", with(many.substr(0, 99 * 6)), {200}));
    expect_every_way(rows);
}

TEST_F(Hostile, Hosts) {
    std::vector<WireCase> rows;
    rows.push_back(refused("none", bare(""), {400}, "missing_host"));
    rows.push_back(refused("two", bare("Host: a\r\nHost: a\r\n"), {400}, "duplicate_host"));
    rows.push_back(
        refused("two that differ", bare("Host: a\r\nhost: b\r\n"), {400}, "duplicate_host"));
    for (const char* host :
         {"",       " ",       "a b",  "a,b",      "a;b",      "a/b",     "a/../b",
          "user@a", "a:99999", "a:b",  "a:-1",     "[::1",     "::1",     "a?b",
          "a#b",    "<b>",     "a\"b", "a\\b",     "http://a", "a:80:80", "\xc3\xa9",
          "a%zz",   "[evil]",  "a'b",  "${jndi:x}"})
        rows.push_back(refused("Host: " + std::string(host),
                               bare("Host: " + std::string(host) + "\r\n"), {400}, "bad_host"));
    rows.push_back(
        refused("none, with an absolute target", "GET http://a/foods/ HTTP/1.1\r\n\r\n", {400}));
    WireCase old{"HTTP/1.0 has none", "GET /foods/ HTTP/1.0\r\n\r\n", {{200}}};
    WireCase old_two{
        "HTTP/1.0 has two", "GET /foods/ HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", {{400}}};
    rows.push_back(old);
    rows.push_back(old_two);
    for (const char* host : {"a", "a:80", "127.0.0.1", "[::1]:80", "localhost."})
        rows.push_back(answered("Host: " + std::string(host),
                                bare("Host: " + std::string(host) + "\r\n"), {200}));
    expect_every_way(rows);
}

TEST_F(Hostile, Methods) {
    std::vector<WireCase> rows;
    for (const char* method : {"BREW", "get", "Get", "TRACE", "TRACK", "PROPFIND", "DEBUG", "PURGE",
                               "GETS", "G", "!", "X-HTTP", "PRI"})
        rows.push_back(answered(method, request(std::string(method) + " /foods/"), {405, 501}));
    for (const char* method : {"DELETE", "PUT", "PATCH"})
        rows.push_back(answered(method, request(std::string(method) + " /foods/"), {405},
                                "method_not_allowed"));
    rows.push_back(
        answered("7 KiB of method", request(std::string(7000, 'M') + " /foods/"), {501}));
    rows.push_back(
        refused("16 KiB of method", request(std::string(16'384, 'M') + " /foods/"), {400, 414}));
    rows.push_back(refused("TRACE with a body",
                           request("TRACE /foods/", "Content-Length: 2\r\n", "{}"), {405, 501}));
    rows.push_back(answered(
        "a method in a header",
        request("GET /foods/", "X-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n"),
        {200}));
    rows.push_back(answered("HEAD", request("HEAD /foods/"), {200}));
    rows.push_back(answered("HEAD of nothing", request("HEAD /nothing/"), {404}));
    rows.push_back(answered("OPTIONS", request("OPTIONS /foods/"), {204}));
    expect_every_way(rows);
}

// Malformed, but not what decides: the response is the same without them.
TEST_F(Hostile, FieldsThatAreIgnored) {
    std::vector<WireCase> rows;
    for (const char* field :
         {"Cookie: ;;;===;=;a",
          "Cookie: \xff\xfe",
          "Cookie: signup_session_id",
          "Cookie: $Version=1; \"",
          "Accept: ;q=,,",
          "Accept: */*;q=9e999",
          "Accept: text/html;q=nan",
          "Accept-Encoding: gzip;q=-1, \xff",
          "Accept-Language: ***",
          "If-None-Match: \"",
          "If-None-Match: W/\"\xff",
          "If-None-Match: ,,,,",
          "If-None-Match: x",
          "If-Modified-Since: yesterday",
          "If-Match: \"\"\"",
          "Range: bytes=9-1",
          "Range: bytes=0-,0-,0-,0-",
          "Range: octets=-",
          "X-Request-Id: a b",
          "X-Request-Id: ",
          "X-Request-Id: ../../etc",
          "X-Request-Id: <script>",
          "Connection: ,;,",
          "Connection: upgrade, x",
          "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, HTTP2-Settings",
          "Upgrade: websocket\r\nConnection: Upgrade",
          "Keep-Alive: timeout=-1, max=0",
          "Proxy-Connection: close",
          "Proxy-Authorization: Basic !",
          "TE: trailers, \x80",
          "Trailer: Host, Content-Length",
          "Max-Forwards: 0",
          "Forwarded: for=\"[::1\";;",
          "X-Forwarded-For: ' OR 1=1 --",
          "X-Forwarded-Proto: javascript",
          "Origin: null",
          "Origin: http://evil.example",
          "Referer: \xff",
          "User-Agent: () { :; }; echo",
          "Date: never",
          "Authorization: ",
          "Authorization: Basic",
          "Authorization: Basic !!!!",
          "Authorization: Bearer x y z",
          "Authorization: \xff",
          "Idempotency-Key: ",
          "Last-Event-ID: -1",
          "Traceparent: 00-zz-zz-01",
          "Content-Type: text/plain",
          "Content-Encoding: br"})
        rows.push_back(answered(field, with(std::string(field) + "\r\n"), {200}));
    rows.push_back(answered("an X-Request-Id of 200 bytes",
                            with("X-Request-Id: " + std::string(200, 'a') + "\r\n"), {200}));
    rows.push_back(
        answered("8 KiB of cookies", with("Cookie: " + std::string(8000, ';') + "\r\n"), {200}));
    expect_every_way(rows);
}

TEST_F(Hostile, Expectations) {
    const std::string body = "{}";
    const auto expecting = [&](const char* line, const char* expectation, std::string_view sent) {
        return request(line,
                       "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: " +
                           std::string(expectation) + "\r\n",
                       sent);
    };
    expect_every_way({
        answered("100-continue, and the body at once",
                 expecting("POST /login/", "100-continue", body), {422}),
        answered("in capitals", expecting("POST /login/", "100-CONTINUE", body), {422}),
        refused("something else", expecting("POST /login/", "200-ok", body), {417},
                "bad_expectation"),
        refused("two", expecting("POST /login/", "100-continue, x", body), {417}),
        refused("of what is refused", expecting("POST /nothing/", "100-continue", body), {404}),
    });
    RawClient client(port());
    client.send(expecting("POST /login/", "100-continue", ""));
    ASSERT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(body);
    EXPECT_EQ(client.status(), 422);
    client.send(expecting("DELETE /foods/", "100-continue", ""));
    EXPECT_EQ(client.status(), 405) << "the refusal at once, without a 100";
    EXPECT_TRUE(client.ends());
}

}  // namespace kitchen::tests
