// The state machine: lines, and what follows a head. What the lines mean is in request_head.cpp.
#include "request_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "character_classes.h"

namespace kitchen::http {

using namespace framing_errors;

RequestParser::RequestParser(ParserLimits limits) : limits_(limits), body_limit_(limits.body) {}

bool RequestParser::keep_alive() const noexcept {
    if (connection_close_) return false;
    return minor_version_ >= 1 || connection_keep_alive_;
}

std::unique_ptr<Request> RequestParser::take_request() { return std::move(request_); }

void RequestParser::discard_request() {
    request_.reset();
    phase_ = Phase::start;
}

bool RequestParser::fail(const FramingError& error) {
    error_ = error;
    phase_ = Phase::failed;
    return false;
}

RequestParser::Progress RequestParser::failed(const Input& input) {
    return {Event::error, input.at};
}

RequestParser::Progress RequestParser::complete(const Input& input) {
    phase_ = Phase::start;
    return {Event::complete, input.at};
}

// Only when the next request begins: until then what is said of the last one stays true.
void RequestParser::reset() {
    request_ = std::make_unique<Request>();
    request_->headers.reserve(8);
    body_ = &request_->body;
    body_size_ = 0;
    line_.clear();
    authority_.clear();
    section_bytes_ = 0;
    empty_lines_ = 0;
    body_limit_ = limits_.body;
    content_length_ = remaining_ = 0;
    chunk_digits_ = extension_bytes_ = 0;
    has_host_ = has_content_length_ = length_overflow_ = has_transfer_encoding_ = false;
    chunked_ = other_coding_ = repeated_chunked_ = extension_started_ = false;
    expects_continue_ = bad_expectation_ = connection_close_ = connection_keep_alive_ = false;
}

RequestParser::Progress RequestParser::feed(std::string_view bytes) {
    Input input{bytes};
    switch (phase_) {
        case Phase::start:
            if (!skip_empty_lines(input)) return failed(input);
            if (input.empty()) return {Event::need_more, input.at};
            // A client that speaks another protocol may wait for an answer to its first bytes, and
            // never send the end of a line.
            if (!characters::is(input.front(), characters::token)) {
                constexpr char tls_handshake = 0x16;
                fail(input.front() == tls_handshake ? tls_on_plain_port : bad_method);
                return failed(input);
            }
            reset();
            phase_ = Phase::request_line;
            [[fallthrough]];
        case Phase::request_line:
        case Phase::fields: return read_head(input);
        case Phase::head_done:
            if (!begin_body()) return failed(input);
            if (phase_ == Phase::head_done) return complete(input);
            return feed(bytes);
        case Phase::sized_body: return read_sized_body(input);
        case Phase::failed: return failed(input);
        default: return read_chunked_body(input);
    }
}

// RFC 9112 section 2.2: some clients send a CRLF after the body of a POST.
bool RequestParser::skip_empty_lines(Input& input) {
    while (!input.empty()) {
        const char c = input.front();
        if (half_empty_line_) {
            if (c != '\n') return fail(bad_request_line);
            half_empty_line_ = false;
            if (++empty_lines_ > limits_.leading_empty_lines) return fail(bad_request_line);
        } else if (c == '\r') {
            half_empty_line_ = true;
        } else if (c == '\n') {
            return fail(bare_line_feed);
        } else {
            return true;
        }
        ++input.at;
    }
    return true;
}

// The line without its CRLF. It points into the input when it lies there whole, so that nothing is
// copied. Length is judged before content, so that the outcome does not depend on how the line was
// split.
RequestParser::Line RequestParser::take_line(Input& input, std::size_t limit,
                                             std::string_view& line) {
    const auto rest = input.rest();
    const void* found = rest.empty() ? nullptr : std::memchr(rest.data(), '\n', rest.size());
    const auto length =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - rest.data())
              : rest.size();
    if (line_.size() + length > limit + 1) return Line::too_long;  // + 1: the CR
    if (!found) {
        line_.append(rest);
        input.at = input.bytes.size();
        return Line::need_more;
    }
    input.at += length + 1;
    if (line_.empty()) {
        line = rest.substr(0, length);
    } else {
        line_.append(rest.substr(0, length));
        line = line_;
    }
    if (line.empty() || line.back() != '\r') return Line::bare_lf;
    line.remove_suffix(1);
    return Line::ready;
}

RequestParser::Progress RequestParser::read_head(Input& input) {
    for (;;) {
        const bool first = phase_ == Phase::request_line;
        // Each field line counts with its CRLF; the empty line that ends the section does not.
        const std::size_t left =
            limits_.header_section - std::min(limits_.header_section, section_bytes_ + 2);
        std::string_view line;
        switch (take_line(input, first ? limits_.request_line : left, line)) {
            case Line::need_more: return {Event::need_more, input.at};
            case Line::too_long:
                fail(first ? target_too_long : headers_too_large);
                return failed(input);
            case Line::bare_lf: fail(bare_line_feed); return failed(input);
            case Line::ready: break;
        }
        if (first) {
            if (!read_request_line(line)) return failed(input);
            phase_ = Phase::fields;
        } else if (!line.empty()) {
            section_bytes_ += line.size() + 2;
            if (!read_field(line)) return failed(input);
        } else {
            if (!finish_head()) return failed(input);
            line_.clear();
            phase_ = Phase::head_done;
            return {Event::head, input.at};
        }
        line_.clear();
    }
}

// Refuses by what was announced, before any of it is read.
bool RequestParser::begin_body() {
    if (chunked_) {
        section_bytes_ = 0;
        phase_ = Phase::chunk_size;
    } else if (length_overflow_ || content_length_ > body_limit_) {
        return fail(body_too_large);
    } else if (content_length_ > 0) {
        remaining_ = content_length_;
        phase_ = Phase::sized_body;
    }
    return true;
}

void RequestParser::take_body(Input& input, std::uint64_t& remaining) {
    const auto rest = input.rest();
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining, rest.size()));
    body_->append(rest.substr(0, take));
    body_size_ += take;
    input.at += take;
    remaining -= take;
}

RequestParser::Progress RequestParser::read_sized_body(Input& input) {
    take_body(input, remaining_);
    if (remaining_ == 0) return complete(input);
    return {Event::need_more, input.at};
}

}  // namespace kitchen::http
