#include "pattern.h"

#include <algorithm>
#include <stdexcept>

#include "kitchen/text.h"

namespace kitchen::http {
namespace {

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// The unreserved characters of RFC 3986 and '@': what no client percent-encodes, so that one
/// spelling stands for one path.
bool is_literal(std::string_view text) {
    return text != "." && text != ".." && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("-._~@").find(c) != std::string_view::npos;
           });
}

PatternSegment parse_segment(std::string_view text) {
    if (text.empty()) throw std::invalid_argument("a segment is empty");
    if (text.find_first_of("{}") == std::string_view::npos) {
        if (!is_literal(text))
            throw std::invalid_argument("'" + std::string(text) + "' is not a literal segment");
        return {PatternSegment::Kind::literal, std::string(text)};
    }
    if (text.front() != '{' || text.back() != '}')
        throw std::invalid_argument("'" + std::string(text) +
                                    "' is neither a literal nor one {parameter}");
    std::string_view inside = text.substr(1, text.size() - 2);
    const bool is_rest = inside.ends_with('*');
    if (is_rest) inside.remove_suffix(1);
    const std::size_t colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    if (!is_name(name))
        throw std::invalid_argument("'" + std::string(name) +
                                    "' is not a parameter's name (a-z, 0-9, _)");
    if (is_rest && colon == std::string_view::npos)
        return {PatternSegment::Kind::rest, std::string(name)};
    if (colon == std::string_view::npos) return {PatternSegment::Kind::text, std::string(name)};
    if (is_rest || inside.substr(colon + 1) != "id")
        throw std::invalid_argument("'" + std::string(text) +
                                    "': the only type of a parameter is 'id'");
    return {PatternSegment::Kind::id, std::string(name)};
}

}  // namespace

std::vector<PatternSegment> parse_pattern(std::string_view pattern) {
    if (!pattern.starts_with('/')) throw std::invalid_argument("it does not begin with '/'");
    std::vector<PatternSegment> segments;
    std::string_view rest = pattern.substr(1);
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        PatternSegment segment = parse_segment(rest.substr(0, slash));
        if (!segments.empty() && segments.back().kind == PatternSegment::Kind::rest)
            throw std::invalid_argument("nothing may follow {" + segments.back().text + "*}");
        const bool repeated =
            segment.kind != PatternSegment::Kind::literal &&
            std::any_of(segments.begin(), segments.end(), [&](const PatternSegment& s) {
                return s.kind != PatternSegment::Kind::literal && s.text == segment.text;
            });
        if (repeated)
            throw std::invalid_argument("the parameter '" + segment.text + "' is there twice");
        segments.push_back(std::move(segment));
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    if (segments.size() > max_pattern_segments)
        throw std::invalid_argument("it has more than " + std::to_string(max_pattern_segments) +
                                    " segments");
    return segments;
}

bool is_id(std::string_view text) noexcept {
    return parse_number(text).value_or(0) > 0 && text.front() != '0';
}

}  // namespace kitchen::http
