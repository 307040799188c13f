#include "dispatcher.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "kitchen/ip.h"
#include "observe/current_trace.h"
#include "problem.h"
#include "request_body.h"

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

/// What has been decided about a request; later the request itself, on its way to its response.
class Dispatcher::Pending final : public HeadDecision, public WorkerPool::Task {
public:
    explicit Pending(Dispatcher& owner) : dispatcher(owner) {}
    ~Pending() override { dispatcher.end_upload(*this); }
    void run() noexcept override;
    void expire() noexcept override;

    Dispatcher& dispatcher;
    std::string_view allow;   ///< the methods of its path, for OPTIONS
    std::string_view origin;  ///< that sent it, when CORS allows it; else ""
    // From on_request():
    std::unique_ptr<Request> request;
    std::shared_ptr<Exchange> exchange;
    Time received;
    std::optional<std::string>
        uploader;  ///< from begin_upload() to end_upload(): its key in uploads_
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
      shield_(options.trusted_proxies, options.cors, public_url_) {}

// Nothing when the request goes on to its route.
std::optional<Dispatcher::Refusal> Dispatcher::refusal_of(const Request& head, const Match& match,
                                                          const Sender& sender) const {
    switch (match.outcome) {
        case Match::Outcome::found:
            if (!options_.is_inner && !shield_.admits(head, sender, *match.route))
                return Refusal{403, "cross_origin",
                               "This route uses a cookie, and the page that sent the request is of "
                               "another site. "
                               "Call it from this site, or have the page's origin allowed in "
                               "server.cors.origins."};
            if (Status type = check_body_type(head.headers, *match.route); !type)
                return Refusal{status_of(type.error().kind), type.error().code,
                               type.error().detail};
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

Response Dispatcher::refuse(const Request& head, const Pending& pending, const Refusal& refusal) {
    // A path that could not be decoded is no URI either, and does not go into `instance`.
    const std::string_view instance =
        refusal.code == "bad_path" ? std::string_view() : path_of(head.target);
    Response response = refusal.code.empty()
                            ? Response(refusal.status)
                            : problem_response(refusal.status, refusal.code, refusal.detail,
                                               {instance, head.request_id});
    if (!refusal.allow.empty()) response.headers.emplace_back("Allow", refusal.allow);
    shield_.cors().add_fields(head, pending.origin, response);
    response.headers.emplace_back("X-Request-Id", head.request_id);
    note(access_of(head, response.status, clock_.steady_now(), response.body.size()));
    return response;
}

std::unique_ptr<HeadDecision> Dispatcher::on_head(Request& head) {
    auto pending = std::make_unique<Pending>(*this);
    Match match = router_.match(head.method, head.target);
    Sender sender = shield_.sender_of(head);
    pending->allow = match.allow;
    pending->origin = shield_.cors().origin_of(head.headers);
    pending->body_limit =
        match.route && match.route->max_body ? *match.route->max_body : options_.body_limit;
    pending->streams_body = match.outcome == Match::Outcome::found && match.route->upload;
    auto refusal = refusal_of(head, match, sender);

    head.route = match.route;
    head.path = std::move(match.path);
    head.path_parameters = std::move(match.path_parameters);
    head.base_url = base_url(sender);
    head.client_address = std::move(sender.address);
    head.request_id = ids_.choose(head.header("x-request-id"));
    head.trace = ids_.trace(head.headers);
    if (refusal) pending->refusal = refuse(head, *pending, *refusal);
    return pending;
}

void Dispatcher::on_request(std::unique_ptr<Request> request,
                            std::unique_ptr<HeadDecision> decision,
                            std::shared_ptr<Exchange> exchange) {
    std::unique_ptr<Pending> pending(static_cast<Pending*>(decision.release()));
    pending->request = std::move(request);
    pending->exchange = std::move(exchange);
    pending->received = clock_.steady_now();
    pending->request->deadline = pending->received + options_.request_timeout;
    if (pending->request->route->is_inline) return pending->run();
    const bool streams_body = pending->streams_body;
    if (streams_body && !begin_upload(*pending)) {
        Error error(Errc::too_many_requests, "too_many_uploads",
                    "You have too many uploads under way. Try again when one has ended.");
        error.retry_after = std::chrono::seconds(1);
        return respond(*pending, problem_response(error, {path_of(pending->request->target),
                                                          pending->request->request_id}));
    }
    std::unique_ptr<WorkerPool::Task> task = std::move(pending);
    // By the system's clock, also under a test's: threads have to wait on something real.
    const auto expires = std::chrono::steady_clock::now() + options_.request_timeout;
    WorkerPool* const pool = streams_body ? upload_pool_ : pool_;
    if (!pool || !pool->try_post(task, expires))
        give_up(static_cast<Pending&>(*task),
                "Too many requests are waiting. Try again in a moment.");
}

void Dispatcher::Pending::run() noexcept {
    // What is thrown here is the lack of memory, or a bug of the kernel itself: the exchange then
    // responds 500 when it is dropped.
    try {
        if (!exchange->client_connected()) {
            constexpr int client_closed_request = 499;  // in the log only
            dispatcher.note(access_of(*request, client_closed_request, received, 0));
        } else if (dispatcher.clock_.steady_now() >= request->deadline) {
            dispatcher.give_up(*this, waited_too_long);
        } else {
            dispatcher.run(*this);
        }
    } catch (const std::exception& e) {
        dispatcher.log_.error("request dropped",
                              {{"request_id", request->request_id}, {"what", e.what()}});
    }
}

void Dispatcher::Pending::expire() noexcept {
    try {
        dispatcher.give_up(*this, waited_too_long);
    } catch (const std::exception& e) {
        dispatcher.log_.error("request dropped",
                              {{"request_id", request->request_id}, {"what", e.what()}});
    }
}

void Dispatcher::run(Pending& pending) {
    Request& request = *pending.request;
    const bool begins_here = request.trace.parent_id.empty();
    const observe::TraceScope scope(
        std::make_shared<const observe::CarriedTrace>(observe::CarriedTrace{
            request.trace, begins_here ? std::string() : RequestIds::tracestate(request.headers)}));
    Result<Response> result = pipeline_.run(
        request, pending.allow, pending.streams_body ? pending.exchange.get() : nullptr);
    respond(pending, finish_response(request, std::move(result), log_,
                                     options_.is_inner ? nullptr : &compressor_));
}

void Dispatcher::give_up(Pending& pending, std::string_view detail) {
    Error error(Errc::unavailable, "overloaded", std::string(detail));
    error.retry_after = std::chrono::seconds(1);
    respond(pending, problem_response(
                         error, {path_of(pending.request->target), pending.request->request_id}));
}

// Slow uploads of one client must not take the threads from all others.
bool Dispatcher::begin_upload(Pending& pending) {
    std::string client = client_network(pending.request->client_address);
    const std::lock_guard lock(uploads_mutex_);
    unsigned& count = uploads_[client];
    if (count >= std::max(1u, options_.upload_threads / 4)) return false;
    ++count;
    pending.uploader = std::move(client);
    return true;
}

void Dispatcher::end_upload(Pending& pending) noexcept {
    if (!pending.uploader) return;
    const std::lock_guard lock(uploads_mutex_);
    const auto uploads = uploads_.find(*pending.uploader);
    if (--uploads->second == 0) uploads_.erase(uploads);
    pending.uploader.reset();
}

void Dispatcher::respond(Pending& pending, Response response) {
    end_upload(pending);  // before the client knows, and sends the next
    const Request& request = *pending.request;
    shield_.cors().add_fields(request, pending.origin, response);
    response.headers.emplace_back("X-Request-Id", request.request_id);
    note(access_of(request, response.status, pending.received, response.body_size()));
    pending.exchange->reply(std::move(response));
}

Response Dispatcher::on_framing_error(const FramingError& error, std::string_view peer,
                                      const Request* head, const HeadDecision* decision) {
    const std::string request_id = head ? head->request_id : ids_.choose(nullptr);
    Response response = problem_response(error.status, error.code, error.detail,
                                         {head ? path_of(head->target) : "", request_id});
    if (error.status == 503) response.headers.emplace_back("Retry-After", "1");
    const Time now = clock_.steady_now();
    if (head) {
        shield_.cors().add_fields(*head, static_cast<const Pending*>(decision)->origin, response);
        note(access_of(*head, error.status, now, response.body.size()));
    } else {
        note({.request_id = request_id,
              .client = peer,
              .method = "-",
              .status = error.status,
              .received = now,
              .bytes = response.body.size()});
    }
    response.headers.emplace_back("X-Request-Id", request_id);
    return response;
}

std::string Dispatcher::base_url(const Sender& sender) const {
    if (!public_url_.empty()) return public_url_;
    const std::string scheme = (sender.scheme.empty() ? "http" : sender.scheme) + "://";
    if (!sender.authority.empty()) return scheme + sender.authority;
    const std::string& address = options_.transport.address;
    const bool is_v6 = address.find(':') != std::string::npos;
    return scheme + (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port_);
}

Dispatcher::Access Dispatcher::access_of(const Request& request, int status, Time received,
                                         std::size_t bytes) {
    return {.request_id = request.request_id,
            .trace_id = request.trace.id,
            .client = request.client_address,
            .method = known_method(request.method),
            .route = request.route,
            .status = status,
            .received = received,
            .bytes = bytes,
            .principal = request.principal ? &*request.principal : nullptr};
}

// Neither path nor query: they are the client's text, and may hold what no log should.
void Dispatcher::note(const Access& access) const {
    const auto took = clock_.steady_now() - access.received;
    if (metrics_) metrics_->answered(access.route, access.method, access.status, took);
    if (options_.is_inner || !log_.enabled(LogLevel::info)) return;
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
