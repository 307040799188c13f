#include "envelope.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>

namespace kitchen::redis {

namespace {

constexpr char format_version = '1';

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool whole_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= 19 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Envelope::Envelope(std::string_view key_text) : keyed_(!key_text.empty()) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
    if (keyed_)
        crypto_generichash(key_.data(), key_.size(), bytes(key_text), key_text.size(), nullptr, 0);
}

Envelope::~Envelope() { sodium_memzero(key_.data(), key_.size()); }

std::string Envelope::header(char kind, std::string_view place, std::string_view field,
                             std::string_view payload) const {
    crypto_generichash_state state;
    crypto_generichash_init(&state, keyed_ ? key_.data() : nullptr, keyed_ ? key_.size() : 0,
                            tag_bytes);
    const unsigned char first[] = {static_cast<unsigned char>(format_version),
                                   static_cast<unsigned char>(kind)};
    crypto_generichash_update(&state, first, sizeof first);
    for (const std::string_view part : {place, field, payload}) {
        unsigned char length[8];  // so that no two lists of parts give the same bytes
        for (std::size_t i = 0; i < sizeof length; ++i)
            length[i] = static_cast<unsigned char>(std::uint64_t{part.size()} >> (8 * i));
        crypto_generichash_update(&state, length, sizeof length);
        crypto_generichash_update(&state, bytes(part), part.size());
    }
    std::string out = {format_version, kind};
    out.resize(header_bytes);
    crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()) + 2, tag_bytes);
    sodium_memzero(&state, sizeof state);
    return out;
}

std::optional<std::string> Envelope::open_as(char kind, std::string_view place,
                                             std::string_view field,
                                             std::string_view sealed) const {
    if (sealed.size() < header_bytes || sealed[0] != format_version || sealed[1] != kind)
        return std::nullopt;
    const std::string_view payload = sealed.substr(header_bytes);
    const std::string expected =
        kind == 'n' ? counter_header(place, field) : header(kind, place, field, payload);
    if (sodium_memcmp(expected.data(), sealed.data(), header_bytes) != 0) return std::nullopt;
    return std::string(payload);
}

std::string Envelope::seal(std::string_view place, std::string_view field,
                           std::string_view payload) const {
    return header('v', place, field, payload).append(payload);
}

std::optional<std::string> Envelope::open(std::string_view place, std::string_view field,
                                          std::string_view sealed) const {
    if (auto value = open_as('v', place, field, sealed)) return value;
    auto counter = open_as('n', place, field, sealed);
    return counter && whole_number(*counter) ? counter : std::nullopt;
}

std::string Envelope::seal_message(std::string_view channel, std::string_view payload) const {
    return header('m', channel, {}, payload).append(payload);
}

std::optional<std::string> Envelope::open_message(std::string_view channel,
                                                  std::string_view sealed) const {
    return open_as('m', channel, {}, sealed);
}

std::string Envelope::counter_header(std::string_view place, std::string_view field) const {
    return header('n', place, field, {});
}
std::string Envelope::rate_header(std::string_view place) const {
    return header('r', place, {}, {});
}

}  // namespace kitchen::redis
