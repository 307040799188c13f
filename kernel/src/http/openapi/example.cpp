#include "openapi.h"

#include <algorithm>

namespace kitchen::http {
namespace {

constexpr int max_depth = 8;

std::string schema_text(const Json& value) {
    return value.is_string() ? value.as_string() : std::string();
}

std::string example_text(const Json& schema) {
    const std::string format = schema_text(schema["format"]);
    if (format == "email") return "ada@example.com";
    if (format == "date-time") return "2026-01-31T09:05:00.000Z";
    if (format == "uri") return "https://example.com/";
    const bool is_digits = schema_text(schema["pattern"]).find("[0-9]") != std::string::npos;
    std::string text = is_digits ? "123456" : "text";
    const auto bound = [&](const char* name, std::size_t otherwise) {
        return schema[name].is_integer()
                   ? static_cast<std::size_t>(std::min<std::int64_t>(schema[name].as_integer(), 64))
                   : otherwise;
    };
    while (text.size() < bound("minLength", 0)) text += is_digits ? '0' : 'x';
    text.resize(std::min(text.size(), bound("maxLength", text.size())));
    return text;
}

Json example(const Json& openapi, const Json& schema, int depth) {
    if (depth == max_depth) return nullptr;
    if (schema.find("default")) return schema["default"];
    if (const Json* reference = schema.find("$ref")) {
        const std::string pointer = schema_text(*reference);
        return example(openapi,
                       openapi["components"]["schemas"][pointer.substr(pointer.rfind('/') + 1)],
                       depth + 1);
    }
    if (const Json* any_of = schema.find("anyOf"))
        return example(openapi, any_of->as_array().front(), depth + 1);
    if (const Json* values = schema.find("enum")) return values->as_array().front();
    const Json& type_member = schema["type"];
    const std::string type =
        schema_text(type_member.is_array() ? type_member.as_array().front() : type_member);
    if (type == "boolean") return true;
    if (type == "integer" || type == "number")
        return schema.has("minimum")   ? schema["minimum"]
               : schema.has("maximum") ? schema["maximum"]
                                       : Json(1);
    if (type == "string") return example_text(schema);
    if (type == "array") return Json::array({example(openapi, schema["items"], depth + 1)});
    Json out = Json::object();
    if (schema["properties"].is_object())
        for (const auto& [name, member] : schema["properties"].as_object())
            out.set(name, example(openapi, member, depth + 1));
    return out;
}

/// Inside single quotes of a shell.
std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

/// One -F for each field.
std::string form_example(const Json& openapi, const Json& schema) {
    std::string out;
    for (const auto& [name, member] : schema["properties"].as_object()) {
        const Json& value = member["type"] == Json("array") ? member["items"] : member;
        const Json text = example(openapi, value, 0);
        out += " \\\n  -F " + shell_quoted(name + "=" +
                                           (value["format"] == Json("binary") ? "@FILE"
                                            : text.is_string()                ? text.as_string()
                                                                              : text.dump()));
    }
    return out;
}

}  // namespace

Json example_of(const Json& openapi, const Json& schema) { return example(openapi, schema, 0); }

std::string curl_example(const Json& openapi, const std::string& path, const std::string& method,
                         const Json& operation) {
    std::string url = path;
    std::string query;
    if (operation["parameters"].is_array()) {
        for (const Json& parameter : operation["parameters"].as_array()) {
            const std::string in = schema_text(parameter["in"]);
            const std::string name = schema_text(parameter["name"]);
            const Json value = example_of(openapi, parameter["schema"]);
            const std::string text = value.is_string() ? value.as_string() : value.dump();
            const std::string slot = "{" + name + "}";
            if (in == "path") url.replace(url.find(slot), slot.size(), text);
            if (in == "query" && parameter["required"] == Json(true))
                query += (query.empty() ? "?" : "&") + name + "=" + text;
        }
    }
    const Json& servers = openapi["servers"];
    std::string base =
        servers.size() > 0 ? schema_text(servers.as_array().front()["url"]) : std::string();
    if (!base.starts_with("http")) base = "http://localhost:8080";
    std::string out = "curl";
    if (method != "GET") out += " -X " + method;
    if (operation["security"].size() > 0) out += " -u USER_ID:PASSWORD";
    if (operation.has("requestBody")) {
        const auto& [type, media] = operation["requestBody"]["content"].as_object().front();
        if (type == "application/json")
            out += " -H 'Content-Type: application/json' \\\n  -d " +
                   shell_quoted(example_of(openapi, media["schema"]).dump());
        else if (type == "multipart/form-data")
            out += form_example(openapi, media["schema"]);
        else
            out += " -H 'Content-Type: " + type + "' \\\n  --data-binary @FILE";
        out += " \\\n ";
    }
    return out + " " + shell_quoted(base + url + query);
}

namespace {

/// Of a request only what must be sent, when something must: optional members may exclude each
/// other.
Json request_example(const Json& whole, const Json& schema) {
    Json example = example_of(whole, schema);
    const Json* reference = schema.find("$ref");
    const std::string name =
        reference ? reference->as_string().substr(reference->as_string().rfind('/') + 1) : "";
    const Json& shape = reference ? whole["components"]["schemas"][name] : schema;
    if (!example.is_object() || !shape["required"].is_array()) return example;
    const Json::Array& required = shape["required"].as_array();
    std::erase_if(example.as_object(), [&](const auto& member) {
        return std::find(required.begin(), required.end(), Json(member.first)) == required.end();
    });
    return example;
}

}  // namespace

void add_examples(Json& document) {
    const Json whole = document;
    const auto add = [&](Json& content, const auto& make) {
        for (auto& [type, media] : content.as_object())
            if (type == "application/json") media.set("example", make(whole, media["schema"]));
    };
    const auto member = [](Json& object, std::string_view name) -> Json* {
        for (auto& [key, value] : object.as_object())
            if (key == name) return &value;
        return nullptr;
    };
    for (auto& [path, item] : member(document, "paths")->as_object()) {
        for (auto& [method, operation] : item.as_object()) {
            if (Json* body = member(operation, "requestBody"))
                add(*member(*body, "content"), request_example);
            for (auto& [status, response] : member(operation, "responses")->as_object())
                if (Json* content = member(response, "content")) add(*content, example_of);
        }
    }
}

}  // namespace kitchen::http
