#include "problem.h"

#include <algorithm>
#include <array>

#include "framing/response_head.h"

namespace kitchen::http {
namespace {

constexpr std::array<std::string_view, 8> own_members{"type",     "title", "status",     "detail",
                                                      "instance", "code",  "request_id", "errors"};

/// What a pointer points at, for people: "price", "element 1 of tags".
std::string subject_of(std::string_view pointer) {
    if (pointer.starts_with('?')) return std::string(pointer.substr(1));
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return "the body";
    const std::string_view name = pointer.substr(slash + 1);
    const bool is_element =
        slash > 0 && !name.empty() && name.find_first_not_of("0123456789") == name.npos;
    if (!is_element) return std::string(name);
    return "element " + std::string(name) + " of " + subject_of(pointer.substr(0, slash));
}

/// "Must be 0 or more." says of what.
std::string sentence_of(const Fault& fault) {
    const std::string_view detail = fault.detail;
    for (const std::string_view verb : {"Must ", "Is ", "May "})
        if (detail.starts_with(verb)) {
            std::string rest(detail);
            rest[0] = static_cast<char>(rest[0] + ('a' - 'A'));
            return subject_of(fault.pointer) + ' ' + rest;
        }
    return fault.detail;
}

void write_faults(JsonWriter& json, const std::vector<Fault>& faults) {
    if (faults.empty()) return;
    json.key("errors").begin_array();
    for (const Fault& fault : faults)
        json.begin_object()
            .member("pointer", fault.pointer)
            .member("code", fault.code)
            .member("detail", sentence_of(fault))
            .end_object();
    json.end_array();
}

void write_members(JsonWriter& json, const Json::Object& members) {
    for (const auto& [name, value] : members)
        if (std::find(own_members.begin(), own_members.end(), name) == own_members.end())
            json.member(name, value);
}

Response make(int status, std::string_view code, std::string_view detail,
              const ProblemContext& context, const std::vector<Fault>& faults,
              const Json::Object& members) {
    Response response(status);
    response.body.reserve(256);
    JsonWriter json(response.body);
    json.begin_object()
        .member("type", "about:blank")
        .member("title", reason_phrase(status))
        .member("status", status);
    json.member("detail", detail);
    if (!context.instance.empty()) json.member("instance", context.instance);
    json.member("code", code).member("request_id", context.request_id);
    write_faults(json, faults);
    write_members(json, members);
    json.end_object();
    response.headers.emplace_back("Content-Type", "application/problem+json");
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace

int status_of(Errc kind) noexcept {
    switch (kind) {
        case Errc::malformed: return 400;
        case Errc::unauthenticated: return 401;
        case Errc::forbidden: return 403;
        case Errc::not_found: return 404;
        case Errc::conflict:
        case Errc::unique:
        case Errc::reference:
        case Errc::check: return 409;
        case Errc::gone: return 410;
        case Errc::precondition_failed: return 412;
        case Errc::payload_too_large: return 413;
        case Errc::unsupported_media_type: return 415;
        case Errc::range_not_satisfiable: return 416;
        case Errc::unprocessable: return 422;
        case Errc::precondition_required: return 428;
        case Errc::too_many_requests: return 429;
        case Errc::unavailable:
        case Errc::busy: return 503;
        case Errc::storage_full: return 507;
        case Errc::internal:
        case Errc::corrupt: break;
    }
    return 500;
}

bool is_confidential(Errc kind) noexcept { return status_of(kind) == 500; }

Response problem_response(const Error& error, const ProblemContext& context) {
    const int status = status_of(error.kind);
    if (is_confidential(error.kind))
        return problem_response(
            status, "internal",
            "Something went wrong on our side. If it happens again, tell us the request_id.",
            context);
    Response response =
        make(status, error.code, error.detail, context, error.faults, error.members);
    auto delay = error.retry_after;
    if (!delay && status == 503) delay = std::chrono::seconds(1);
    if (delay)
        response.headers.emplace_back("Retry-After",
                                      std::to_string(std::max<std::int64_t>(delay->count(), 1)));
    return response;
}

Response problem_response(int status, std::string_view code, std::string_view detail,
                          const ProblemContext& context) {
    return make(status, code, detail, context, {}, {});
}

}  // namespace kitchen::http
