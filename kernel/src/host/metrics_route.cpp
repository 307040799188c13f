#include "host/operations_routes.h"

#include <algorithm>
#include <string>

#include "kitchen/ip.h"

namespace kitchen::host {

namespace {

using config::MetricsAccess;
using http::Request;
using http::Response;
using http::Route;

/// Loopback, private, link-local, shared and unique local addresses.
constexpr std::string_view internal_networks[] = {
    "127.0.0.0/8",   "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
    "100.64.0.0/10", "::1",        "fe80::/10",     "fc00::/7",
};

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
        case MetricsAccess::admin: return "For those who run the server.";
        case MetricsAccess::open:
        case MetricsAccess::off: break;
    }
    return "For anyone.";
}

}  // namespace

bool is_internal_address(std::string_view address) {
    const auto parsed = IpAddress::parse(address);
    return parsed && std::any_of(std::begin(internal_networks), std::end(internal_networks),
                                 [&](std::string_view network) {
                                     return IpNetwork::parse(network)->contains(*parsed);
                                 });
}

std::optional<Route> metrics_route(const observe::MetricsRegistry& metrics, MetricsAccess access) {
    if (access == MetricsAccess::off) return std::nullopt;
    Route route = Route::get("/metrics");
    route.summary("Numbers for Prometheus")
        .describe("The Prometheus text format, version 0.0.4. " + std::string(description(access)) +
                  " The server's configuration says who may: server.metrics.access.");
    route.answers(200, "All series", http::Schema::string(), "text/plain");
    if (access == MetricsAccess::internal) route.answers(403, "Not from here");
    if (access == MetricsAccess::admin) route.for_operators();
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
