#include "answer.h"

#include <algorithm>

#include "framing/octets.h"
#include "kitchen/http/route.h"
#include "pipeline.h"
#include "problem.h"
#include "routing/request_path.h"
#include "sdk/entity_tag.h"

namespace kitchen::http {
namespace {

const std::string* find_field(const Fields& fields, std::string_view lower_case_name) noexcept {
    for (const auto& [name, value] : fields)
        if (octets::equal_ignoring_case(name, lower_case_name)) return &value;
    return nullptr;
}

void log_error(const Request& request, const Error& error, Logger& log) {
    const int status = status_of(error.kind);
    if (status < 500 || error.code == exception_code) return;
    const LogLevel level = is_confidential(error.kind) ? LogLevel::error : LogLevel::warn;
    if (!log.enabled(level)) return;
    const LogField fields[] = {{"request_id", request.request_id},
                               {"method", request.method},
                               {"route", request.route->pattern},
                               {"status", status},
                               {"code", error.code},
                               {"detail", error.detail},
                               {"subject", error.subject}};
    log.write(level, "request failed", fields);
}

/// RFC 9110 section 13.1.2.
bool is_not_modified(const Request& request, const Response& response) {
    if (response.status != 200 || response.stream ||
        (request.method != "GET" && request.method != "HEAD"))
        return false;
    const std::string* tag = find_field(response.headers, "etag");
    return tag &&
           std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& field) {
               return field.first == "if-none-match" &&
                      entity_tag_listed(field.second, *tag, TagComparison::weak);
           });
}

/// What a 304 keeps: all but what describes the body that it does not have. Content-Security-Policy
/// and the like are about the page, and browsers take a 304's for the one they have (RFC 9111,
/// section 3.2).
void strip_to_not_modified(Response& response) {
    response.status = 304;
    response.body.clear();
    std::erase_if(response.headers, [](const auto& field) {
        constexpr std::string_view representation[] = {"content-type", "content-length",
                                                       "content-encoding", "content-language",
                                                       "content-range"};
        return std::any_of(
            std::begin(representation), std::end(representation),
            [&](std::string_view name) { return octets::equal_ignoring_case(field.first, name); });
    });
}

/// Where nobody signs in by HTTP Basic, a wrong one-time code must not open the browser's password
/// dialog.
void drop_basic_challenge(const Request& request, Response& response) {
    if (response.status != 401 || request.route->access != Access::anyone ||
        request.header("authorization"))
        return;
    std::erase_if(response.headers, [](const auto& field) {
        constexpr std::string_view basic = "basic ";
        return octets::equal_ignoring_case(field.first, "www-authenticate") &&
               octets::equal_ignoring_case(std::string_view(field.second).substr(0, basic.size()),
                                           basic);
    });
}

class OpenStream final : public EventStream {
public:
    explicit OpenStream(std::shared_ptr<WireStream> wire) : wire_(std::move(wire)) {}
    bool write(std::string_view bytes) override { return wire_->write(bytes); }
    void close() override { wire_->close(); }
    bool is_open() const override { return wire_->is_open(); }
    void on_close(std::function<void()> callback) override { wire_->on_close(std::move(callback)); }

private:
    const std::shared_ptr<WireStream> wire_;
};

}  // namespace

Response resolve(const Request& request, Result<Response> result, Logger& log) {
    const ProblemContext context{path_of(request.target), request.request_id};
    Response response;
    if (!result) {
        log_error(request, result.error(), log);
        response = problem_response(result.error(), context);
    } else if (result->status < 200 || result->status > 599) {
        const Error error(
            Errc::internal, "bad_status",
            "The handler answered with status " + std::to_string(result->status) + ".");
        log_error(request, error, log);
        response = problem_response(error, context);
    } else {
        response = *std::move(result);
    }
    if (is_not_modified(request, response)) strip_to_not_modified(response);
    drop_basic_challenge(request, response);
    if (request.method == "HEAD") response.stream = nullptr;
    response.headers.insert(response.headers.end(), request.answer_fields.begin(),
                            request.answer_fields.end());
    if (request.route->access != Access::anyone && !find_field(response.headers, "cache-control"))
        response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

WireResponse to_wire(Response response, const std::string& request_id) {
    WireResponse wire;
    wire.status = response.status;
    wire.headers = std::move(response.headers);
    wire.headers.reserve(wire.headers.size() + 1);
    wire.headers.emplace_back("X-Request-Id", request_id);
    wire.body = std::move(response.body);
    if (response.stream) {
        wire.stream = [open = std::move(response.stream)](std::shared_ptr<WireStream> stream) {
            try {
                open(std::make_shared<OpenStream>(stream));
            } catch (...) {
                stream->close();  // the head has been sent: there is no other way left to say that
                                  // it failed
            }
        };
    }
    return wire;
}

}  // namespace kitchen::http
