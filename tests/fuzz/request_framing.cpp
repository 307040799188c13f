// Request framing and response heads. However a byte stream is split, it means the same requests
// and ends in the same error; what was understood, written again, is understood as
// the same; a chunked body arrives as it was before it was cut; and no field that is asked for can
// write a line of its own into a response head.
//
// Input: the first line says how the rest is split, a byte for each portion, in turn: 'a' is one
// byte, 'b' two, … '`' none. It also gives the sizes of the chunks, and the status and flags of
// the response.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "http/framing/character_classes.h"
#include "http/framing/request_parser.h"
#include "http/framing/response_head.h"
#include "lines.h"
#include "require.h"

namespace {

using namespace kitchen::http;
using kitchen::fuzz::require;

constexpr std::size_t body_limit = 512;
constexpr std::size_t everything = static_cast<std::size_t>(-1);

/// Sizes from the first line, over and over.
class Sizes {
public:
    explicit Sizes(std::string_view line) : line_(line.substr(0, 64)) {
        if (std::all_of(line_.begin(), line_.end(), [](char c) { return (c & 31) == 0; }))
            line_ = {};
    }
    /// 0 to 31; everything when the line says nothing.
    std::size_t next() noexcept {
        return line_.empty() ? everything
                             : static_cast<std::size_t>(line_[at_++ % line_.size()] & 31);
    }

private:
    std::string_view line_;
    std::size_t at_ = 0;
};

struct Understood {
    Request request;
    bool keep_alive = false;
    std::string text;  ///< all of it, to compare
};

struct Reading {
    std::vector<Understood> requests;
    int error = 0;
    bool unfinished = false;

    bool operator==(const Reading& other) const {
        return error == other.error && unfinished == other.unfinished &&
               std::equal(
                   requests.begin(), requests.end(), other.requests.begin(), other.requests.end(),
                   [](const Understood& a, const Understood& b) { return a.text == b.text; });
    }
};

bool frames_the_body(std::string_view name) {
    return name == "content-length" || name == "transfer-encoding";
}

std::string text_of(const Request& request, bool keep_alive, bool with_framing) {
    std::string out =
        request.method + ' ' + request.target + ' ' + std::to_string(request.minor_version);
    for (const auto& [name, value] : request.headers)
        if (with_framing || !frames_the_body(name)) out += '\n' + name + '=' + value;
    return out + "\n\n" + request.body + (keep_alive ? "+" : "-");
}

void check_request(const Request& request) {
    require(request.body.size() <= body_limit, "a body keeps to its limit");
    require(request.headers.size() <= 101, "100 fields, and the Host of an absolute target");
    require(characters::all(request.method, characters::token), "a method is a token");
    require(characters::all(request.target, characters::target),
            "a target holds nothing that ends it");
    require(request.target.front() == '/' || request.target == "*", "a target is a path, or '*'");
    require(request.minor_version == 0 || request.header("host"), "HTTP/1.1 comes with a Host");
    for (const auto& [name, value] : request.headers) {
        require(characters::all(name, characters::token), "a field's name is a token");
        require(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
                "names are in lower case");
        require(value.empty() || characters::all(value, characters::field_text),
                "a field's value holds no control character");
        require(kitchen::without_blanks(value).size() == value.size(), "values are trimmed");
    }
}

template <class NextPortion>
Reading read_all(std::string_view stream, NextPortion next_portion,
                 const ParserLimits& limits = {}) {
    RequestParser parser(limits);
    Reading reading;
    std::size_t at = 0;
    while (at < stream.size() && reading.error == 0) {
        std::string_view portion = stream.substr(at, next_portion());
        at += portion.size();
        for (bool more = true; more;) {
            const auto [event, consumed] = parser.feed(portion);
            require(consumed <= portion.size(), "no more is consumed than was fed");
            portion.remove_prefix(consumed);
            switch (event) {
                case RequestParser::Event::need_more:
                    require(portion.empty(), "need_more consumes everything");
                    more = false;
                    break;
                case RequestParser::Event::head: parser.set_body_limit(body_limit); break;
                case RequestParser::Event::complete: {
                    const bool keep_alive = parser.keep_alive();
                    Request request = *parser.take_request();
                    check_request(request);
                    std::string text = text_of(request, keep_alive, true);
                    reading.requests.push_back({std::move(request), keep_alive, std::move(text)});
                    break;
                }
                case RequestParser::Event::error:
                    require(parser.feed(stream).event == RequestParser::Event::error,
                            "an error is final");
                    reading.error = parser.error().status;
                    require(reading.error >= 400 && reading.error <= 505, "an error has a status");
                    more = false;
                    break;
            }
        }
    }
    reading.unfinished = parser.in_progress();
    return reading;
}

/// The request as a sender that knows nothing but Content-Length would write it.
std::string written_plainly(const Request& request) {
    std::string out = request.method + ' ' + request.target + " HTTP/1." +
                      std::to_string(request.minor_version) + "\r\n";
    for (const auto& [name, value] : request.headers)
        if (!frames_the_body(name)) out += name + ": " + value + "\r\n";
    return out + "content-length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
           request.body;
}

/// Two parties on the way would otherwise see different requests.
void check_written_again(const Understood& understood) {
    ParserLimits wide;
    wide.header_section *= 2;
    wide.header_fields += 2;
    wide.request_line *= 2;
    const Reading again = read_all(
        written_plainly(understood.request), [] { return everything; }, wide);
    require(again.error == 0 && again.requests.size() == 1 && !again.unfinished,
            "a request written again is one request");
    const Understood& second = again.requests.front();
    require(text_of(understood.request, understood.keep_alive, false) ==
                text_of(second.request, second.keep_alive, false),
            "a request written again is the same request");
}

/// The stream as the body of a request, in chunks of the given sizes, and another request behind
/// it.
void check_chunked(std::string_view body, Sizes sizes) {
    std::string wire = "POST /orders/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::size_t extensions = 0;
    for (std::string_view rest = body; !rest.empty();) {
        const std::string_view chunk = rest.substr(0, std::max<std::size_t>(1, sizes.next()));
        rest.remove_prefix(chunk.size());
        char size[20];
        std::snprintf(size, sizeof size, chunk.size() % 2 == 0 ? "%zx" : "%04zX", chunk.size());
        wire += size;
        if (chunk.size() % 3 == 0 && ++extensions <= 100) wire += " ;a=\"b\"";
        wire += "\r\n" + std::string(chunk) + "\r\n";
    }
    wire += body.size() % 2 == 0 ? "0\r\n\r\n" : "000;last\r\nX-Trailer: dropped\r\n\r\n";
    wire += "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    const Reading reading = read_all(wire, [&] { return sizes.next(); });
    if (body.size() > body_limit) {
        require(reading.error == 413 && reading.requests.empty(),
                "a chunked body past its limit is refused");
        return;
    }
    require(reading.error == 0 && reading.requests.size() == 2,
            "a chunked request and the one behind it are two");
    require(reading.requests[0].request.body == body, "a chunked body arrives as it was");
    require(!reading.requests[0].request.header("x-trailer"), "a trailer is no header");
    require(
        reading.requests[1].request.target == "/next" && reading.requests[1].request.body.empty(),
        "nothing is left over");
}

bool may_stand(std::string_view name, std::string_view value) {
    if (!characters::all(name, characters::token) ||
        !(value.empty() || characters::all(value, characters::field_text)))
        return false;
    for (const std::string_view own : {"date", "connection", "content-length", "transfer-encoding"})
        if (characters::equal_ignoring_case(name, own)) return false;
    return true;
}

/// Fields taken from anywhere: each line of the stream, cut at its first colon.
void check_response_head(std::string_view stream, Sizes sizes) {
    Fields asked;
    std::string expected_fields;
    while (!stream.empty()) {
        const std::string_view line = kitchen::fuzz::take_line(stream);
        const std::size_t colon = std::min(line.find(':'), line.size());
        const auto& [name, value] = asked.emplace_back(
            line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
        if (may_stand(name, value)) expected_fields += name + ": " + value + "\r\n";
    }
    ResponseFraming framing;
    framing.status =
        static_cast<int>(sizes.next() % 32) * 31 - 31 + static_cast<int>(sizes.next() % 32);
    const std::size_t flags = sizes.next();
    framing.head_request = flags & 1;
    framing.minor_version = flags & 2 ? 0 : 1;
    framing.keep_alive = flags & 4;
    framing.until_close = flags & 8;
    framing.body_size = sizes.next();

    std::string head = "before";
    append_response_head(head, framing, asked, "Sun, 06 Nov 1994 08:49:37 GMT");
    const int status = framing.status >= 200 && framing.status <= 599 ? framing.status : 500;
    std::string expected = "beforeHTTP/1.1 " + std::to_string(status) + ' ' +
                           std::string(reason_phrase(status)) +
                           "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" + expected_fields;
    if (!framing.until_close && status != 204 && status != 304)
        expected += "Content-Length: " + std::to_string(framing.body_size) + "\r\n";
    if (!framing.keep_alive || framing.until_close)
        expected += "Connection: close\r\n";
    else if (framing.minor_version == 0)
        expected += "Connection: keep-alive\r\n";
    require(head == expected + "\r\n",
            "a response head holds its own fields once, and of those asked for the safe ones");
    require(head.find("\r\n\r\n") == head.size() - 4, "a response head ends where it ends");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view stream = kitchen::fuzz::text_of(data, size);
    const std::string_view first_line = kitchen::fuzz::take_line(stream);
    const Sizes sizes(first_line);

    const Reading whole = read_all(stream, [] { return everything; });
    const Reading bytewise = read_all(stream, [] { return std::size_t{1}; });
    require(whole == bytewise, "byte by byte means the same as at once");
    Sizes portions = sizes;
    require(whole == read_all(stream, [&] { return portions.next(); }),
            "in portions means the same as at once");

    for (const Understood& understood : whole.requests) check_written_again(understood);
    check_chunked(stream, sizes);
    check_response_head(stream, sizes);
    return 0;
}
