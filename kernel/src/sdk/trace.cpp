#include "kitchen/http/trace.h"

#include <algorithm>

namespace kitchen::http {
namespace {

// version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t id_at = 3, id_digits = 32;
constexpr std::size_t parent_at = id_at + id_digits + 1, parent_digits = 16;
constexpr std::size_t flags_at = parent_at + parent_digits + 1;
constexpr std::size_t length = flags_at + 2;

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;  // upper case too: HEXDIGLC
}

bool is_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return digit(c) >= 0; });
}

bool is_id(std::string_view text) noexcept {
    return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<Trace> parse_traceparent(std::string_view value) {
    if (value.size() < length) return std::nullopt;
    const std::string_view version = value.substr(0, 2);
    if (!is_hex(version) || version == "ff") return std::nullopt;
    if (value.size() > length && (version == "00" || value[length] != '-')) return std::nullopt;
    for (const std::size_t dash : {id_at, parent_at, flags_at})
        if (value[dash - 1] != '-') return std::nullopt;
    const std::string_view id = value.substr(id_at, id_digits),
                           parent = value.substr(parent_at, parent_digits);
    const std::string_view flags = value.substr(flags_at, 2);
    if (!is_id(id) || !is_id(parent) || !is_hex(flags)) return std::nullopt;
    return Trace{std::string(id), std::string(parent),
                 static_cast<std::uint8_t>(digit(flags[0]) * 16 + digit(flags[1]))};
}

std::string traceparent(const Trace& trace, Random& random) {
    std::string span = random.hex(parent_digits / 2);
    if (!is_id(span)) span.back() = '1';
    return "00-" + trace.id + '-' + span + (trace.flags & Trace::sampled ? "-01" : "-00");
}

}  // namespace kitchen::http
