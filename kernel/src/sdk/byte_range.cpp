#include "byte_range.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "kitchen/text.h"

namespace kitchen::http {
namespace {

/// More than fits counts as the most that does; nothing for what is no number.
std::optional<std::uint64_t> position(std::string_view text) noexcept {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return parse_number<std::uint64_t>(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace

ByteRange parse_byte_range(std::string_view field, std::uint64_t size) noexcept {
    using Kind = ByteRange::Kind;
    constexpr std::string_view unit = "bytes=";
    if (field.size() < unit.size() ||
        !std::equal(unit.begin(), unit.end(), field.begin(),
                    [](char a, char b) { return a == ascii_lower(b); }))
        return {};
    const std::string_view range = without_blanks(field.substr(unit.size()));
    const std::size_t dash = std::min(range.find('-'), range.size());
    const std::string_view last_text = range.substr(std::min(dash + 1, range.size()));
    const auto first = position(range.substr(0, dash));
    const auto last = position(last_text);
    if (dash == range.size()) return {};
    if (dash == 0) {  // the last so many bytes
        if (!last) return {};
        if (*last == 0) return {Kind::unsatisfiable};
        const std::uint64_t length = std::min(*last, size);
        return length == 0 ? ByteRange{} : ByteRange{Kind::part, size - length, length};
    }
    if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return {};
    if (*first >= size) return {Kind::unsatisfiable};
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {Kind::part, *first, end - *first + 1};
}

}  // namespace kitchen::http
