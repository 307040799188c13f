// Bytes as hexadecimal digits, and a checksum of bytes.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kitchen {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Two lower-case hexadecimal digits.
inline void append_hex(std::string& out, unsigned char byte) {
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
}

/// Lower-case, twice as long.
inline std::string hex(std::string_view bytes) {
    std::string out(2 * bytes.size(), '\0');
    char* next = out.data();
    for (const char byte : bytes) {
        *next++ = hex_digits[static_cast<unsigned char>(byte) >> 4];
        *next++ = hex_digits[byte & 15];
    }
    return out;
}

/// 16 digits, the highest first.
inline std::string hex(std::uint64_t number) {
    std::string out;
    for (int shift = 56; shift >= 0; shift -= 8)
        append_hex(out, static_cast<unsigned char>(number >> shift));
    return out;
}

/// FNV-1a, 64 bits (draft-eastlake-fnv): the same on every machine, for entity tags and for damage
/// that happens by accident. It protects against no attacker: two texts with one sum are easy to
/// make.
class Fnv1a64 {
public:
    constexpr Fnv1a64& add(unsigned char byte) noexcept {
        sum_ = (sum_ ^ byte) * 0x100000001b3u;
        return *this;
    }
    constexpr Fnv1a64& add(std::string_view bytes) noexcept {
        for (const char byte : bytes) add(static_cast<unsigned char>(byte));
        return *this;
    }
    constexpr std::uint64_t sum() const noexcept { return sum_; }

private:
    std::uint64_t sum_ = 0xcbf29ce484222325u;
};

constexpr std::uint64_t fnv1a64(std::string_view bytes) noexcept {
    return Fnv1a64().add(bytes).sum();
}

}  // namespace kitchen
