// A plugin's own section of the configuration, already checked against the keys it declared in its
// descriptor.
//
// Every accessor takes a key declared in the descriptor with the matching type; asking for another
// is a bug and throws std::logic_error. What the file left out has the declared default.
//
// Thread-safety: immutable. Owned by the kernel; lives as long as the plugin.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kitchen {

class Config {
public:
    virtual ~Config() = default;
    /// False when the file does not name the key and it has no default.
    virtual bool has(std::string_view key) const = 0;
    virtual std::string text(
        std::string_view key) const = 0;  ///< also choice, secret and path; "" when not set
    virtual std::int64_t integer(std::string_view key) const = 0;
    virtual bool boolean(std::string_view key) const = 0;
    virtual std::chrono::milliseconds duration(std::string_view key) const = 0;
    virtual std::int64_t bytes(std::string_view key) const = 0;
    virtual std::vector<std::string> list(std::string_view key) const = 0;
    /// The names that the file puts in place of the "*" of keys declared as "PREFIX.*.…", in its
    /// order. Each such key then exists, with its default where left out, for each name:
    /// text("PREFIX.NAME.…").
    virtual std::vector<std::string> names(std::string_view prefix) const = 0;
};

}  // namespace kitchen
