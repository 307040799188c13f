// A place in PostgreSQL's write-ahead log.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kitchen/text.h"

namespace kitchen::postgres {

using Lsn = std::uint64_t;

/// "16/B374D848": two hexadecimal halves (PostgreSQL manual, 8.20 pg_lsn).
inline std::optional<Lsn> parse_lsn(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto high = parse_number<std::uint32_t>(text.substr(0, slash), 16),
               low = parse_number<std::uint32_t>(text.substr(slash + 1), 16);
    if (!high || !low) return std::nullopt;
    return Lsn{*high} << 32 | *low;
}

}  // namespace kitchen::postgres
