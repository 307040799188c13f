// What stands in Redis: each value with a format version and a checksum, so that a damaged or
// foreign one is never taken for ours.
//
//     '1'  kind  16 bytes of tag  payload
//
//     kind 'v'  a value or the field of a hash entry   tag = BLAKE2b(key; kind, Redis key, field,
//     payload) kind 'm'  a published message                    tag = BLAKE2b(key; kind, channel,
//     "", payload) kind 'n'  a counter, which a script changes      tag = BLAKE2b(key; kind, Redis
//     key, field) kind 'r'  a rate, which a script changes         tag = BLAKE2b(key; kind, Redis
//     key, "")
//
// A tag is bound to the place: a value moved to another key or field is damaged. Sealing the same
// text twice gives the same bytes, so a script compares two sealed texts and knows whether the
// texts are equal, and their tags right. Payloads of 'n' and 'r' are decimal digits that only a
// script can change atomically, and a script must not know the key; their tag proves that a holder
// of the key with the key wants a counter (or rate) at this place, and does not cover the digits.
//
// Without a key BLAKE2b is a plain checksum: it finds damage, and does not stop an attacker who
// writes to Redis on purpose.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen::redis {

class Envelope {
public:
    static constexpr std::size_t tag_bytes = 16;
    static constexpr std::size_t header_bytes = 2 + tag_bytes;
    /// A text shorter than this has too little in it to be a key.
    static constexpr std::size_t min_key_length = 32;

    /// `key_text`: the same on every replica; empty: no key. Throws std::runtime_error when
    /// libsodium cannot be initialised.
    explicit Envelope(std::string_view key_text);
    ~Envelope();
    Envelope(const Envelope&) = delete;
    Envelope& operator=(const Envelope&) = delete;

    bool keyed() const noexcept { return keyed_; }

    std::string seal(std::string_view place, std::string_view field,
                     std::string_view payload) const;
    /// The payload; nothing when it is damaged. A counter's payload too, when it is a whole number.
    std::optional<std::string> open(std::string_view place, std::string_view field,
                                    std::string_view sealed) const;

    std::string seal_message(std::string_view channel, std::string_view payload) const;
    std::optional<std::string> open_message(std::string_view channel,
                                            std::string_view sealed) const;

    /// What a script puts before the digits.
    std::string counter_header(std::string_view place, std::string_view field) const;
    std::string rate_header(std::string_view place) const;
    bool is_rate(std::string_view place, std::string_view sealed) const {
        return sealed.starts_with(rate_header(place));
    }

private:
    std::string header(char kind, std::string_view place, std::string_view field,
                       std::string_view payload) const;
    std::optional<std::string> open_as(char kind, std::string_view place, std::string_view field,
                                       std::string_view sealed) const;
    std::array<unsigned char, 32> key_{};
    bool keyed_ = false;
};

}  // namespace kitchen::redis
