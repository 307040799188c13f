#include "isolate/described_routes.h"

#include <stdexcept>
#include <utility>

namespace kitchen::isolate {

namespace {

using http::Parameter;
using http::Route;
using http::Schema;

template <class Item, class Write>
Json list(const std::vector<Item>& items, Write write) {
    Json out = Json::array();
    for (const Item& item : items) out.as_array().push_back(write(item));
    return out;
}

Json texts(const std::vector<std::string>& items) {
    return list(items, [](const std::string& text) { return Json(text); });
}

std::vector<std::string> texts_in(const Json& json) {
    std::vector<std::string> out;
    for (const Json& text : json.as_array()) out.push_back(text.as_string());
    return out;
}

template <class Number>
Json or_null(const std::optional<Number>& number) {
    return number ? Json(static_cast<std::int64_t>(*number)) : Json();
}

template <class Number>
void read_into(std::optional<Number>& number, const Json& json) {
    if (!json.is_null()) number = static_cast<Number>(json.as_integer());
}

Json write(const Schema& schema) {
    Json out = Json::object({{"type", static_cast<int>(schema.type)},
                             {"min", or_null(schema.minimum)},
                             {"max", or_null(schema.maximum)},
                             {"choices", texts(schema.choices)},
                             {"format", static_cast<int>(schema.text_format)},
                             {"nullable", schema.nullable},
                             {"unique", schema.unique},
                             {"open", schema.allows_more},
                             {"description", schema.description},
                             {"name", schema.name},
                             {"default", schema.default_value}});
    if (schema.items) out.set("items", write(*schema.items));
    if (!schema.members.empty())
        out.set("members", list(schema.members, [](const Schema::Member& member) {
                    return Json::array(
                        {member.name, write(member.schema), member.presence == http::required});
                }));
    return out;
}

Schema read_schema(const Json& json) {
    Schema schema =
        json.has("items") ? Schema::array(read_schema(json["items"])) : Schema::string();
    schema.type = static_cast<Schema::Type>(json["type"].as_integer());
    read_into(schema.minimum, json["min"]);
    read_into(schema.maximum, json["max"]);
    schema.choices = texts_in(json["choices"]);
    schema.text_format = static_cast<http::Format>(json["format"].as_integer());
    schema.nullable = json["nullable"].as_bool();
    schema.unique = json["unique"].as_bool();
    schema.allows_more = json["open"].as_bool();
    schema.description = json["description"].as_string();
    schema.name = json["name"].as_string();
    schema.default_value = json["default"];
    if (const Json* members = json.find("members"))
        for (const Json& member : members->as_array()) {
            const Json::Array& parts = member.as_array();
            schema.members.push_back({parts.at(0).as_string(), read_schema(parts.at(1)),
                                      parts.at(2).as_bool() ? http::required : http::optional});
        }
    return schema;
}

Json write(const std::optional<Schema>& schema) { return schema ? write(*schema) : Json(); }

std::optional<Schema> schema_in(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional(read_schema(json));
}

Json write(const std::vector<Parameter>& parameters) {
    return list(parameters, [](const Parameter& p) {
        return Json::array(
            {p.name, write(p.schema), p.description, p.default_value, p.is_required});
    });
}

std::vector<Parameter> parameters_in(const Json& json) {
    std::vector<Parameter> out;
    for (const Json& parameter : json.as_array()) {
        const Json::Array& p = parameter.as_array();
        out.push_back({p.at(0).as_string(), read_schema(p.at(1)), p.at(2).as_string(),
                       p.at(3).as_string(), p.at(4).as_bool()});
    }
    return out;
}

Json write(const Route& route) {
    return Json::object(
        {{"method", route.method},
         {"pattern", route.pattern},
         {"summary", route.summary_text},
         {"description", route.description},
         {"query", write(route.query_parameters)},
         {"headers", write(route.header_parameters)},
         {"body", write(route.body_schema)},
         {"body_optional", route.body_optional},
         {"max_body", or_null(route.max_body)},
         {"responses",
          list(route.responses,
               [](const http::DescribedResponse& r) {
                   return Json::array({r.status, r.description, write(r.schema), r.content_type});
               })},
         {"response_headers", list(route.response_headers,
                                   [](const http::ResponseHeader& h) {
                                       return Json::array({h.name, h.description});
                                   })},
         {"access", static_cast<int>(route.access)},
         {"roles", texts(route.allowed_roles)},
         {"scope", route.scope_name},
         {"form", route.is_form},
         {"cookies", texts(route.cookies)}});
}

Route read_route(const Json& json) {
    Route route = Route::get(json["pattern"].as_string());
    route.method = json["method"].as_string();
    route.summary_text = json["summary"].as_string();
    route.description = json["description"].as_string();
    route.query_parameters = parameters_in(json["query"]);
    route.header_parameters = parameters_in(json["headers"]);
    route.body_schema = schema_in(json["body"]);
    route.body_optional = json["body_optional"].as_bool();
    read_into(route.max_body, json["max_body"]);
    for (const Json& response : json["responses"].as_array()) {
        const Json::Array& r = response.as_array();
        route.responses.push_back({static_cast<int>(r.at(0).as_integer()), r.at(1).as_string(),
                                   schema_in(r.at(2)), r.at(3).as_string()});
    }
    for (const Json& header : json["response_headers"].as_array())
        route.response_headers.push_back(
            {header.as_array().at(0).as_string(), header.as_array().at(1).as_string()});
    route.access = static_cast<http::Access>(json["access"].as_integer());
    route.allowed_roles = texts_in(json["roles"]);
    route.scope_name = json["scope"].as_string();
    route.is_form = json["form"].as_bool();
    route.cookies = texts_in(json["cookies"]);
    return route;
}

}  // namespace

std::vector<std::string> hindrances(const plugin::Declarations& declarations) {
    std::vector<std::string> out;
    for (const plugin::DeclaredMiddleware& middleware : declarations.middleware)
        out.push_back("its middleware '" + middleware.name +
                      "' works on the requests of other plugins");
    for (const Route& route : declarations.routes) {
        const std::string name = route.method + ' ' + route.pattern;
        if (route.upload) out.push_back(name + " takes files, which the server receives itself");
        for (const http::DescribedResponse& response : route.responses)
            if (response.content_type == "text/event-stream")
                out.push_back(name + " gives a stream without an end");
    }
    return out;
}

Json describe(const std::vector<Route>& routes) {
    return list(routes, [](const Route& route) { return write(route); });
}

std::vector<Route> read_routes(const Json& described, const std::string& plugin,
                               const http::Handler& handler) {
    std::vector<Route> routes;
    for (const Json& json : described.as_array()) {
        routes.push_back(read_route(json));
        routes.back().plugin = plugin;
        routes.back().handler = handler;
    }
    return routes;
}

}  // namespace kitchen::isolate
