#include "sign_in/authorization.h"

#include <algorithm>

#include <sodium.h>

#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::auth {
namespace {

bool is_base64(char c) { return is_ascii_alphanumeric(c) || c == '+' || c == '/' || c == '='; }

}  // namespace

std::optional<Authorization> parse_authorization(std::string_view header) {
    header = without_blanks(header);
    const std::string_view scheme = header.substr(0, header.find(' '));
    if (scheme.empty()) return std::nullopt;
    return Authorization{ascii_lower(scheme),
                         std::string(without_blanks(header.substr(scheme.size())))};
}

std::optional<BasicCredentials> decode_basic(std::string_view base64) {
    // libsodium 1.0.18 takes every byte past 0x7f for Base64 where char is signed.
    if (!std::all_of(base64.begin(), base64.end(), is_base64)) return std::nullopt;
    std::string text(base64.size() / 4 * 3 + 3, '\0');
    std::size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(text.data()), text.size(), base64.data(),
                          base64.size(), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    text.resize(length);
    const std::size_t colon = text.find(':');
    // A NUL is refused in every body too: no store can be relied on to compare a text that holds
    // one.
    if (colon == std::string::npos || text.find('\0') != std::string::npos || !utf8::is_valid(text))
        return std::nullopt;
    return BasicCredentials{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace kitchen::auth
