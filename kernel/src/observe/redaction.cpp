#include "observe/log_hub.h"

#include <algorithm>

namespace kitchen::observe {

namespace {

constexpr std::string_view secret_endings[] = {
    "password", "passwd",  "secret",      "token",         "otp",
    "cookie",   "api_key", "credentials", "authorization", "private_key"};

/// The password of the first URL with one: between the first ':' after "://" and the last '@'
/// before the authority ends.
struct Found {
    std::size_t begin = std::string_view::npos, end = std::string_view::npos;
};

Found find_password(std::string_view text, std::size_t from) noexcept {
    for (;;) {
        const std::size_t scheme = text.find("://", from);
        if (scheme == std::string_view::npos) return {};
        const std::size_t begin = scheme + 3;
        const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'<>", begin), text.size());
        const std::string_view authority = text.substr(begin, end - begin);
        const std::size_t at = authority.rfind('@'), colon = authority.find(':');
        if (at != std::string_view::npos && colon < at) return {begin + colon + 1, begin + at};
        from = begin;
    }
}

}  // namespace

bool is_secret_key(std::string_view key) noexcept {
    return std::any_of(std::begin(secret_endings), std::end(secret_endings),
                       [&](std::string_view ending) { return key.ends_with(ending); });
}

bool has_credentials(std::string_view text) noexcept {
    return find_password(text, 0).begin != std::string_view::npos;
}

std::string redact(std::string_view text) {
    std::string out;
    std::size_t done = 0;
    for (Found found = find_password(text, 0); found.begin != std::string_view::npos;
         found = find_password(text, done)) {
        out.append(text.substr(done, found.begin - done)).append(mask);
        done = found.end;
    }
    return out.append(text.substr(done));
}

}  // namespace kitchen::observe
