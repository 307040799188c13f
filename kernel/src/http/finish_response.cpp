#include "pipeline.h"

#include <algorithm>

#include "framing/character_classes.h"
#include "kitchen/http/route.h"
#include "problem.h"
#include "routing/request_path.h"
#include "sdk/entity_tag.h"

namespace kitchen::http {
namespace {

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

/// RFC 9110 section 13.1.2. A tag of either variant will do: what it stands for is the same.
bool is_not_modified(const Request& request, const Response& response) {
    if (response.status != 200 || response.stream ||
        (request.method != "GET" && request.method != "HEAD"))
        return false;
    const std::string* tag = response.header("etag");
    if (!tag) return false;
    const std::string compressed = gzip_tag(*tag);
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& field) {
        return field.first == "if-none-match" &&
               (entity_tag_listed(field.second, *tag, TagComparison::weak) ||
                entity_tag_listed(field.second, compressed, TagComparison::weak));
    });
}

/// What a 304 keeps: all but what describes the body that it does not have. Content-Security-Policy
/// and the like are about the page, and browsers take a 304's for the one they have (RFC 9111,
/// section 3.2).
void strip_to_not_modified(Response& response) {
    response.status = 304;
    response.body.clear();
    response.file.reset();
    std::erase_if(response.headers, [](const auto& field) {
        constexpr std::string_view representation[] = {"content-type", "content-length",
                                                       "content-encoding", "content-language",
                                                       "content-range"};
        return std::any_of(std::begin(representation), std::end(representation),
                           [&](std::string_view name) {
                               return characters::equal_ignoring_case(field.first, name);
                           });
    });
}

/// The client sees the routes below the path of server.public_url.
void add_prefix(const Request& request, Response& response) {
    const std::string_view prefix = path_of_url(request.base_url);
    if (prefix.empty()) return;
    for (auto& [name, value] : response.headers)
        if (characters::equal_ignoring_case(name, "location") && value.starts_with('/') &&
            !value.starts_with("//"))
            value.insert(0, prefix);
}

}  // namespace

Response finish_response(const Request& request, Result<Response> result, Logger& log,
                         Compressor* compressor) {
    const ProblemContext context{path_of(request.target), request.request_id};
    Response response;
    if (!result) {
        log_error(request, result.error(), log);
        response = problem_response(result.error(), context);
    } else if (result->status < 200 || result->status > 599) {
        const Error error(
            Errc::internal, "bad_status",
            "The handler responded with status " + std::to_string(result->status) + ".");
        log_error(request, error, log);
        response = problem_response(error, context);
    } else {
        response = *std::move(result);
    }
    add_prefix(request, response);
    const bool has_variants = compressor && is_compressible(request, response);
    const bool compresses = has_variants && accepts_gzip(request.headers);
    if (has_variants) response.headers.emplace_back("Vary", "Accept-Encoding");
    const std::string* const found = response.header("etag");
    const std::string tag = found ? *found : std::string();
    const bool is_unchanged = is_not_modified(request, response);
    if (compresses && !tag.empty()) response.set_header("ETag", gzip_tag(tag));
    if (is_unchanged)
        strip_to_not_modified(response);
    else if (compresses)
        compressor->compress(request, tag, response);
    if (request.method == "HEAD") response.stream = nullptr;
    response.headers.insert(response.headers.end(), request.response_fields.begin(),
                            request.response_fields.end());
    if (!response.header("cache-control")) {
        // What all may read, caches may keep, and ask with its ETag whether it still is so.
        const bool is_public =
            request.route->access == Access::anyone && request.route->method == "GET";
        response.headers.emplace_back("Cache-Control", is_public ? "no-cache" : "no-store");
    }
    return response;
}

}  // namespace kitchen::http
