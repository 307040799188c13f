// Request framing: however a byte stream is split, it means the same requests and ends in the same error, at linear cost.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/framing/request_parser.h"

namespace {

using kitchen::http::RequestParser;

constexpr std::size_t body_limit = 512;

/// Everything that was understood, as one text to compare.
struct Reading {
    std::string requests;
    bool failed = false;
    std::uint64_t examined = 0;
};

template <class NextPortion>
Reading read_all(std::string_view stream, NextPortion next_portion) {
    RequestParser parser;
    Reading reading;
    std::size_t at = 0;
    while (at < stream.size() && !reading.failed) {
        std::string_view portion = stream.substr(at, next_portion());
        at += portion.size();
        for (bool more = true; more;) {
            const auto [event, consumed] = parser.feed(portion);
            if (consumed > portion.size()) std::abort();
            portion.remove_prefix(consumed);
            switch (event) {
                case RequestParser::Event::need_more:
                    if (!portion.empty()) std::abort();
                    more = false;
                    break;
                case RequestParser::Event::head:
                    parser.set_body_limit(body_limit);
                    break;
                case RequestParser::Event::complete: {
                    const auto request = parser.take_request();
                    if (request.body.size() > body_limit || request.headers.size() > 100) std::abort();
                    reading.requests += request.method + ' ' + request.target + ' ' + std::to_string(request.minor_version);
                    for (const auto& [name, value] : request.headers) {
                        if (name.find_first_of("\r\n\0:", 0, 4) != std::string::npos) std::abort();
                        if (value.find_first_of("\r\n\0", 0, 3) != std::string::npos) std::abort();
                        reading.requests += '\n' + name + '=' + value;
                    }
                    reading.requests += "\n\n" + request.body + (parser.keep_alive() ? "+" : "-");
                    break;
                }
                case RequestParser::Event::error:
                    reading.requests += "error " + std::to_string(parser.error().status);
                    reading.failed = true;
                    more = false;
                    break;
            }
        }
    }
    reading.examined = parser.octets_examined();
    return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    const Reading whole = read_all(stream, [&] { return stream.size(); });
    const Reading bytewise = read_all(stream, [] { return std::size_t{1}; });
    if (whole.requests != bytewise.requests || whole.failed != bytewise.failed) std::abort();
    if (bytewise.examined > 4 * size + 64) std::abort();
    std::uint32_t state = static_cast<std::uint32_t>(size) * 2654435761u + 1;
    const Reading pieces = read_all(stream, [&] {
        state = state * 1664525u + 1013904223u;
        return std::size_t{1} + (state >> 27);
    });
    if (whole.requests != pieces.requests) std::abort();
    return 0;
}
