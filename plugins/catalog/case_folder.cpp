#include "case_folder.h"

#include <algorithm>
#include <stdexcept>

#include <wctype.h>

namespace kitchen::catalog {
namespace {

/// Length of the UTF-8 sequence that begins with this byte; 0 for a byte that cannot begin one.
std::size_t sequence_length(unsigned char lead) noexcept {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

bool is_continuation(unsigned char octet) noexcept { return (octet & 0xC0) == 0x80; }

char32_t decode(std::string_view sequence) noexcept {
    constexpr unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t point = static_cast<unsigned char>(sequence[0]) & lead_bits[sequence.size()];
    for (char c : sequence.substr(1))
        point = (point << 6) | (static_cast<unsigned char>(c) & 0x3Fu);
    return point;
}

void encode(char32_t point, std::string& out) {
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | (point >> 6));
        out += static_cast<char>(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | (point >> 12));
        out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (point & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (point >> 18));
        out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (point & 0x3F));
    }
}

}  // namespace

CaseFolder::CaseFolder() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ == nullptr)
        throw std::runtime_error(
            "the C library has no C.UTF-8 locale; on Debian it comes with the package libc-bin");
}

CaseFolder::~CaseFolder() { freelocale(locale_); }

std::string CaseFolder::fold(std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            out += static_cast<char>(lead >= 'A' && lead <= 'Z' ? lead + ('a' - 'A') : lead);
            ++i;
            continue;
        }
        const std::string_view sequence =
            text.substr(i, std::max<std::size_t>(1, sequence_length(lead)));
        const bool whole = sequence.size() > 1 && sequence.size() == sequence_length(lead) &&
                           std::all_of(sequence.begin() + 1, sequence.end(), [](char c) {
                               return is_continuation(static_cast<unsigned char>(c));
                           });
        if (!whole) {
            out += text[i++];
            continue;
        }
        encode(static_cast<char32_t>(towlower_l(static_cast<wint_t>(decode(sequence)), locale_)),
               out);
        i += sequence.size();
    }
    return out;
}

std::string contains_pattern(std::string_view text) {
    std::string pattern = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern += '%';
}

}  // namespace kitchen::catalog
