#include "response_descriptions.h"

#include <algorithm>
#include <map>

#include "http/routing/pattern.h"
#include "implied_responses.h"

namespace kitchen::http {
namespace {

using Kind = PatternSegment::Kind;

constexpr std::string_view json_type = "application/json";

Schema problem_schema() {
    const Schema fault = Schema::object({
        {"pointer",
         Schema::string().describe("JSON pointer into the body, or ?name for a query parameter.")},
        {"code", Schema::string()},
        {"detail", Schema::string()},
    });
    return Schema::object(
               {
                   {"type", Schema::string()},
                   {"title", Schema::string()},
                   {"status", Schema::integer()},
                   {"detail", Schema::string().describe("A sentence a person can act on.")},
                   {"instance", Schema::string(), optional},
                   {"code", Schema::string().describe("A stable name of this very error.")},
                   {"request_id", Schema::string()},
                   {"errors", Schema::array(fault), optional},
               })
        .open()
        .named("Problem");
}

/// "…(food_name_taken, food_deleted)…": the codes that a description names in parentheses.
std::vector<std::string> codes_in(const std::string& text) {
    const auto is_code = [](const std::string& word) {
        return word.find('_') != std::string::npos &&
               std::all_of(word.begin(), word.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
               });
    };
    std::vector<std::string> codes;
    for (std::size_t open = text.find('('); open != std::string::npos;
         open = text.find('(', open + 1)) {
        const std::size_t close = std::min(text.find(')', open), text.size());
        std::string word;
        for (std::size_t i = open + 1; i <= close; ++i) {
            const char c = i < close ? text[i] : ',';
            if (c != ',' && c != ' ' && c != ';') {
                word += c;
            } else {
                if (is_code(word)) codes.push_back(word);
                word.clear();
            }
        }
    }
    return codes;
}

bool declares_if_match(const Route& route) {
    return std::any_of(route.header_parameters.begin(), route.header_parameters.end(),
                       [](const Parameter& p) { return p.name == "If-Match"; });
}
bool declares_status(const Route& route, int status) {
    return std::any_of(route.responses.begin(), route.responses.end(),
                       [&](const DescribedResponse& r) { return r.status == status; });
}

/// The codes that a description names, and with them what the kernel says with that status.
std::vector<std::string> codes_of(const DescribedResponse& response, const Route& route) {
    std::vector<std::string> codes = codes_in(response.description);
    // Middleware of other plugins refuses what is not valid for it with codes of its own.
    if (codes.empty() || response.status == 422) return {};
    if (response.status == 404 && route.pattern.find('{') != std::string::npos)
        codes.emplace_back("no_such_path");
    if (const ImpliedResponse* implied = find_implied(response.status))
        codes.insert(codes.end(), implied->codes.begin(), implied->codes.end());
    return codes;
}

void add_fields(Json& headers, const ImpliedResponse& implied) {
    for (const std::string& field : implied.fields) headers.set(field, reference("headers", field));
    if (implied.status == 403)
        headers.set("WWW-Authenticate",
                    Json::object({{"description", "The scope that a client lacks."},
                                  {"schema", Json::object({{"type", "string"}})}}));
}

}  // namespace

Json reference(const std::string& where, const std::string& name) {
    return Json::object({{"$ref", "#/components/" + where + "/" + name}});
}

Json content(const std::string& type, Json schema) {
    return Json::object({{type, Json::object({{"schema", std::move(schema)}})}});
}

Json opaque(const std::string& type) {
    Json schema = Json::object({{"type", "string"}});
    if (!type.starts_with("text/")) schema.set("format", "binary");
    return schema;
}

std::string path_shape(const Route& route) {
    std::string shape;
    for (const PatternSegment& segment : parse_pattern(route.pattern))
        shape += segment.kind == Kind::literal ? "/" + segment.text
                 : segment.kind == Kind::rest  ? "/{*}"
                                               : "/{}";
    return shape;
}

ResponseDescriptions::ResponseDescriptions(const std::vector<Route>& routes, Json& schemas)
    : schemas_(schemas),
      problem_reference_(problem_schema().to_json_schema(schemas, SentBy::server)) {
    for (const Route& route : routes)
        if ((declares_if_match(route) && route.method != "POST") || declares_status(route, 304))
            versioned_.insert(path_shape(route));
}

bool ResponseDescriptions::is_versioned(const Route& route) const {
    return declares_if_match(route) || declares_status(route, 304) ||
           (route.method == "GET" && versioned_.contains(path_shape(route)));
}

bool ResponseDescriptions::makes_versioned(const DescribedResponse& response,
                                           const Route& route) const {
    return response.status == 201 && versioned_.contains(path_shape(route) + "/{}");
}

Json ResponseDescriptions::headers(const DescribedResponse& response, const Route& route) const {
    Json out = Json::object({{"X-Request-Id", reference("headers", "X-Request-Id")}});
    if (const ImpliedResponse* implied = find_implied(response.status)) add_fields(out, *implied);
    if (response.status > 300 && response.status < 304)
        out.set("Location", reference("headers", "Location"));
    if (response.status >= 300 && response.status != 304 && response.status != 416) return out;
    if ((response.status != 204 && response.status != 416 && is_versioned(route)) ||
        makes_versioned(response, route))
        out.set("ETag", reference("headers", "ETag"));
    if (response.description.find("Location") != std::string::npos)
        out.set("Location", reference("headers", "Location"));
    for (const ResponseHeader& header : route.response_headers)
        out.set(header.name, Json::object({{"description", header.description},
                                           {"schema", Json::object({{"type", "string"}})}}));
    return out;
}

Json ResponseDescriptions::problem_with(const std::vector<std::string>& codes) const {
    if (codes.empty()) return problem_reference_;
    Json values = Json::array();
    for (const std::string& code : codes) values.as_array().emplace_back(code);
    const Json code = Json::object({{"type", "string"}, {"enum", std::move(values)}});
    return Json::object(
        {{"allOf", Json::array({problem_reference_,
                                Json::object({{"type", "object"},
                                              {"properties", Json::object({{"code", code}})},
                                              {"required", Json::array({"code"})}})})}});
}

Json ResponseDescriptions::content_of(const DescribedResponse& response, const Route& route) {
    if (!response.schema && response.content_type != json_type)
        return content(response.content_type, opaque(response.content_type));
    if (!response.schema)
        return content("application/problem+json", problem_with(codes_of(response, route)));
    Json schema = response.schema->to_json_schema(schemas_, SentBy::server);
    if (response.content_type != "text/event-stream")
        return content(response.content_type, std::move(schema));
    // The schema is of one event's data, and the body is a text without an end.
    Json stream = content(response.content_type,
                          Json::object({{"type", "string"},
                                        {"description",
                                         "Server-sent events, for as long as the client "
                                         "stays; x-event-data is the JSON in each `data:`."}}));
    stream.as_object().front().second.set("x-event-data", std::move(schema));
    return stream;
}

Json ResponseDescriptions::of(const Route& route) {
    std::map<std::string, Json> by_status;
    const auto slot_of = [&](const DescribedResponse& response) -> Json& {
        Json& slot = by_status[std::to_string(response.status)];
        if (slot.is_null())
            slot = Json::object(
                {{"description", response.description}, {"headers", headers(response, route)}});
        return slot;
    };
    for (const DescribedResponse& response : route.responses) {
        Json& slot = slot_of(response);
        // An error without a shape of its own is a problem.
        const bool is_described = response.schema || response.content_type != json_type;
        if (!is_described && response.status < 400) continue;
        Json all = slot["content"];
        const auto add = [&all](Json content) {
            for (auto& [type, media] : content.as_object()) all.set(type, std::move(media));
        };
        add(content_of(response, route));
        // The kernel refuses some requests before the route is asked.
        if (is_described && find_implied(response.status))
            add(content("application/problem+json", problem_reference_));
        slot.set("content", std::move(all));
    }
    if (route.method == "GET" && is_versioned(route) && !declares_status(route, 304))
        slot_of({304, "If-None-Match has its ETag", std::nullopt});
    const auto segments = parse_pattern(route.pattern);
    const bool has_path_parameters =
        std::any_of(segments.begin(), segments.end(),
                    [](const PatternSegment& segment) { return segment.kind != Kind::literal; });
    for (const ImpliedResponse& implied : implied_responses())
        if (implied.applies_to(route, has_path_parameters))
            by_status.emplace(std::to_string(implied.status), reference("responses", implied.name));
    Json out = Json::object();
    for (auto& [status, response] : by_status) out.set(status, std::move(response));
    return out.set("default", reference("responses", "Problem"));
}

Json ResponseDescriptions::shared() const {
    Json shared = Json::object();
    const auto add_response = [&](const ImpliedResponse& implied) {
        Json fields = Json::object({{"X-Request-Id", reference("headers", "X-Request-Id")}});
        add_fields(fields, implied);
        shared.set(implied.name, Json::object({{"description", implied.text},
                                               {"headers", std::move(fields)},
                                               {"content", content("application/problem+json",
                                                                   problem_with(implied.codes))}}));
    };
    for (const ImpliedResponse& implied : implied_responses()) add_response(implied);
    add_response({0, "Problem", "Any other error."});
    return shared;
}

}  // namespace kitchen::http
