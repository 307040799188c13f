#include "request_body.h"

#include <algorithm>

#include "framing/character_classes.h"
#include "kitchen/text.h"
#include "multipart/field_value.h"
#include "routing/query.h"
#include "sdk/percent.h"
#include "uploads/receive_upload.h"

namespace kitchen::http {
namespace {

const std::string* find(const Fields& fields, std::string_view name) noexcept {
    for (const auto& [key, value] : fields)
        if (key == name) return &value;
    return nullptr;
}

bool is_body_announced(const Fields& headers) noexcept {
    const std::string* length = find(headers, "content-length");
    return (length && length->find_first_not_of('0') != std::string::npos) ||
           find(headers, "transfer-encoding");
}

Error other_type(std::string detail) {
    return Error(Errc::unsupported_media_type, "unsupported_media_type", std::move(detail));
}

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

Status check_upload_type(const std::string* type, const Upload& upload) {
    const auto parsed = type ? parse_field_value(*type) : std::nullopt;
    if (upload.is_form) {
        if (!parsed || parsed->value != "multipart/form-data")
            return other_type("Send the body as a form, with Content-Type: multipart/form-data.");
        if (!boundary_of(*parsed))
            return Error(Errc::malformed, "bad_boundary",
                         "The Content-Type names no boundary, or one that is not allowed.");
        return {};
    }
    if (parsed && is_listed(parsed->value, upload.files.front().media_types)) return {};
    std::string list;
    for (const std::string& listed : upload.files.front().media_types)
        list += (list.empty() ? "" : ", ") + listed;
    return other_type("Send a file with one of these as its Content-Type: " + list + ".");
}

Status check_type(const Fields& headers, const Route& route) {
    const std::string* type = find(headers, "content-type");
    if (route.upload) {
        if (Status status = check_upload_type(type, *route.upload); !status) return status;
    } else if (route.is_form) {
        const auto parsed = type ? parse_field_value(*type) : std::nullopt;
        if (!parsed || parsed->value != form_type)
            return other_type(
                "Send the body as a form, with Content-Type: " + std::string(form_type) + ".");
    } else if (!type || !is_json_type(*type)) {
        return other_type("Send the body as JSON, with Content-Type: application/json.");
    }
    const std::string* coding = find(headers, "content-encoding");
    if (coding && !characters::equal_ignoring_case(*coding, "identity"))
        return Error(Errc::unsupported_media_type, "unsupported_content_encoding",
                     "Send the body as it is, without Content-Encoding.");
    return {};
}

/// The fields of a form as members of an object.
Result<Json> parse_form(std::string_view body, const Schema& schema) {
    Json fields = Json::object();
    while (!body.empty()) {
        const std::size_t end = std::min(body.find('&'), body.size());
        const std::string_view pair = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = percent_decode(pair.substr(0, equals), Plus::space);
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
        if (!name || !value)
            return Error(Errc::malformed, "bad_form",
                         "The body is not percent-encoded UTF-8 text without NUL.");
        const auto member = std::find_if(schema.members.begin(), schema.members.end(),
                                         [&](const auto& m) { return m.name == *name; });
        if (member == schema.members.end() || value->empty()) continue;
        if (fields.find(*name))
            return Error(Errc::malformed, "duplicate_field",
                         "The form has the field '" + *name + "' more often than is allowed.");
        fields.set(*name, value_of(*std::move(value), member->schema));
    }
    return fields;
}

/// The blank that a keyboard puts behind an email address is no part of it.
void trim_emails(Json& body, const Schema& schema) {
    for (const Schema::Member& member : schema.members) {
        if (member.schema.text_format != Format::email) continue;
        const Json* text = body.find(member.name);
        if (text && text->is_string()) body.set(member.name, trimmed(text->as_string()));
    }
}

/// Some clients send a body with everything: "{}" and the like say no more than none at all.
bool means_nothing(const std::string& body) {
    if (without_blanks(body, " \t\r\n").empty()) return true;
    if (body.size() > 16) return false;
    const auto json = parse_json(body);
    return json &&
           (json->is_null() || ((json->is_object() || json->is_array()) && json->size() == 0) ||
            *json == Json(""));
}

}  // namespace

bool is_json_type(std::string_view content_type) noexcept {
    std::size_t end = std::min(content_type.find(';'), content_type.size());
    if (!characters::equal_ignoring_case(without_blanks(content_type.substr(0, end)),
                                         "application/json"))
        return false;
    while (end != content_type.size()) {
        content_type.remove_prefix(end + 1);
        end = std::min(content_type.find(';'), content_type.size());
        const std::string_view parameter = without_blanks(content_type.substr(0, end));
        const std::size_t equals = std::min(parameter.find('='), parameter.size());
        if (!characters::equal_ignoring_case(parameter.substr(0, equals), "charset")) continue;
        std::string_view charset = parameter.substr(std::min(equals + 1, parameter.size()));
        if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
            charset = charset.substr(1, charset.size() - 2);
        if (!characters::equal_ignoring_case(charset, "utf-8")) return false;
    }
    return true;
}

Status check_body_type(const Fields& headers, const Route& route) {
    if ((!route.body_schema && !route.upload) || !is_body_announced(headers)) return {};
    return check_type(headers, route);
}

Status read_body(Request& request, const Route& route, std::vector<Fault>& faults) {
    if (!route.body_schema) {
        if (!means_nothing(request.body))
            faults.push_back({"", "unexpected_body", "This route takes no body; send none."});
        return {};
    }
    // An empty object is looked at: the schema may want a member of it.
    const bool is_object = request.body.find('{') != std::string::npos;
    if (!route.is_form && (request.body.empty() ||
                           (route.body_optional && !is_object && means_nothing(request.body)))) {
        if (!route.body_optional) faults.push_back({"", "required", "A JSON body is required."});
        return {};
    }
    if (route.is_form) {
        auto form = parse_form(request.body, *route.body_schema);
        if (!form) return std::move(form).error();
        request.json = *std::move(form);
    } else {
        JsonError error;
        auto json = parse_json(request.body, &error);
        if (error.out_of_range) {
            faults.push_back(
                {*std::move(error.out_of_range), "out_of_range", std::move(error.detail)});
            return {};
        }
        if (!json) return Error(Errc::malformed, "malformed_json", std::move(error.detail));
        request.json = *std::move(json);
    }
    trim_emails(request.json, *route.body_schema);
    route.body_schema->validate(request.json, "", faults);
    return {};
}

}  // namespace kitchen::http
