#include "host/metrics_route.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <arpa/inet.h>

namespace kitchen::host {

namespace {

using config::MetricsAccess;
using http::Request;
using http::Response;
using http::Route;

struct Network {
    std::uint32_t address;
    int bits;
};

constexpr Network internal_v4[] = {
    {0x7f000000, 8},  {0x0a000000, 8},  {0xac100000, 12},
    {0xc0a80000, 16}, {0xa9fe0000, 16}, {0x64400000, 10},
};

bool is_internal_v4(std::uint32_t address) {
    return std::any_of(std::begin(internal_v4), std::end(internal_v4), [&](const Network& network) {
        return (address ^ network.address) >> (32 - network.bits) == 0;
    });
}

/// Proxies say so in these.
bool is_passed_on(const Request& request) {
    return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& field) {
        return field.first == "forwarded" || field.first == "via" || field.first == "x-real-ip" ||
               field.first.starts_with("x-forwarded-");
    });
}

Status check_internal(const Request& request) {
    if (is_internal_address(request.client_address) && !is_passed_on(request)) return {};
    return Error(Errc::forbidden, "metrics_internal",
                 "Metrics are read from this machine or a private network, without a proxy "
                 "between. server.metrics.access changes that.");
}

std::string_view description(MetricsAccess access) {
    switch (access) {
        case MetricsAccess::internal:
            return "For clients on this machine or a private network that no proxy stands before.";
        case MetricsAccess::admin: return "For administrators.";
        case MetricsAccess::open:
        case MetricsAccess::off: break;
    }
    return "For anyone.";
}

}  // namespace

bool is_internal_address(std::string_view address) {
    const std::string text(address);
    if (in_addr v4{}; ::inet_pton(AF_INET, text.c_str(), &v4) == 1)
        return is_internal_v4(ntohl(v4.s_addr));
    in6_addr v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return false;
    const auto* octets = v6.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return is_internal_v4(std::uint32_t{octets[12]} << 24 | std::uint32_t{octets[13]} << 16 |
                              std::uint32_t{octets[14]} << 8 | octets[15]);
    const bool is_unique_local = (octets[0] & 0xfe) == 0xfc;
    return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) || is_unique_local;
}

std::optional<Route> metrics_route(const observe::MetricsRegistry& metrics, MetricsAccess access) {
    if (access == MetricsAccess::off) return std::nullopt;
    Route route = Route::get("/metrics");
    route.summary("Numbers for Prometheus")
        .describe("The Prometheus text format, version 0.0.4. " + std::string(description(access)) +
                  " The server's configuration says who may: server.metrics.access.");
    route.answer_list.push_back({200, "All series", http::Schema::string(), "text/plain"});
    if (access == MetricsAccess::internal) route.answers(403, "Not from here");
    if (access == MetricsAccess::admin) route.roles({"admin"});
    route.handle([&metrics, access](Request& request) -> Result<Response> {
        if (access == MetricsAccess::internal)
            if (Status allowed = check_internal(request); !allowed)
                return std::move(allowed).error();
        Response response(200);
        response.headers.emplace_back("Content-Type", observe::MetricsRegistry::content_type);
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = metrics.text();
        return response;
    });
    route.plugin = "kernel";
    return route;
}

}  // namespace kitchen::host
