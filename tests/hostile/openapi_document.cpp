#include "openapi_document.h"

#include <algorithm>
#include <set>

#include "kitchen/time.h"

namespace kitchen::tests {
namespace {

// What any operation may answer under the general rule of the document, its `default` response.
constexpr int general_statuses[] = {400, 401, 404, 405, 413, 415, 422, 429, 503};

constexpr const char* known_keywords[] = {"$ref",
                                          "anyOf",
                                          "allOf",
                                          "type",
                                          "format",
                                          "minimum",
                                          "maximum",
                                          "minLength",
                                          "maxLength",
                                          "minItems",
                                          "maxItems",
                                          "enum",
                                          "items",
                                          "uniqueItems",
                                          "properties",
                                          "required",
                                          "additionalProperties",
                                          "description",
                                          "default",
                                          "pattern"};

std::size_t code_points(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

bool has_type(const std::string& type, const Json& value) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_integer();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
}

void check_bounds(const Json& schema, const char* low, const char* high, double size,
                  const std::string& where, std::vector<std::string>& out) {
    if (schema.has(low) && size < schema[low].as_number())
        out.push_back(where + " is below its " + low);
    if (schema.has(high) && size > schema[high].as_number())
        out.push_back(where + " is above its " + high);
}

}  // namespace

std::vector<Operation> OpenApiDocument::operations() const {
    std::vector<Operation> all;
    for (const auto& [path, item] : document_["paths"].as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            std::string upper = method;
            for (char& c : upper)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            all.push_back({upper, path, operation});
        }
    }
    return all;
}

const Json& OpenApiDocument::resolve(const Json& value) const {
    const Json* reference = value.find("$ref");
    if (!reference) return value;
    const Json* at = &document_;
    std::string rest = reference->as_string().substr(2);  // "#/"
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        at = &(*at)[rest.substr(0, slash)];
        rest.erase(0, std::min(slash + 1, rest.size()));
    }
    return *at;
}

std::vector<std::string> OpenApiDocument::deviations(const Operation& operation,
                                                     const testkit::HttpResponse& response) const {
    std::vector<std::string> out;
    const Json& responses = operation.description["responses"];
    const Json* promised = responses.find(std::to_string(response.status));
    if (!promised) {
        if (std::find(std::begin(general_statuses), std::end(general_statuses), response.status) !=
            std::end(general_statuses))
            promised = responses.find("default");
        if (!promised)
            return {"the status " + std::to_string(response.status) + " is not documented"};
    }
    if (response.status >= 500 && response.status != 503)
        out.push_back("the status is " + std::to_string(response.status));
    const Json& content = resolve(*promised)["content"];
    const std::string type =
        response.header("content-type").substr(0, response.header("content-type").find(';'));
    if (response.body.empty()) {
        if (content.is_object() && operation.method != "HEAD")
            out.push_back("a body is documented and there is none");
        return out;
    }
    if (!content.is_object()) {
        if (response.status < 400 && type.find("json") != std::string::npos)
            out.push_back("no body is documented and there is one");
        return out;
    }
    const Json* media = content.find(type);
    if (!media) media = content.find("*/*");
    if (!media) {
        out.push_back("the content type '" + type + "' is not documented");
    } else if (type.find("json") != std::string::npos) {
        const auto parsed = parse_json(response.body);
        if (!parsed)
            out.push_back("the body is not JSON");
        else
            validate((*media)["schema"], *parsed, "body", out);
    }
    return out;
}

void OpenApiDocument::validate(const Json& given, const Json& value, const std::string& where,
                               std::vector<std::string>& out) const {
    const Json& schema = resolve(given);
    if (!schema.is_object()) return out.push_back(where + ": the schema is missing");
    for (const auto& [keyword, ignored] : schema.as_object())
        if (std::find(std::begin(known_keywords), std::end(known_keywords), keyword) ==
                std::end(known_keywords) &&
            keyword != "x-roles")
            out.push_back(where + ": the schema has the keyword '" + keyword +
                          "', which this test does not know");
    if (const Json* all_of = schema.find("allOf"))
        for (const Json& one : all_of->as_array()) validate(one, value, where, out);
    if (const Json* any_of = schema.find("anyOf")) {
        const bool fits = std::any_of(any_of->as_array().begin(), any_of->as_array().end(),
                                      [&](const Json& choice) {
                                          std::vector<std::string> faults;
                                          validate(choice, value, where, faults);
                                          return faults.empty();
                                      });
        if (!fits) out.push_back(where + " fits none of anyOf");
        return;
    }
    if (const Json* type = schema.find("type")) validate_type(*type, value, where, out);
    if (value.is_null()) return;
    if (const Json* choices = schema.find("enum"))
        if (std::find(choices->as_array().begin(), choices->as_array().end(), value) ==
            choices->as_array().end())
            out.push_back(where + " is none of its enum: " + value.dump());
    if (value.is_number())
        check_bounds(schema, "minimum", "maximum", value.as_number(), where, out);
    if (value.is_string()) {
        check_bounds(schema, "minLength", "maxLength",
                     static_cast<double>(code_points(value.as_string())), where, out);
        if (schema["format"] == Json("date-time") && !parse_rfc3339(value.as_string()))
            out.push_back(where + " is no RFC 3339 time: " + value.dump());
    }
    if (value.is_array()) validate_array(schema, value, where, out);
    if (value.is_object()) validate_object(schema, value, where, out);
}

void OpenApiDocument::validate_type(const Json& type, const Json& value, const std::string& where,
                                    std::vector<std::string>& out) const {
    const Json::Array one{type};
    const Json::Array& choices = type.is_array() ? type.as_array() : one;
    if (std::none_of(choices.begin(), choices.end(),
                     [&](const Json& t) { return has_type(t.as_string(), value); }))
        out.push_back(where + " is no " + type.dump() + ": " + value.dump().substr(0, 100));
}

void OpenApiDocument::validate_array(const Json& schema, const Json& value,
                                     const std::string& where,
                                     std::vector<std::string>& out) const {
    check_bounds(schema, "minItems", "maxItems", static_cast<double>(value.size()), where, out);
    if (schema["uniqueItems"] == Json(true)) {
        std::set<std::string> seen;
        for (const Json& item : value.as_array())
            if (!seen.insert(item.dump()).second) out.push_back(where + " has an element twice");
    }
    if (!schema.find("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i)
        validate(schema["items"], value.as_array()[i], where + "/" + std::to_string(i), out);
}

void OpenApiDocument::validate_object(const Json& schema, const Json& value,
                                      const std::string& where,
                                      std::vector<std::string>& out) const {
    const Json& properties = schema["properties"];
    if (const Json* names = schema.find("required"))
        for (const Json& name : names->as_array())
            if (!value.find(name.as_string())) out.push_back(where + " lacks " + name.as_string());
    for (const auto& [name, member] : value.as_object()) {
        if (const Json* known = properties.find(name))
            validate(*known, member, where + "/" + name, out);
        else if (schema["additionalProperties"] == Json(false))
            out.push_back(where + " has the undocumented member '" + name + "'");
    }
}

}  // namespace kitchen::tests
