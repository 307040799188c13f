// The sides of a cart line as one canonical text, so that a unique index can tell whether two lines
// are the same dish.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kitchen::cart {

struct Sides {
    std::vector<std::int64_t> proteins, extras;  ///< food ids

    friend bool operator==(const Sides&, const Sides&) = default;
};

/// "p:3,5|e:9": ids ascending, each once, whatever the order in `sides`; "p:|e:" without any.
std::string sides_key(const Sides& sides);

/// The sides of a key, ascending. Nothing when the text is not a key that sides_key() makes.
std::optional<Sides> parse_sides_key(std::string_view key);

}  // namespace kitchen::cart
