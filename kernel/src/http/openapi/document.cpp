#include "openapi.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "http/framing/character_classes.h"
#include "http/routing/pattern.h"
#include "implied_responses.h"

namespace kitchen::http {
namespace {

using Kind = PatternSegment::Kind;

constexpr std::string_view json_type = "application/json";

const char* const description =
    "Paths may be written with or without their trailing slash. HEAD works wherever GET does, and "
    "OPTIONS everywhere. Money is an "
    "integer of minor units. Times are RFC 3339 in UTC. Errors are problem documents (RFC 9457) "
    "with a stable `code`.";

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

Json reference(const std::string& where, const std::string& name) {
    return Json::object({{"$ref", "#/components/" + where + "/" + name}});
}

struct SharedHeader {
    const char* name;
    const char* text;
};
constexpr SharedHeader shared_headers[] = {
    {"X-Request-Id", "Names the request, here and in the server's log."},
    {"ETag", "The version: for If-None-Match of a read and If-Match of a change."},
    {"Location", "Where what was made lives."},
    {"Retry-After", "Seconds to wait before the next try."},
    {"WWW-Authenticate", "How to sign in."},
};

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

Json content(const std::string& type, Json schema) {
    return Json::object({{type, Json::object({{"schema", std::move(schema)}})}});
}

/// Of a body that is not described any further.
Json opaque(const std::string& type) {
    Json schema = Json::object({{"type", "string"}});
    if (!type.starts_with("text/")) schema.set("format", "binary");
    return schema;
}

bool is_component_name(const std::string& name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-' || c == '_';
    });
}

class DocumentBuilder {
public:
    explicit DocumentBuilder(const DocumentInfo& info) : info_(info) {}

    Json build(const std::vector<Route>& routes, std::vector<std::string>& problems) {
        problem_reference_ = problem_schema().to_json_schema(schemas_, SentBy::server);
        std::set<std::string> plugins;
        for (const Route& route : routes)
            if ((declares_if_match(route) && route.method != "POST") || declares_status(route, 304))
                versioned_.insert(shape_of(route));
        std::vector<Json> described;  // before any request: see Schema::to_json_schema
        for (const Route& route : routes) {
            described.emplace_back();
            try {
                described.back() = responses(route);
            } catch (const std::logic_error& fault) {
                add_problem(problems, route, fault);
            }
        }
        for (std::size_t i = 0; i < routes.size(); ++i) {
            const Route& route = routes[i];
            try {
                add(route, std::move(described[i]));
                if (!route.plugin.empty()) plugins.insert(route.plugin);
            } catch (const std::logic_error& fault) {
                add_problem(problems, route, fault);
            }
        }
        for (const auto& [name, shape] : schemas_.as_object())
            if (!is_component_name(name))
                problems.push_back(
                    "'" + name +
                    "' cannot be the name of a schema: use A-Z, a-z, 0-9, '.', '-', '_'");

        Json document = Json::object({{"openapi", "3.1.0"}});
        document.set("info",
                     Json::object({{"title", info_.title},
                                   {"version", info_.version.empty() ? "0" : info_.version},
                                   {"description", description},
                                   {"license", Json::object({{"name", "Apache 2.0"},
                                                             {"identifier", "Apache-2.0"}})}}));
        document.set("servers",
                     Json::array({Json::object(
                         {{"url", info_.server_url.empty() ? "/" : info_.server_url}})}));
        Json tags = Json::array();
        for (const std::string& plugin : plugins) {
            Json tag = Json::object({{"name", plugin}});
            const auto about = info_.plugins.find(plugin);
            if (about != info_.plugins.end()) tag.set("description", about->second);
            tags.as_array().push_back(std::move(tag));
        }
        document.set("tags", std::move(tags))
            .set("paths", std::move(paths_))
            .set("components", components());
        add_examples(document);
        return document;
    }

private:
    static void add_problem(std::vector<std::string>& problems, const Route& route,
                            const std::logic_error& fault) {
        problems.push_back(route.method + " " + route.pattern + " (plugin " + route.plugin +
                           "): " + fault.what());
    }

    /// Its path without the names of parameters.
    static std::string shape_of(const Route& route) {
        std::string shape;
        for (const PatternSegment& segment : parse_pattern(route.pattern))
            shape += segment.kind == Kind::literal ? "/" + segment.text
                     : segment.kind == Kind::rest  ? "/{*}"
                                                   : "/{}";
        return shape;
    }

    /// Whether its 200 has an ETag: what is changed with If-Match is read with one.
    bool is_versioned(const Route& route) const {
        return declares_if_match(route) || declares_status(route, 304) ||
               (route.method == "GET" && versioned_.contains(shape_of(route)));
    }

    /// Two patterns that differ in the names of their parameters only are one path: its names are
    /// those of the first.
    struct Place {
        std::string path;
        std::vector<std::string> names;
    };

    const Place& place_of(const Route& route, const std::vector<PatternSegment>& segments) {
        Place place;
        for (const PatternSegment& segment : segments) {
            const bool literal = segment.kind == Kind::literal;
            place.path += literal ? "/" + segment.text : "/{" + segment.text + "}";
            if (!literal) place.names.push_back(segment.text);
        }
        if (route.pattern.ends_with('/')) place.path += '/';
        return places_.emplace(shape_of(route), std::move(place)).first->second;
    }

    void add(const Route& route, Json described) {
        const auto segments = parse_pattern(route.pattern);
        const Place& place = place_of(route, segments);

        Json operation = Json::object({{"operationId", operation_id(route, segments)}});
        if (!route.plugin.empty()) operation.set("tags", Json::array({route.plugin}));
        if (!route.summary_text.empty()) operation.set("summary", route.summary_text);
        if (!route.description.empty()) operation.set("description", route.description);
        if (Json list = parameters(route, segments, place); list.size() > 0)
            operation.set("parameters", std::move(list));
        if (Json body = request_content(route); !body.is_null())
            operation.set("requestBody", Json::object({{"required", !route.body_optional},
                                                       {"content", std::move(body)}}));
        operation.set("responses", std::move(described));
        Json security = Json::array();
        if (route.access == Access::maybe_signed_in) security.as_array().push_back(Json::object());
        if (route.access != Access::anyone)
            for (const SignInScheme& scheme : info_.schemes)
                security.as_array().push_back(Json::object({{scheme.name, Json::array()}}));
        operation.set("security", std::move(security));
        if (route.access != Access::anyone) {
            Json scopes = Json::array();
            for (const std::string& scope : route.scopes()) scopes.as_array().emplace_back(scope);
            operation.set("x-scopes", std::move(scopes));
        }
        if (route.access == Access::operators) operation.set("x-roles", Json::array({"operator"}));
        if (route.access == Access::roles) {
            Json roles = Json::array();
            for (const std::string& role : route.allowed_roles) roles.as_array().emplace_back(role);
            operation.set("x-roles", std::move(roles));
        }

        const std::string method = ascii_lower(route.method);
        Json item = paths_[place.path];
        item.set(method, std::move(operation));
        paths_.set(place.path, std::move(item));
    }

    /// null: the route takes no body.
    Json request_content(const Route& route) {
        if (!route.upload)
            return route.body_schema ? content(route.is_form ? "application/x-www-form-urlencoded"
                                                             : "application/json",
                                               shape(*route.body_schema))
                                     : Json();
        if (route.upload->is_form) return form_content(route);
        Json out = Json::object();
        for (const std::string& type : route.upload->files.front().media_types)
            out.set(type, Json::object({{"schema", opaque("")}}));
        return out;
    }

    /// One object: the members of the route's schema, and the files.
    Json form_content(const Route& route) {
        Schema texts = *route.body_schema;
        texts.name.clear();
        Json schema = shape(texts);
        Json properties = schema["properties"];
        Json required = schema["required"];
        if (!properties.is_object()) properties = Json::object();
        if (!required.is_array()) required = Json::array();
        Json encoding = Json::object();
        for (const FileField& file : route.upload->files) {
            Json field = opaque("");
            if (file.max > 1)
                field = Json::object({{"type", "array"},
                                      {"items", std::move(field)},
                                      {"minItems", static_cast<std::int64_t>(file.min)},
                                      {"maxItems", static_cast<std::int64_t>(file.max)}});
            if (!file.description.empty()) field.set("description", file.description);
            properties.set(file.name, std::move(field));
            if (file.min > 0) required.as_array().emplace_back(file.name);
            std::string types;
            for (const std::string& type : file.media_types)
                types += (types.empty() ? "" : ", ") + type;
            encoding.set(file.name, Json::object({{"contentType", std::move(types)}}));
        }
        schema.set("properties", std::move(properties));
        if (required.size() > 0) schema.set("required", std::move(required));
        return Json::object(
            {{"multipart/form-data",
              Json::object({{"schema", std::move(schema)}, {"encoding", std::move(encoding)}})}});
    }

    /// "get_foods_by_id": from method and path, so that it stays the same as long as they do.
    std::string operation_id(const Route& route, const std::vector<PatternSegment>& segments) {
        std::string id = route.method;
        for (const PatternSegment& segment : segments)
            id += (segment.kind == Kind::literal ? "_" : "_by_") + segment.text;
        if (segments.empty()) id += "_root";
        for (char& c : id) {
            c = ascii_lower(c);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = '_';
        }
        std::string unique = id;
        for (int n = 2; !operation_ids_.insert(unique).second; ++n)
            unique = id + "_" + std::to_string(n);
        return unique;
    }

    Json parameters(const Route& route, const std::vector<PatternSegment>& segments,
                    const Place& place) {
        Json list = Json::array();
        std::size_t next = 0;
        for (const PatternSegment& segment : segments) {
            if (segment.kind == Kind::literal) continue;
            const Schema schema =
                segment.kind == Kind::id ? Schema::integer().min(1) : Schema::string().min(1);
            list.as_array().push_back(Json::object({{"name", place.names.at(next++)},
                                                    {"in", "path"},
                                                    {"required", true},
                                                    {"schema", shape(schema)}}));
        }
        for (const Parameter& p : route.query_parameters)
            list.as_array().push_back(parameter(p, "query"));
        for (const Parameter& p : route.header_parameters)
            list.as_array().push_back(parameter(p, "header"));
        for (const std::string& cookie : route.cookies)
            list.as_array().push_back(parameter({cookie, Schema::string(), ""}, "cookie"));
        return list;
    }

    Json parameter(const Parameter& p, const char* in) {
        Json schema = shape(p.schema);
        if (!p.default_value.empty()) {
            schema.set("default",
                       p.schema.type == Schema::Type::string
                           ? Json(p.default_value)
                           : parse_json(p.default_value).value_or(Json(p.default_value)));
        }
        Json out = Json::object({{"name", p.name},
                                 {"in", in},
                                 {"required", p.is_required},
                                 {"schema", std::move(schema)}});
        if (!p.description.empty()) out.set("description", p.description);
        return out;
    }

    /// Whether it made something of which a route takes If-Match.
    bool makes_versioned(const DescribedResponse& response, const Route& route) const {
        return response.status == 201 && versioned_.contains(shape_of(route) + "/{}");
    }

    static void add_fields(Json& headers, const ImpliedResponse& implied) {
        for (const std::string& field : implied.fields)
            headers.set(field, reference("headers", field));
        if (implied.status == 403)
            headers.set("WWW-Authenticate",
                        Json::object({{"description", "The scope that a client lacks."},
                                      {"schema", Json::object({{"type", "string"}})}}));
    }

    /// The headers that a route declares come with what it was asked for.
    Json headers(const DescribedResponse& response, const Route& route) {
        Json out = Json::object({{"X-Request-Id", reference("headers", "X-Request-Id")}});
        if (const ImpliedResponse* implied = find_implied(response.status))
            add_fields(out, *implied);
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

    /// A problem whose code is one of these.
    Json problem_with(const std::vector<std::string>& codes) const {
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

    /// The codes that a description names, and with them what the kernel says with that status.
    static std::vector<std::string> codes_of(const DescribedResponse& response,
                                             const Route& route) {
        std::vector<std::string> codes = codes_in(response.description);
        // Middleware of other plugins refuses what is not valid for it with codes of its own.
        if (codes.empty() || response.status == 422) return {};
        if (response.status == 404 && route.pattern.find('{') != std::string::npos)
            codes.emplace_back("no_such_path");
        if (const ImpliedResponse* implied = find_implied(response.status))
            codes.insert(codes.end(), implied->codes.begin(), implied->codes.end());
        return codes;
    }

    Json content_of(const DescribedResponse& response, const Route& route) {
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

    Json responses(const Route& route) {
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
        const bool has_path_parameters = std::any_of(
            segments.begin(), segments.end(),
            [](const PatternSegment& segment) { return segment.kind != Kind::literal; });
        for (const ImpliedResponse& implied : implied_responses())
            if (implied.applies_to(route, has_path_parameters))
                by_status.emplace(std::to_string(implied.status),
                                  reference("responses", implied.name));
        Json out = Json::object();
        for (auto& [status, response] : by_status) out.set(status, std::move(response));
        return out.set("default", reference("responses", "Problem"));
    }

    Json components() {
        Json shared = Json::object();
        const auto add_response = [&](const ImpliedResponse& implied) {
            Json fields = Json::object({{"X-Request-Id", reference("headers", "X-Request-Id")}});
            add_fields(fields, implied);
            shared.set(implied.name,
                       Json::object({{"description", implied.text},
                                     {"headers", std::move(fields)},
                                     {"content", content("application/problem+json",
                                                         problem_with(implied.codes))}}));
        };
        for (const ImpliedResponse& implied : implied_responses()) add_response(implied);
        add_response({0, "Problem", "Any other error."});
        Json headers = Json::object();
        for (const SharedHeader& header : shared_headers)
            headers.set(
                header.name,
                Json::object({{"description", header.text},
                              {"required", header.name != std::string_view("WWW-Authenticate") ||
                                               !info_.schemes.empty()},
                              {"schema", Json::object({{"type", "string"}})}}));
        Json schemes = Json::object();
        for (const SignInScheme& scheme : info_.schemes)
            schemes.set(scheme.name, Json::object({{"type", "http"},
                                                   {"scheme", scheme.name},
                                                   {"description", scheme.description}}));
        return Json::object({{"schemas", std::move(schemas_)},
                             {"responses", std::move(shared)},
                             {"headers", std::move(headers)},
                             {"securitySchemes", std::move(schemes)}});
    }

    Json shape(const Schema& schema) { return schema.to_json_schema(schemas_); }

    const DocumentInfo& info_;
    Json paths_ = Json::object();
    Json schemas_ = Json::object();
    Json problem_reference_;
    std::map<std::string, Place> places_;  ///< by shape
    std::set<std::string> versioned_;      ///< shapes of what is read or changed by its ETag
    std::set<std::string> operation_ids_;
};

}  // namespace

Json build_openapi(const std::vector<Route>& routes, const DocumentInfo& info,
                   std::vector<std::string>& problems) {
    return DocumentBuilder(info).build(routes, problems);
}

}  // namespace kitchen::http
