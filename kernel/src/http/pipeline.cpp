#include "pipeline.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "observe/current_plugin.h"
#include "request_body.h"
#include "routing/query.h"
#include "routing/request_path.h"

namespace kitchen::http {
namespace {

Status authorise(const Request& request) {
    const Route& route = *request.route;
    if (!route.needs_principal()) return {};
    if (!request.principal)
        return Error(Errc::unauthenticated, "unauthenticated", "Sign in to do this.");
    if (route.access == Access::signed_in) return {};
    const auto& roles = route.allowed_roles;
    const bool allowed =
        route.access == Access::operators
            ? request.principal->is_operator
            : std::find(roles.begin(), roles.end(), request.principal->role) != roles.end();
    if (allowed) return {};
    return Error(Errc::forbidden, "forbidden", "Your account is not allowed to do this.");
}

Status validate(Request& request) {
    std::vector<Fault> faults;
    if (Status query =
            read_query(query_of(request.target), *request.route, request.query_parameters, faults);
        !query)
        return query;
    if (Status body = read_body(request, *request.route, faults); !body) return body;
    if (faults.empty()) return {};
    Error error(Errc::unprocessable, "validation_failed", "Some values are not valid. See errors.");
    error.faults = std::move(faults);
    return error;
}

}  // namespace

struct Pipeline::Run {
    Request& request;
    const Steps& steps;
    std::string_view allow;
};

Pipeline::Pipeline(const std::vector<RegisteredMiddleware>& middleware, Logger& log) : log_(log) {
    for (const Phase phase : {Phase::observe, Phase::shield, Phase::identify, Phase::admit}) {
        for (const RegisteredMiddleware& m : middleware) {
            if (m.phase != phase) continue;
            identified_steps_.push_back(&m);
            if (phase == Phase::observe || phase == Phase::shield) open_steps_.push_back(&m);
        }
    }
}

Result<Response> Pipeline::run(Request& request, std::string_view allow) const {
    const bool identify = request.route->access != Access::anyone && request.method != "OPTIONS";
    return step({request, identify ? identified_steps_ : open_steps_, allow}, 0);
}

Result<Response> Pipeline::step(const Run& run, std::size_t index) const {
    if (index == run.steps.size()) return finish(run);
    const RegisteredMiddleware& middleware = *run.steps[index];
    // Captured as one pointer, so that std::function keeps it inside itself.
    struct Here {
        const Pipeline& pipeline;
        const Run& run;
        std::size_t index;
        bool went_on = false;
    } here{*this, run, index};
    const observe::CurrentPlugin current(middleware.plugin, middleware.name);
    try {
        return middleware.call(run.request, [&here] {
            if (std::exchange(here.went_on, true))
                throw std::logic_error("next() was called a second time");
            return here.pipeline.step(here.run, here.index + 1);
        });
    } catch (const std::exception& e) {
        return thrown(run.request, middleware.name, middleware.plugin, e.what());
    } catch (...) {
        return thrown(run.request, middleware.name, middleware.plugin, "not a std::exception");
    }
}

Result<Response> Pipeline::finish(const Run& run) const {
    Request& request = run.request;
    if (request.method == "OPTIONS")
        return Response(204).with_header("Allow", std::string(run.allow));
    try {
        if (Status allowed = authorise(request); !allowed) return std::move(allowed).error();
        if (Status valid = validate(request); !valid) return std::move(valid).error();
        const observe::CurrentPlugin current(request.route->plugin, request.route->pattern);
        return request.route->handler(request);
    } catch (const std::exception& e) {
        return thrown(request, "handler", request.route->plugin, e.what());
    } catch (...) {
        return thrown(request, "handler", request.route->plugin, "not a std::exception");
    }
}

Error Pipeline::thrown(const Request& request, std::string_view where, std::string_view plugin,
                       std::string_view what) const {
    log_.error("exception in a request", {{"request_id", request.request_id},
                                          {"method", request.method},
                                          {"route", request.route->pattern},
                                          {"where", where},
                                          {"plugin", plugin},
                                          {"what", what}});
    return Error(Errc::internal, std::string(exception_code),
                 "An exception was thrown in a request.");
}

}  // namespace kitchen::http
