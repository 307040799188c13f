// Where a Redis server is and how to sign in, as one writes it in a configuration:
//
//     redis://[user[:password]@]host[:port][/database]      port 6379, database 0; an IPv6 address
//     in brackets redis://[:password@]host                              the default user
//     unix:///path/to/socket[?db=database]                  user and password by their own keys
//     only
//
// User and password may be percent-encoded (RFC 3986). rediss:// (TLS) is refused: put a tunnel or
// a local proxy between. The scheme is that of IANA's "redis" registration.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::redis {

struct Endpoint {
    std::string host;  ///< a name or an address; empty for a Unix socket
    std::uint16_t port = 6379;
    std::string socket_path;  ///< absolute; empty for TCP

    bool operator==(const Endpoint&) const = default;
};

struct Login {
    std::string user;      ///< empty: the default user
    std::string password;  ///< empty: none, no AUTH is sent
    int database = 0;
};

struct RedisUrl {
    Endpoint endpoint;
    Login login;
};

/// Error: unprocessable; the detail says what is wrong and never repeats the text, which may hold a
/// password.
Result<RedisUrl> parse_url(std::string_view text);
/// "host", "host:port", "[address]:port".
Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);
/// For logs: "host:port" or the socket's path.
std::string to_string(const Endpoint& endpoint);

}  // namespace kitchen::redis
