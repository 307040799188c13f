#include "openapi.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "http/framing/character_classes.h"
#include "http/routing/pattern.h"
#include "response_descriptions.h"

namespace kitchen::http {
namespace {

using Kind = PatternSegment::Kind;

const char* const description =
    "Paths may be written with or without their trailing slash. HEAD works wherever GET does, and "
    "OPTIONS everywhere. Money is an "
    "integer of minor units. Times are RFC 3339 in UTC. Errors are problem documents (RFC 9457) "
    "with a stable `code`.";

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

bool is_component_name(const std::string& name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-' || c == '_';
    });
}

class DocumentBuilder {
public:
    DocumentBuilder(const DocumentInfo& info, const std::vector<Route>& routes)
        : info_(info), routes_(routes), responses_(routes, schemas_) {}

    Json build(std::vector<std::string>& problems) {
        std::set<std::string> plugins;
        std::vector<Json> described;  // before any request: see Schema::to_json_schema
        for (const Route& route : routes_) {
            described.emplace_back();
            try {
                described.back() = responses_.of(route);
            } catch (const std::logic_error& fault) {
                add_problem(problems, route, fault);
            }
        }
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            const Route& route = routes_[i];
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
        return places_.emplace(path_shape(route), std::move(place)).first->second;
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

    Json components() {
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
                             {"responses", responses_.shared()},
                             {"headers", std::move(headers)},
                             {"securitySchemes", std::move(schemes)}});
    }

    Json shape(const Schema& schema) { return schema.to_json_schema(schemas_); }

    const DocumentInfo& info_;
    const std::vector<Route>& routes_;
    Json paths_ = Json::object();
    Json schemas_ = Json::object();
    ResponseDescriptions responses_;
    std::map<std::string, Place> places_;  ///< by shape
    std::set<std::string> operation_ids_;
};

}  // namespace

Json build_openapi(const std::vector<Route>& routes, const DocumentInfo& info,
                   std::vector<std::string>& problems) {
    return DocumentBuilder(info, routes).build(problems);
}

}  // namespace kitchen::http
