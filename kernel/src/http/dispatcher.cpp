#include "dispatcher.h"

#include <exception>
#include <utility>

#include "answer.h"
#include "body.h"
#include "framing/authority.h"
#include "observe/current_trace.h"
#include "problem.h"

namespace kitchen::http {
namespace {

constexpr std::string_view waited_too_long =
    "The request waited too long for its turn. Try again in a moment.";

/// A method is the client's text until it has been recognised.
std::string_view known_method(const std::string& method) {
    for (const std::string_view known :
         {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
        if (method == known) return known;
    return "-";
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

}  // namespace

/// A request on its way to its answer.
class Dispatcher::Pending final : public WorkerPool::Task {
public:
    Pending(Dispatcher& owner, std::shared_ptr<Exchange> to)
        : dispatcher(owner), exchange(std::move(to)) {}
    void run() noexcept override;
    void expire() noexcept override;

    Dispatcher& dispatcher;
    std::shared_ptr<Exchange> exchange;
    Request request;
    std::string_view allow;
    Time received;
};

Dispatcher::Dispatcher(const ServerOptions& options, const Router& router, const Pipeline& pipeline,
                       Logger& log, const Clock& clock, Random& random)
    : options_(options),
      router_(router),
      pipeline_(pipeline),
      log_(log),
      clock_(clock),
      ids_(random),
      public_url_(without_slash(options.public_url)),
      perimeter_(options.trusted_proxies, options.cors, public_url_) {}

// Nothing when the request goes on to its route.
std::optional<Dispatcher::Refusal> Dispatcher::refusal_of(const WireRequest& head,
                                                          const Match& match) const {
    if (const std::string* host = head.header("host"); host && !is_authority(*host))
        return Refusal{400, "bad_host", "The Host field is not a host name with an optional port."};
    switch (match.outcome) {
        case Match::Outcome::found:
            if (!perimeter_.admits(head, *match.route))
                return Refusal{403, "cross_origin",
                               "This route uses a cookie, and the page that sent the request is of "
                               "another site. "
                               "Call it from this site, or have the page's origin allowed in "
                               "server.cors.origins."};
            if (Status type = check_body_type(head.headers, *match.route); !type)
                return Refusal{status_of(type.error().kind), "unsupported_media_type",
                               std::move(type).error().detail};
            return std::nullopt;
        case Match::Outcome::options:
            if (match.route) return std::nullopt;
            return Refusal{204, "", "", match.allow};
        case Match::Outcome::bad_path:
            return Refusal{400, "bad_path",
                           "The path is not valid: it holds a broken escape, a NUL, or a '.' or "
                           "'..' segment."};
        case Match::Outcome::unknown_method:
            return Refusal{501, "unknown_method", "This server does not know that method."};
        case Match::Outcome::method_not_allowed:
            return Refusal{405, "method_not_allowed",
                           "This path takes " + std::string(match.allow) + " only.", match.allow};
        case Match::Outcome::not_found: break;
    }
    return Refusal{404, "no_such_path",
                   "There is nothing at this path. /openapi.json lists what there is."};
}

WireResponse Dispatcher::refuse(const WireRequest& head, const Refusal& refusal,
                                const Route* route) {
    const std::string request_id = ids_.choose(head.header("x-request-id"));
    // A path that could not be decoded is no URI either, and does not go into `instance`.
    const std::string_view instance =
        refusal.code == "bad_path" ? std::string_view() : path_of(head.target);
    Response response = refusal.code.empty()
                            ? Response(refusal.status)
                            : problem_response(refusal.status, refusal.code, refusal.detail,
                                               {instance, request_id});
    if (!refusal.allow.empty()) response.headers.emplace_back("Allow", refusal.allow);
    perimeter_.finish(head.method, head.headers, response);
    const std::string client = perimeter_.sender_of(head).address;
    note({.request_id = request_id,
          .trace_id = ids_.trace(head.headers).id,
          .client = client,
          .method = known_method(head.method),
          .route = route,
          .status = response.status,
          .received = clock_.steady_now(),
          .bytes = response.body.size()});
    return to_wire(std::move(response), request_id);
}

HeadDecision Dispatcher::on_head(const WireRequest& head) {
    const Match match = router_.find(head.method, head.target);
    HeadDecision decision;
    decision.body_limit =
        match.route && match.route->max_body ? *match.route->max_body : options_.body_limit;
    if (const auto refusal = refusal_of(head, match)) {
        decision.refuse = true;
        decision.refusal = refuse(head, *refusal, match.route);
    }
    return decision;
}

void Dispatcher::on_request(WireRequest request, std::shared_ptr<Exchange> exchange) {
    try {
        take(std::move(request), std::move(exchange));
    } catch (const std::exception& e) {  // the exchange has been let go, and answers 500 by itself
        log_.error("request dropped", {{"what", e.what()}});
    }
}

void Dispatcher::take(WireRequest wire, std::shared_ptr<Exchange> exchange) {
    Match match = router_.match(wire.method, wire.target);
    if (const auto refusal = refusal_of(wire, match))
        return exchange->reply(refuse(wire, *refusal, match.route));

    auto pending = std::make_unique<Pending>(*this, std::move(exchange));
    pending->allow = match.allow;
    pending->received = clock_.steady_now();
    Request& request = pending->request;
    request.route = match.route;
    request.request_id = ids_.choose(wire.header("x-request-id"));
    request.trace = ids_.trace(wire.headers);
    Sender sender = perimeter_.sender_of(wire);
    request.base_url = base_url(sender);
    request.client_address = std::move(sender.address);
    request.deadline = pending->received + options_.request_timeout;
    request.method = std::move(wire.method);
    request.target = std::move(wire.target);
    request.path = std::move(match.path);
    request.path_parameters = std::move(match.path_parameters);
    request.headers = std::move(wire.headers);
    request.body = std::move(wire.body);

    if (request.route->is_inline) return run(*pending);
    std::unique_ptr<WorkerPool::Task> task = std::move(pending);
    // By the system's clock, also under a test's: threads have to wait on something real.
    const auto expires = std::chrono::steady_clock::now() + options_.request_timeout;
    if (!pool_ || !pool_->try_post(task, expires))
        give_up(static_cast<Pending&>(*task),
                "Too many requests are waiting. Try again in a moment.");
}

void Dispatcher::Pending::run() noexcept {
    // What is thrown here is the lack of memory, or a bug of the kernel itself: the exchange then
    // answers 500 when it is let go.
    try {
        if (!exchange->client_connected()) {
            constexpr int client_closed_request = 499;  // in the log only
            dispatcher.note(access_of(*this, client_closed_request, 0));
        } else if (dispatcher.clock_.steady_now() >= request.deadline) {
            dispatcher.give_up(*this, waited_too_long);
        } else {
            dispatcher.run(*this);
        }
    } catch (const std::exception& e) {
        dispatcher.log_.error("request dropped",
                              {{"request_id", request.request_id}, {"what", e.what()}});
    }
}

void Dispatcher::Pending::expire() noexcept {
    try {
        dispatcher.give_up(*this, waited_too_long);
    } catch (const std::exception& e) {
        dispatcher.log_.error("request dropped",
                              {{"request_id", request.request_id}, {"what", e.what()}});
    }
}

void Dispatcher::run(Pending& pending) {
    const Trace& trace = pending.request.trace;
    const bool begins_here = trace.parent_id.empty();
    const observe::TraceScope scope(
        std::make_shared<const observe::CarriedTrace>(observe::CarriedTrace{
            trace, begins_here ? std::string() : RequestIds::tracestate(pending.request.headers)}));
    Result<Response> result = pipeline_.run(pending.request, pending.allow);
    reply(pending, resolve(pending.request, std::move(result), log_));
}

void Dispatcher::give_up(Pending& pending, std::string_view detail) {
    Error error(Errc::unavailable, "overloaded", std::string(detail));
    error.retry_after = std::chrono::seconds(1);
    reply(pending,
          problem_response(error, {path_of(pending.request.target), pending.request.request_id}));
}

void Dispatcher::reply(Pending& pending, Response response) {
    perimeter_.finish(pending.request.method, pending.request.headers, response);
    note(access_of(pending, response.status, response.body.size()));
    pending.exchange->reply(to_wire(std::move(response), pending.request.request_id));
}

WireResponse Dispatcher::on_framing_error(const FramingError& error, std::string_view peer,
                                          const WireRequest* head) {
    const std::string request_id = ids_.choose(head ? head->header("x-request-id") : nullptr);
    Response response = problem_response(error.status, error.code, error.detail,
                                         {head ? path_of(head->target) : "", request_id});
    if (head) perimeter_.finish(head->method, head->headers, response);
    const std::string client = head ? perimeter_.sender_of(*head).address : std::string(peer);
    const std::string trace_id = head ? ids_.trace(head->headers).id : std::string();
    note({.request_id = request_id,
          .trace_id = trace_id,
          .client = client,
          .method = head ? known_method(head->method) : "-",
          .route = head ? router_.find(head->method, head->target).route : nullptr,
          .status = error.status,
          .received = clock_.steady_now(),
          .bytes = response.body.size()});
    if (error.status == 503) response.headers.emplace_back("Retry-After", "1");
    WireResponse wire = to_wire(std::move(response), request_id);
    wire.close = true;
    return wire;
}

std::string Dispatcher::base_url(const Sender& sender) const {
    if (!public_url_.empty()) return public_url_;
    const std::string scheme = (sender.scheme.empty() ? "http" : sender.scheme) + "://";
    if (!sender.authority.empty()) return scheme + sender.authority;
    const std::string& address = options_.transport.address;
    const bool is_v6 = address.find(':') != std::string::npos;
    return scheme + (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port_);
}

Dispatcher::Access Dispatcher::access_of(const Pending& pending, int status, std::size_t bytes) {
    const Request& request = pending.request;
    return {.request_id = request.request_id,
            .trace_id = request.trace.id,
            .client = request.client_address,
            .method = known_method(request.method),
            .route = request.route,
            .status = status,
            .received = pending.received,
            .bytes = bytes,
            .principal = request.principal ? &*request.principal : nullptr};
}

// Neither path nor query: they are the client's text, and may hold what no log should.
void Dispatcher::note(const Access& access) const {
    const auto took = clock_.steady_now() - access.received;
    if (metrics_) metrics_->answered(access.route, access.method, access.status, took);
    if (!log_.enabled(LogLevel::info)) return;
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    // What could not be framed has no trace, and what has none has no user.
    const LogField fields[] = {
        {"request_id", access.request_id},
        {"method", access.method},
        {"route", access.route ? std::string_view(access.route->pattern) : "-"},
        {"status", access.status},
        {"ms", ms},
        {"bytes", access.bytes},
        {"client", access.client},
        {"trace_id", access.trace_id},
        {"user_id", access.principal ? access.principal->user_id : std::int64_t{0}}};
    log_.write(LogLevel::info, "request",
               std::span(fields).first(access.principal          ? 9
                                       : access.trace_id.empty() ? 7
                                                                 : 8));
}

}  // namespace kitchen::http
