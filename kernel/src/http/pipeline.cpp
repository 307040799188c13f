#include "pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

#include "observe/current_cause.h"
#include "observe/current_plugin.h"
#include "problem.h"
#include "request_body.h"
#include "routing/query.h"
#include "routing/request_path.h"
#include "sdk/json_pointer.h"

namespace kitchen::http {
namespace {

Status check_scope(const Principal& principal, const Route& route) {
    if (!principal.scope) return {};
    const std::vector<std::string> needed = route.scopes();
    for (const std::string& scope : needed)
        if (principal.has_scope(scope)) return {};
    return Error(Errc::forbidden, "insufficient_scope",
                 "Your client was not given the scope '" + needed.front() + "', which this needs.")
        .with_member("scope", needed.front());
}

Status authorise(const Request& request) {
    const Route& route = *request.route;
    if (request.principal)
        if (Status enough = check_scope(*request.principal, route); !enough) return enough;
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

Error invalid(std::vector<Fault> faults) {
    Error error(Errc::unprocessable, "validation_failed", "Some values are not valid. See errors.");
    error.faults = std::move(faults);
    return error;
}

/// Whether the pointer is to this member of the body, or into it.
bool is_into(const std::string& pointer, const std::string& member) {
    const std::string whole = child_pointer("", member);
    return pointer == whole || pointer.starts_with(whole + '/');
}

bool is_found(const std::vector<Fault>& faults, const std::string& pointer) {
    return std::any_of(faults.begin(), faults.end(),
                       [&](const Fault& fault) { return fault.pointer == pointer; });
}

/// The readers of query and body name no more than so many, and look at nothing after that.
constexpr std::size_t most_faults = 100;

/// See Route::check(). The error is the plugin's when the schema had found nothing.
Status check_body(const Request& request, std::vector<Fault> faults) {
    Status checked;
    if (request.route->body_check && request.json.is_object() && faults.size() < most_faults) {
        Json valid = request.json;
        std::erase_if(valid.as_object(), [&](const auto& member) {
            return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
                return is_into(fault.pointer, member.first);
            });
        });
        const observe::CurrentPlugin current(request.route->plugin, request.route->pattern);
        checked = request.route->body_check(valid, request);
        if (!checked)
            std::erase_if(checked.error().faults, [&](const Fault& fault) {
                if (fault.code == "required") return is_found(faults, fault.pointer);
                const auto& members = valid.as_object();
                return std::none_of(members.begin(), members.end(), [&](const auto& member) {
                    return is_into(fault.pointer, member.first);
                });
            });
    }
    const bool is_good = checked || checked.error().faults.empty();
    if (faults.empty()) return is_good ? Status() : std::move(checked);
    if (!is_good)
        faults.insert(faults.end(), checked.error().faults.begin(), checked.error().faults.end());
    return invalid(std::move(faults));
}

Status validate(Request& request) {
    std::vector<Fault> faults;
    if (Status query =
            read_query(query_of(request.target), *request.route, request.query_parameters, faults);
        !query)
        return query;
    if (Status body = read_body(request, *request.route, faults); !body) return body;
    return check_body(request, std::move(faults));
}

}  // namespace

struct Pipeline::Run {
    Request& request;
    const Steps& steps;
    std::string_view allow;
    Exchange* body;
    bool is_checked = false;  ///< what follows the steps is the handler
};

// Middleware for some routes is rare: routes without any share one list.
Pipeline::Pipeline(const ServerTable& table, Logger& log, std::vector<std::string>& problems)
    : steps_(steps_of(table, nullptr)), forwarded_(table.forwarded), log_(log) {
    for (const RegisteredMiddleware& m : table.middleware) {
        const observe::CurrentPlugin current(m.plugin, m.name);
        m.call.learn(table.routes);
        for (const std::string& name : m.call.routes()) {
            bool found = false;
            for (const Route& route : table.routes) {
                if (!is_named(route, name)) continue;
                found = true;
                special_steps_.emplace(&route, RouteSteps());
            }
            if (!found)
                problems.push_back("the middleware '" + m.name + "' (plugin " + m.plugin +
                                   ") is for '" + name + "', and there is no such route");
        }
    }
    for (auto& [route, steps] : special_steps_) steps = steps_of(table, route);
}

Pipeline::RouteSteps Pipeline::steps_of(const ServerTable& table, const Route* route) {
    RouteSteps steps;
    for (const Phase phase :
         {Phase::observe, Phase::shield, Phase::identify, Phase::admit, Phase::perform}) {
        for (const RegisteredMiddleware& m : table.middleware) {
            if (m.phase != phase || !is_for(m, route)) continue;
            if (phase == Phase::perform) {
                steps.checked.push_back(&m);
                continue;
            }
            steps.identified.push_back(&m);
            if (phase == Phase::observe || phase == Phase::shield) steps.open.push_back(&m);
        }
    }
    return steps;
}

const Pipeline::RouteSteps& Pipeline::steps_for(const Route* route) const {
    if (special_steps_.empty()) return steps_;
    const auto found = special_steps_.find(route);
    return found == special_steps_.end() ? steps_ : found->second;
}

Result<Response> Pipeline::run(Request& request, std::string_view allow, Exchange* body) const {
    const bool identify = request.route->access != Access::anyone && request.method != "OPTIONS";
    const RouteSteps& steps = steps_for(request.route);
    return step({request, identify ? steps.identified : steps.open, allow, body}, 0);
}

Result<Response> Pipeline::step(const Run& run, std::size_t index) const {
    if (index == run.steps.size()) return run.is_checked ? handle(run.request) : finish(run);
    const RegisteredMiddleware& middleware = *run.steps[index];
    // Captured as one pointer, so that std::function keeps it inside itself.
    struct Here {
        const Pipeline& pipeline;
        const Run& run;
        std::size_t index;
        bool went_on = false;
    } here{*this, run, index};
    const observe::CurrentPlugin current(middleware.plugin, middleware.name,
                                         run.request.request_id);
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
        if (run.body) return finish_upload(request, *run.body);
        if (!forwarded_.contains(request.route->plugin))
            if (Status valid = validate(request); !valid) return std::move(valid).error();
        return perform(request);
    } catch (const std::exception& e) {
        return thrown(request, "handler", request.route->plugin, e.what());
    } catch (...) {
        return thrown(request, "handler", request.route->plugin, "not a std::exception");
    }
}

// What can be refused without the body is refused before it is read.
Result<Response> Pipeline::finish_upload(Request& request, Exchange& body) const {
    std::vector<Fault> faults;
    if (Status query =
            read_query(query_of(request.target), *request.route, request.query_parameters, faults);
        !query)
        return std::move(query).error();
    if (!faults.empty()) return invalid(std::move(faults));

    UploadedFiles files;  // gone when this returns or throws
    const auto began = std::chrono::steady_clock::now();
    auto failure = receive_upload(request, body, *uploads_, files, faults);
    request.deadline += std::chrono::steady_clock::now() - began;
    if (failure) {
        if (!failure->framing) return std::move(failure->error);
        const FramingError& error = *failure->framing;
        return problem_response(error.status, error.code, error.detail,
                                {path_of(request.target), request.request_id});
    }
    if (Status checked = check_body(request, std::move(faults)); !checked)
        return std::move(checked).error();
    return perform(request);
}

Result<Response> Pipeline::perform(Request& request) const {
    return step({request, steps_for(request.route).checked, {}, nullptr, true}, 0);
}

Result<Response> Pipeline::handle(Request& request) const {
    const observe::CurrentPlugin current(request.route->plugin, request.route->pattern,
                                         request.request_id, request.route->method);
    const ChangeCause cause{&request};
    const observe::CauseScope scope(cause);
    try {
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
