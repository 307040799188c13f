#include "formats.h"

#include <algorithm>
#include <cstddef>

namespace kitchen::http::formats {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) noexcept { return is_digit(c) || is_alpha(c); }
bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool contains(std::string_view set, char c) noexcept {
    return set.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) noexcept {
    bool after_atom = false;
    for (const char c : text) {
        if (c == '.') {
            if (!after_atom) return false;
            after_atom = false;
        } else if (is_alnum(c) || contains("!#$%&'*+-/=?^_`{|}~", c)) {
            after_atom = true;
        } else {
            return false;
        }
    }
    return after_atom;
}

bool is_quoted_local(std::string_view text) noexcept {
    if (text.size() < 3 || text.front() != '"' || text.back() != '"') return false;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') return false;
        if (text[i] == '\\' && ++i == text.size()) return false;
        if (text[i] < 0x20 || text[i] > 0x7e) return false;
    }
    return true;
}

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

/// Two labels or more; the last one is no number, or it would be an IPv4 address.
bool is_mail_domain(std::string_view domain) noexcept {
    std::size_t labels = 0;
    for (;;) {
        const std::size_t dot = domain.find('.');
        const std::string_view label = domain.substr(0, dot);
        if (!is_label(label)) return false;
        ++labels;
        if (dot == std::string_view::npos) return labels >= 2 && !is_digits(label);
        domain.remove_prefix(dot + 1);
    }
}

/// The bytes of RFC 3986 that may stand in a part of a URL, percent escapes whole.
bool are_url_bytes(std::string_view text, std::string_view further) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!is_alnum(c) && !contains("-._~!$&'()*+,;=", c) && !contains(further, c)) {
            return false;
        }
    }
    return true;
}

bool is_port(std::string_view text) noexcept {
    unsigned port = 0;
    if (text.size() > 5) return false;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    return port <= 65535;
}

bool is_host_and_port(std::string_view text) noexcept {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view address = text.substr(1, end - 1);
        const bool plausible =
            contains(address, ':') && std::all_of(address.begin(), address.end(), [](char c) {
                return is_hex(c) || c == ':' || c == '.';
            });
        const std::string_view rest = text.substr(end + 1);
        return plausible && (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
    const std::string_view host = text.substr(0, colon);
    return !host.empty() && are_url_bytes(host, "");
}

}  // namespace

bool is_email(std::string_view text) noexcept {
    const std::size_t at = text.rfind('@');
    if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64) return false;
    const std::string_view local = text.substr(0, at);
    return (is_dot_atom(local) || is_quoted_local(local)) && is_mail_domain(text.substr(at + 1));
}

bool is_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_http_url(std::string_view text) noexcept {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return false;
    const auto is_scheme = [&](std::string_view wanted) {
        return text.substr(0, colon).size() == wanted.size() &&
               std::equal(wanted.begin(), wanted.end(), text.begin(),
                          [](char a, char b) { return a == (b | 0x20); });
    };
    if (!is_scheme("http") && !is_scheme("https")) return false;
    const std::string_view rest = text.substr(colon + 3);
    const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
    if (!is_host_and_port(rest.substr(0, path))) return false;
    // Everything behind the authority; only one '#' may stand in it.
    const std::string_view tail = rest.substr(path);
    const std::size_t fragment = std::min(tail.find('#'), tail.size());
    return are_url_bytes(tail.substr(0, fragment), ":@/?") &&
           (fragment == tail.size() || are_url_bytes(tail.substr(fragment + 1), ":@/?"));
}

}  // namespace kitchen::http::formats
