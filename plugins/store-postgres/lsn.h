// A place in PostgreSQL's write-ahead log.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kitchen::postgres {

using Lsn = std::uint64_t;

/// "16/B374D848": two hexadecimal halves (PostgreSQL manual, 8.20 pg_lsn).
inline std::optional<Lsn> parse_lsn(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    std::uint32_t halves[2] = {};
    const std::string_view halves_text[2] = {text.substr(0, slash), text.substr(slash + 1)};
    for (int i = 0; i < 2; ++i) {
        const auto [end, error] = std::from_chars(
            halves_text[i].data(), halves_text[i].data() + halves_text[i].size(), halves[i], 16);
        if (error != std::errc() || end != halves_text[i].data() + halves_text[i].size())
            return std::nullopt;
    }
    return Lsn{halves[0]} << 32 | halves[1];
}

}  // namespace kitchen::postgres
