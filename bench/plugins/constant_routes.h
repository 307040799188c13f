// Routes that cost nothing but the HTTP: what others are measured against. The response is a JSON
// string of that many bytes. In a header, so that a plugin and a program without plugins have the
// same.
//
//   GET /constant/?bytes=5000         on the pool, as most routes run
//   GET /constant/inline/?bytes=5000  on the socket's worker
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kitchen/http/route.h"

inline kitchen::http::Route constant_route(std::string pattern) {
    using namespace kitchen::http;
    Route route = Route::get(std::move(pattern));
    route.query({"bytes", Schema::integer().min(2).max(1 << 20), "Size of the response", "1000"})
        .answers(200, "A string");
    route.handle([](Request& request) -> kitchen::Result<Response> {
        std::string body(static_cast<std::size_t>(request.query_integer("bytes").value_or(2)), '.');
        body.front() = body.back() = '"';
        return Response::raw_json(200, std::move(body));
    });
    return route;
}

inline std::vector<kitchen::http::Route> constant_routes() {
    std::vector<kitchen::http::Route> routes{constant_route("/constant/"),
                                             constant_route("/constant/inline/")};
    routes.back().runs_inline();
    return routes;
}
