// Calls a plugin's routes without a kernel: checks the body against the route's schema, then runs
// its handler.
//
// Thread-safety: after the routes are declared, all calls from any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/testkit/recording_setup.h"

namespace kitchen::tests {

class RouteCaller final : public testkit::RecordingSetup {
public:
    const http::Route& route(const std::string& method, const std::string& pattern) const {
        for (const http::Route& route : routes)
            if (route.method == method && route.pattern == pattern) return route;
        throw std::logic_error("no route " + method + " " + pattern);
    }

    struct Call {
        Principal who;
        Json body;
        http::Fields headers;
        http::Fields path;
        http::Fields query;
    };
    Result<http::Response> call(const std::string& method, const std::string& pattern,
                                Call call) const {
        const http::Route& found = route(method, pattern);
        http::Request request;
        request.method = method;
        request.target = request.path = pattern;
        request.base_url = "http://kitchen.test";
        request.headers = std::move(call.headers);
        request.path_parameters = std::move(call.path);
        request.query_parameters = std::move(call.query);
        request.principal = call.who;
        request.route = &found;
        request.json = std::move(call.body);
        if (found.body_schema && !(found.body_optional && request.json.is_null())) {
            Error invalid(Errc::unprocessable, "validation_failed",
                          "Some values are not valid. See errors.");
            found.body_schema->validate(request.json, "", invalid.faults);
            if (!invalid.faults.empty()) return invalid;
        }
        return found.handler(request);
    }
};

/// The first header of that name, or "".
inline std::string header_of(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}

}  // namespace kitchen::tests
