// JSON from a client: what is accepted is written back to the same value, validation by a schema
// never fails on it, and neither an error nor a fault shows what a client would not want to see in
// a log. Any text at all is written as JSON that can be read.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/schema.h"
#include "kitchen/json.h"
#include "kitchen/time.h"
#include "lines.h"
#include "require.h"
#include "kitchen/utf8.h"

namespace {

using namespace kitchen;
using kitchen::fuzz::require;

const http::Schema& body_schema() {
    using http::Schema;
    static const Schema schema = Schema::object({
        {"email", Schema::string().format(http::Format::email).max(254)},
        {"password", Schema::string().format(http::Format::password).min(8).max(128)},
        {"quantity", Schema::integer().min(1).max(99), http::optional},
        {"price", Schema::number().min(0).max(1'000'000).or_null(), http::optional},
        {"at", Schema::string().format(http::Format::date_time), http::optional},
        {"url", Schema::string().format(http::Format::http_url), http::optional},
        {"otp", Schema::string().format(http::Format::digits).min(6).max(6), http::optional},
        {"kind", Schema::string().one_of({"delivery", "pickup"}), http::optional},
        {"ids", Schema::array(Schema::integer().min(1)).max(8).unique_items(), http::optional},
        {"nested", Schema::object({{"deep", Schema::array(Schema::object({}).open())}}),
         http::optional},
        {"open", Schema::object({}).open().or_null(), http::optional},
    });
    return schema;
}

std::size_t depth_of(const Json& value) {
    std::size_t inside = 0;
    if (value.is_array())
        for (const Json& item : value.as_array()) inside = std::max(inside, depth_of(item));
    else if (value.is_object())
        for (const auto& [name, member] : value.as_object())
            inside = std::max(inside, depth_of(member));
    else
        return 0;
    return inside + 1;
}

bool has_repeated_name(const Json& value) {
    if (value.is_array())
        return std::any_of(value.as_array().begin(), value.as_array().end(), has_repeated_name);
    if (!value.is_object()) return false;
    std::vector<std::string_view> names;
    for (const auto& [name, member] : value.as_object()) {
        if (has_repeated_name(member)) return true;
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

std::vector<Fault> faults_of(const Json& value) {
    std::vector<Fault> faults;
    body_schema().validate(value, "", faults);
    return faults;
}

/// What the faults say must depend on the form of a text alone, not on the text.
void check_value_stays_unsaid(const Json& value, const std::vector<Fault>& faults,
                              const char* name) {
    const Json* text = value.find(name);
    if (!text || !text->is_string() || text->as_string().find('\0') != std::string::npos) return;
    Json other = value;
    other.set(name, std::string(utf8::count(text->as_string()), 'x'));
    const auto others = faults_of(other);
    const bool same =
        std::equal(faults.begin(), faults.end(), others.begin(), others.end(),
                   [](const Fault& a, const Fault& b) {
                       return a.pointer == b.pointer && a.code == b.code && a.detail == b.detail;
                   });
    require(same, "a fault does not say what a password is");
}

void check_validation(const Json& value) {
    const std::vector<Fault> faults = faults_of(value);
    require(faults.size() <= 100, "an answer does not grow with the body");
    for (const Fault& fault : faults) {
        require(!fault.code.empty() && !fault.detail.empty(), "a fault says what is wrong");
        require(fault.pointer.empty() || fault.pointer.front() == '/',
                "a fault points into the body");
        require(utf8::is_valid(fault.pointer) && utf8::is_valid(fault.detail), "a fault is text");
        require(fault.pointer.size() <= max_json_depth * 300 && fault.detail.size() <= 300,
                "a fault is short");
    }
    check_value_stays_unsaid(value, faults, "password");
    if (!faults.empty()) return;
    // What a handler then relies on.
    require(value["email"].is_string() && value["password"].is_string(),
            "a valid body has what is required");
    if (value.has("quantity"))
        require(value["quantity"].as_integer() >= 1 && value["quantity"].as_integer() <= 99,
                "bounds hold");
    if (value.has("price"))
        require(value["price"].as_number() >= 0 && value["price"].as_number() <= 1e6,
                "bounds hold");
    if (!value.has("at")) return;
    const auto at = parse_rfc3339(value["at"].as_string());
    require(at && parse_rfc3339(format_rfc3339(*at)) == at,
            "a time written again is the same time");
}

/// A document is whole or it is nothing.
void check_cut_short(std::string_view text, const Json& value) {
    if (!value.is_array() && !value.is_object()) return;
    text = text.substr(0, text.find_last_not_of(" \t\r\n"));  // without the last bracket
    require(!parse_json(text), "a document without its end is refused");
    require(!parse_json(text.substr(0, text.size() / 2)), "half a document is refused");
}

void check_writer(std::string_view text) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().key(text).value(text).end_object();
    const auto read = parse_json(out);
    require(read && read->size() == 1, "any text is written as JSON");
    const auto& [name, value] = read->as_object().front();
    require(name == value.as_string() && (!utf8::is_valid(text) || name == text),
            "text is written as it is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = kitchen::fuzz::text_of(data, size);
    check_writer(text);
    if (const auto at = parse_rfc3339(text))
        require(parse_rfc3339(format_rfc3339(*at)) == at, "a time written again is the same time");

    JsonError error;
    const auto value = parse_json(text, &error);
    if (!value) {
        require(!error.detail.empty() && error.offset <= size, "a refusal says what and where");
        require(utf8::is_valid(error.detail) && error.detail.size() <= 200,
                "a refusal is a short text");
        return 0;
    }
    require(utf8::is_valid(text), "JSON is UTF-8");
    require(depth_of(*value) <= max_json_depth, "nesting is bounded");
    require(!has_repeated_name(*value), "no name stands twice in an object");
    const std::string written = value->dump();
    const auto again = parse_json(written);
    require(again && *again == *value, "a value written again is the same value");
    require(again->dump() == written, "writing settles at once");
    check_cut_short(text, *value);
    check_validation(*value);
    return 0;
}
