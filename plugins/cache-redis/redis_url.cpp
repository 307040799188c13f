#include "redis_url.h"

#include <optional>

#include "kitchen/text.h"

namespace kitchen::redis {

namespace {

Error wrong(std::string detail) {
    return Error(Errc::unprocessable, "redis_url_invalid", std::move(detail));
}

std::optional<int> number(std::string_view text, int max) {
    const auto value = parse_number<int>(text);
    return value && *value >= 0 && *value <= max ? value : std::nullopt;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
            return std::nullopt;
        out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        i += 2;
    }
    return out;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

constexpr int max_database = 1'000'000;

Result<RedisUrl> parse_unix(std::string_view rest) {
    RedisUrl url;
    if (const auto query = rest.find('?'); query != std::string_view::npos) {
        std::string_view text = rest.substr(query + 1);
        const auto database = take(text, "db=") ? number(text, max_database) : std::nullopt;
        if (!database)
            return wrong("after the '?' of a unix:// URL only 'db=' and a number may stand");
        url.login.database = *database;
        rest = rest.substr(0, query);
    }
    auto path = percent_decoded(rest);
    if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos)
        return wrong("a Unix socket is written unix:///path/to/socket, with three slashes");
    if (path->size() > 107) return wrong("the path of a Unix socket has at most 107 bytes");
    url.endpoint.socket_path = std::move(*path);
    return url;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
    Endpoint endpoint;
    endpoint.port = default_port;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return wrong("an IPv6 address ends with ']'");
        endpoint.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (!port.empty() && !port.starts_with(':'))
            return wrong("after ']' only ':' and a port may stand");
    } else {
        const auto colon = text.find(':');
        endpoint.host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
        if (port.find(':', 1) != std::string_view::npos)
            return wrong("an IPv6 address stands in brackets: [::1]:6379");
    }
    if (endpoint.host.empty()) return wrong("the host is missing");
    for (const unsigned char c : endpoint.host)
        if (c <= ' ' || c == 0x7f || c == '/' || c == '@' || c == '%')
            return wrong("the host has a character that no host has");
    if (!port.empty()) {
        const auto value = number(port.substr(1), 65535);
        if (!value || *value == 0) return wrong("the port is a number from 1 to 65535");
        endpoint.port = static_cast<std::uint16_t>(*value);
    }
    return endpoint;
}

Result<RedisUrl> parse_url(std::string_view text) {
    if (take(text, "unix://")) return parse_unix(text);
    if (text.starts_with("rediss://"))
        return wrong(
            "TLS (rediss://) is not built in; put a tunnel such as stunnel between, and name its "
            "local end with redis:// or unix://");
    if (!take(text, "redis://")) return wrong("a Redis URL begins with redis:// or unix://");

    RedisUrl url;
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        const std::string_view login = text.substr(0, at);
        text.remove_prefix(at + 1);
        const auto colon = login.find(':');
        auto user = percent_decoded(login.substr(0, colon));
        auto password = percent_decoded(colon == std::string_view::npos ? std::string_view()
                                                                        : login.substr(colon + 1));
        if (!user || !password)
            return wrong(
                "after a '%' in user or password two hexadecimal digits must stand; write '%' "
                "itself as %25");
        url.login.user = std::move(*user);
        url.login.password = std::move(*password);
    }
    if (text.find_first_of("?#") != std::string_view::npos)
        return wrong("a redis:// URL has no '?' and no '#' here");
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view path = text.substr(slash + 1);
        text = text.substr(0, slash);
        if (!path.empty()) {
            const auto database = number(path, max_database);
            if (!database) return wrong("the database after the '/' is a number");
            url.login.database = *database;
        }
    }
    auto endpoint = parse_endpoint(text, 6379);
    if (!endpoint) return std::move(endpoint).error();
    url.endpoint = std::move(*endpoint);
    return url;
}

std::string to_string(const Endpoint& endpoint) {
    if (!endpoint.socket_path.empty()) return endpoint.socket_path;
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace kitchen::redis
