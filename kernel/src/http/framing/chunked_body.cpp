// RequestParser: the chunked coding (RFC 9112 section 7.1). Extensions and trailers are read and
// dropped.
#include <algorithm>

#include "character_classes.h"
#include "request_parser.h"

namespace kitchen::http {

using namespace framing_errors;

namespace {

// 15 digits cannot overflow, and no honest sender needs more.
constexpr std::size_t max_size_digits = 15;

std::uint64_t hex_value(char c) noexcept {
    return static_cast<std::uint64_t>(c <= '9' ? c - '0' : ascii_lower(c) - 'a' + 10);
}

bool is_trailer_field(std::string_view line) noexcept {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos ||
        !characters::all(line.substr(0, colon), characters::token))
        return false;
    for (const char c : line.substr(colon + 1))
        if (!characters::is(c, characters::field_text)) return false;
    return true;
}

}  // namespace

RequestParser::Progress RequestParser::read_chunked_body(Input& input) {
    while (!input.empty() || phase_ == Phase::trailers) {
        switch (phase_) {
            case Phase::chunk_size:
            case Phase::chunk_extension:
            case Phase::chunk_size_lf:
                if (!read_chunk_size(input)) return failed(input);
                break;
            case Phase::chunk_data:
                take_body(input, remaining_);
                if (remaining_ == 0) phase_ = Phase::chunk_data_cr;
                break;
            case Phase::chunk_data_cr:
            case Phase::chunk_data_lf: {
                const bool cr = phase_ == Phase::chunk_data_cr;
                if (input.front() != (cr ? '\r' : '\n')) {
                    fail(bad_chunk);
                    return failed(input);
                }
                ++input.at;
                phase_ = cr ? Phase::chunk_data_lf : Phase::chunk_size;
                break;
            }
            default: {
                const std::size_t left =
                    limits_.trailer_section - std::min(limits_.trailer_section, section_bytes_ + 2);
                std::string_view line;
                switch (take_line(input, left, line)) {
                    case Line::need_more: return {Event::need_more, input.at};
                    case Line::too_long: fail(trailers_too_large); return failed(input);
                    case Line::bare_lf: fail(bare_line_feed); return failed(input);
                    case Line::ready: break;
                }
                if (line.empty()) return complete(input);
                section_bytes_ += line.size() + 2;
                if (!is_trailer_field(line)) {
                    fail(bad_trailer);
                    return failed(input);
                }
                line_.clear();
            }
        }
    }
    return {Event::need_more, input.at};
}

bool RequestParser::read_chunk_size(Input& input) {
    const char c = input.front();
    ++input.at;
    if (phase_ == Phase::chunk_size_lf) return c == '\n' ? end_chunk_size() : fail(bad_chunk);
    if (phase_ == Phase::chunk_size) {
        if (characters::is(c, characters::hex_digit)) {
            if (++chunk_digits_ > max_size_digits) return fail(bad_chunk);
            remaining_ = remaining_ * 16 + hex_value(c);
            return true;
        }
        if (chunk_digits_ == 0) return fail(bad_chunk);
    }
    if (c == '\r') {
        // White space after the size is allowed before an extension only.
        if (phase_ == Phase::chunk_extension && !extension_started_) return fail(bad_chunk);
        phase_ = Phase::chunk_size_lf;
        return true;
    }
    phase_ = Phase::chunk_extension;
    if (c == ';') extension_started_ = true;
    if (!extension_started_ && c != ' ' && c != '\t') return fail(bad_chunk);
    if (!characters::is(c, characters::field_text)) return fail(bad_chunk);
    if (++extension_bytes_ > limits_.chunk_extensions) return fail(chunk_extensions_too_large);
    return true;
}

bool RequestParser::end_chunk_size() {
    chunk_digits_ = 0;
    extension_started_ = false;
    // The body never exceeds the limit, so this cannot wrap. Checked before the data is read.
    if (remaining_ > body_limit_ - body_size_) return fail(body_too_large);
    phase_ = remaining_ == 0 ? Phase::trailers : Phase::chunk_data;
    return true;
}

}  // namespace kitchen::http
