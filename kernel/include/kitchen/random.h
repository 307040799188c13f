// Unpredictable bytes, injected so that tests can choose them.
//
// Thread-safety: all calls, from any thread. Owned by the kernel; lives longer than every plugin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kitchen/bytes.h"

namespace kitchen {

class Random {
public:
    using Interface = Random;
    static constexpr std::string_view interface_name = "random/1";
    virtual ~Random() = default;
    /// Fills with cryptographically secure bytes (getrandom(2)). Never fails.
    virtual void fill(std::span<std::byte> out) = 0;

    /// Uniform in [0, bound), without modulo bias. `bound` > 0.
    std::uint64_t below(std::uint64_t bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        for (;;) {
            std::uint64_t word = 0;
            fill(std::as_writable_bytes(std::span(&word, 1)));
            if (word >= threshold) return word % bound;
        }
    }
    /// `bytes` random bytes as lower-case hexadecimal, twice as long.
    std::string hex(std::size_t bytes) {
        std::string raw(bytes, '\0');
        fill(std::as_writable_bytes(std::span(raw)));
        return kitchen::hex(raw);
    }
};

}  // namespace kitchen
