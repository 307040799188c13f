// RequestParser: what the request line and the field lines mean (RFC 9112 sections 3, 5 and 6).
#include <algorithm>
#include <limits>
#include <utility>

#include "authority.h"
#include "character_classes.h"
#include "request_parser.h"

namespace kitchen::http {

using namespace framing_errors;

namespace {

// The members of a comma-separated list, trimmed, empty ones skipped.
template <typename Function>
void for_each_member(std::string_view list, Function&& function) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto member = without_blanks(list.substr(0, comma));
        if (!member.empty()) function(member);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

// Length of "http://" or "https://" at the front, or 0.
std::size_t scheme_length(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"})
        if (characters::equal_ignoring_case(target.substr(0, scheme.size()), scheme))
            return scheme.size();
    return 0;
}

}  // namespace

bool RequestParser::read_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return fail(bad_request_line);
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);

    if (version.size() != 8 || !version.starts_with("HTTP/") ||
        !characters::is(version[5], characters::digit) || version[6] != '.' ||
        !characters::is(version[7], characters::digit))
        return fail(bad_request_line);
    if (version[5] != '1') return fail(bad_version);
    minor_version_ = request_->minor_version =
        version[7] == '0' ? 0 : 1;  // a later minor version is read as the latest known one

    if (!characters::all(method, characters::token)) return fail(bad_method);
    request_->method.assign(method);
    return read_target(target);
}

bool RequestParser::read_target(std::string_view target) {
    if (!characters::all(target, characters::target)) return fail(bad_target);
    if (request_->method == "CONNECT") return fail(is_authority(target) ? connect : bad_target);
    if (target.front() == '/' || (target == "*" && request_->method == "OPTIONS")) {
        request_->target.assign(target);
        return true;
    }
    if (const auto length = scheme_length(target)) return read_absolute_target(target, length);
    return fail(bad_target);
}

// RFC 9112 section 3.2.2: the authority of the target counts, whatever Host says.
bool RequestParser::read_absolute_target(std::string_view target, std::size_t scheme_length) {
    target.remove_prefix(scheme_length);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    if (!is_authority(target.substr(0, end))) return fail(bad_target);
    authority_.assign(target.substr(0, end));
    const auto path = target.substr(end);
    request_->target.clear();
    if (path.empty() || path.front() != '/')
        request_->target += path.empty() && request_->method == "OPTIONS" ? '*' : '/';
    request_->target += path;
    return true;
}

bool RequestParser::read_field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return fail(folded_header);
    if (request_->headers.size() == limits_.header_fields) return fail(too_many_headers);
    std::size_t colon = 0;
    while (colon < line.size() && characters::is(line[colon], characters::token)) ++colon;
    if (colon == 0 || colon == line.size() || line[colon] != ':') return fail(bad_header);
    const auto value = without_blanks(line.substr(colon + 1));
    for (const char c : value)
        if (!characters::is(c, characters::field_text)) return fail(bad_header);

    auto& [name, kept] = request_->headers.emplace_back(line.substr(0, colon), value);
    for (char& c : name) c = ascii_lower(c);
    return note_field(name, kept);
}

bool RequestParser::note_field(std::string_view name, std::string_view value) {
    switch (name.size()) {
        case 4:
            if (name != "host") return true;
            if (std::exchange(has_host_, true)) return fail(duplicate_host);
            return is_authority(value) || fail(bad_host);
        case 6:
            if (name != "expect") return true;
            for_each_member(value, [&](std::string_view member) {
                (characters::equal_ignoring_case(member, "100-continue") ? expects_continue_
                                                                         : bad_expectation_) = true;
            });
            return true;
        case 10:
            if (name == "connection") note_connection(value);
            return true;
        case 14: return name != "content-length" || note_content_length(value);
        case 17:
            if (name == "transfer-encoding") note_transfer_encoding(value);
            return true;
        default: return true;
    }
}

bool RequestParser::note_content_length(std::string_view value) {
    if (std::exchange(has_content_length_, true)) return fail(duplicate_content_length);
    if (!characters::all(value, characters::digit)) return fail(bad_content_length);
    for (const char c : value) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (content_length_ > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) {
            length_overflow_ = true;  // a correct number, and larger than any limit
            content_length_ = std::numeric_limits<std::uint64_t>::max();
            return true;
        }
        content_length_ = content_length_ * 10 + digit;
    }
    return true;
}

void RequestParser::note_transfer_encoding(std::string_view value) {
    has_transfer_encoding_ = true;
    for_each_member(value, [&](std::string_view member) {
        const bool chunked = characters::equal_ignoring_case(member, "chunked");
        if (chunked_) repeated_chunked_ = true;  // nothing may follow it
        if (!chunked) other_coding_ = true;
        chunked_ = chunked;
    });
}

void RequestParser::note_connection(std::string_view value) {
    for_each_member(value, [&](std::string_view member) {
        if (characters::equal_ignoring_case(member, "close")) connection_close_ = true;
        if (characters::equal_ignoring_case(member, "keep-alive")) connection_keep_alive_ = true;
    });
}

bool RequestParser::finish_head() {
    if (has_transfer_encoding_) {
        if (has_content_length_) return fail(ambiguous_length);
        if (!chunked_ || repeated_chunked_ || minor_version_ == 0)
            return fail(bad_transfer_encoding);
        if (other_coding_) return fail(unknown_coding);
    }
    if (!has_host_ && minor_version_ >= 1) return fail(missing_host);
    if (!authority_.empty()) {
        for (auto& [name, value] : request_->headers)
            if (name == "host") value = authority_;
        if (!has_host_) request_->headers.emplace_back("host", authority_);
    }
    if (minor_version_ == 0) {
        expects_continue_ = false;  // RFC 9110 section 10.1.1: ignored there
    } else if (bad_expectation_) {
        return fail(expectation);
    }
    return true;
}

}  // namespace kitchen::http
