// Feeds a parser in portions and notes all that comes out of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/framing/request_parser.h"

namespace kitchen::http {

struct Outcome {
    std::vector<Request> requests;
    std::vector<bool> keep_alive;
    int heads = 0;
    int status = 0;  // of the error, or 0
    std::string code;
    bool in_progress = false;
};

inline bool operator==(const Request& a, const Request& b) {
    return a.method == b.method && a.target == b.target && a.minor_version == b.minor_version &&
           a.headers == b.headers && a.body == b.body;
}

inline bool operator==(const Outcome& a, const Outcome& b) {
    return a.requests == b.requests && a.keep_alive == b.keep_alive && a.heads == b.heads &&
           a.status == b.status && a.code == b.code && a.in_progress == b.in_progress;
}

// Each portion is copied to its own block, so that a parser that keeps pointing into it is caught
// by ASan.
inline void feed_portion(RequestParser& parser, std::string_view portion, Outcome& outcome) {
    const std::vector<char> block(portion.begin(), portion.end());
    std::string_view bytes(block.data(), block.size());
    for (;;) {
        const auto [event, consumed] = parser.feed(bytes);
        bytes.remove_prefix(consumed);
        switch (event) {
            case RequestParser::Event::need_more: return;
            case RequestParser::Event::head: ++outcome.heads; break;
            case RequestParser::Event::complete:
                outcome.keep_alive.push_back(parser.keep_alive());
                outcome.requests.push_back(*parser.take_request());
                break;
            case RequestParser::Event::error:
                outcome.status = parser.error().status;
                outcome.code = parser.error().code;
                return;
        }
    }
}

inline Outcome feed_in_portions(const std::vector<std::string_view>& portions,
                                ParserLimits limits = {}) {
    RequestParser parser(limits);
    Outcome outcome;
    for (const auto portion : portions) {
        feed_portion(parser, portion, outcome);
        if (outcome.status != 0) break;
    }
    outcome.in_progress = parser.in_progress();
    return outcome;
}

inline Outcome feed_whole(std::string_view bytes, ParserLimits limits = {}) {
    return feed_in_portions({bytes}, limits);
}

inline Outcome feed_bytewise(std::string_view bytes, ParserLimits limits = {}) {
    std::vector<std::string_view> portions;
    for (std::size_t i = 0; i < bytes.size(); ++i) portions.push_back(bytes.substr(i, 1));
    return feed_in_portions(portions, limits);
}

// The first position at which a split changes the outcome, or npos.
inline std::size_t find_split_difference(std::string_view bytes, const Outcome& expected,
                                         ParserLimits limits = {}) {
    // Some inputs are long; around 400 positions, the first and last 100 all of them, tell as much.
    const std::size_t stride = bytes.size() > 1000 ? bytes.size() / 200 : 1;
    for (std::size_t at = 0; at <= bytes.size();
         at += (at < 100 || at + 100 > bytes.size()) ? 1 : stride)
        if (!(feed_in_portions({bytes.substr(0, at), bytes.substr(at)}, limits) == expected))
            return at;
    return std::string_view::npos;
}

}  // namespace kitchen::http
