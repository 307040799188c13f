#include "request_body.h"

#include <algorithm>

#include "framing/character_classes.h"

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

Status check_type(const Fields& headers) {
    const std::string* type = find(headers, "content-type");
    if (!type || !is_json_type(*type))
        return Error(Errc::unsupported_media_type, "unsupported_media_type",
                     "Send the body as JSON, with Content-Type: application/json.");
    const std::string* coding = find(headers, "content-encoding");
    if (coding && !characters::equal_ignoring_case(*coding, "identity"))
        return Error(Errc::unsupported_media_type, "unsupported_content_encoding",
                     "Send the body as it is, without Content-Encoding.");
    return {};
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
    if (!route.body_schema || !is_body_announced(headers)) return {};
    return check_type(headers);
}

Status read_body(Request& request, const Route& route, std::vector<Fault>& faults) {
    if (!route.body_schema) {
        if (!request.body.empty())
            faults.push_back({"", "unexpected_body", "This route takes no body; send none."});
        return {};
    }
    if (request.body.empty()) {
        if (!route.body_optional) faults.push_back({"", "required", "A JSON body is required."});
        return {};
    }
    JsonError error;
    auto json = parse_json(request.body, &error);
    if (!json) return Error(Errc::malformed, "malformed_json", std::move(error.detail));
    request.json = *std::move(json);
    route.body_schema->validate(request.json, "", faults);
    return {};
}

}  // namespace kitchen::http
