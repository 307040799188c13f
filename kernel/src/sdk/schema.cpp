#include "kitchen/http/schema.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "formats.h"
#include "json_pointer.h"
#include "kitchen/time.h"
#include "kitchen/utf8.h"

namespace kitchen::http {
namespace {

constexpr std::size_t max_faults = 100;
std::string_view noun(Schema::Type type) {
    switch (type) {
        case Schema::Type::boolean: return "true or false";
        case Schema::Type::integer: return "a whole number";
        case Schema::Type::number: return "a number";
        case Schema::Type::string: return "a string";
        case Schema::Type::array: return "a list";
        case Schema::Type::object: return "an object";
    }
    return "a value";
}

bool has_type(const Json& value, Schema::Type type) {
    switch (type) {
        case Schema::Type::boolean: return value.is_bool();
        case Schema::Type::integer: return value.is_integer();
        case Schema::Type::number: return value.is_number();
        case Schema::Type::string: return value.is_string();
        case Schema::Type::array: return value.is_array();
        case Schema::Type::object: return value.is_object();
    }
    return false;
}

/// One run over one value. No fault ever holds the value itself: it may be a secret, and it may be
/// long.
class Validation {
public:
    explicit Validation(std::vector<Fault>& faults) : faults_(faults) {}

    void check(const Schema& schema, const Json& value, const std::string& pointer) {
        if (full() || (schema.nullable && value.is_null())) return;
        if (is_out_of_range(schema, value))
            return add(pointer, "out_of_range", range_of(schema, value.as_number() < 0));
        if (!has_type(value, schema.type)) {
            std::string detail = "Must be " + std::string(noun(schema.type));
            return add(pointer, "type", detail + (schema.nullable ? " or null." : "."));
        }
        switch (schema.type) {
            case Schema::Type::integer:
            case Schema::Type::number: return check_number(schema, value, pointer);
            case Schema::Type::string: return check_string(schema, value.as_string(), pointer);
            case Schema::Type::array: return check_array(schema, value.as_array(), pointer);
            case Schema::Type::object: return check_object(schema, value, pointer);
            case Schema::Type::boolean: return;
        }
    }

private:
    bool full() const { return faults_.size() >= max_faults; }
    void add(const std::string& pointer, const char* code, std::string detail) {
        if (!full()) faults_.push_back({pointer, code, std::move(detail)});
    }

    /// A number of the right kind, but none that the server can hold.
    static bool is_out_of_range(const Schema& schema, const Json& value) {
        if (!value.is_number() || value.is_integer()) return false;
        const double number = value.as_number();
        return schema.type == Schema::Type::integer
                   ? std::trunc(number) == number
                   : schema.type == Schema::Type::number && !std::isfinite(number);
    }
    static std::string range_of(const Schema& schema, bool is_negative) {
        const auto& bound = is_negative ? schema.minimum : schema.maximum;
        if (!bound) return is_negative ? "This number is too small." : "This number is too large.";
        return "Must be " + std::to_string(*bound) + (is_negative ? " or more." : " or less.");
    }

    void check_number(const Schema& schema, const Json& value, const std::string& pointer) {
        const auto below = [&](std::int64_t bound) {
            return value.is_integer() ? value.as_integer() < bound
                                      : value.as_number() < static_cast<double>(bound);
        };
        const auto above = [&](std::int64_t bound) {
            return value.is_integer() ? value.as_integer() > bound
                                      : value.as_number() > static_cast<double>(bound);
        };
        if (schema.minimum && below(*schema.minimum))
            add(pointer, "too_small", "Must be " + std::to_string(*schema.minimum) + " or more.");
        if (schema.maximum && above(*schema.maximum))
            add(pointer, "too_large", "Must be " + std::to_string(*schema.maximum) + " or less.");
        check_choice(schema, schema.choices.empty() ? std::string() : value.dump(), pointer);
    }

    void check_string(const Schema& schema, const std::string& text, const std::string& pointer) {
        // No store can be relied on to keep a NUL inside a text.
        if (text.find('\0') != std::string::npos)
            return add(pointer, "format", "Must not hold the character U+0000.");
        if (schema.minimum || schema.maximum) {
            const auto length = static_cast<std::int64_t>(utf8::count(text));
            if (schema.minimum && length < *schema.minimum)
                return add(
                    pointer, "too_short",
                    length == 0 && *schema.minimum == 1
                        ? "Must not be empty."
                        : "Must have " + std::to_string(*schema.minimum) + " characters or more.");
            if (schema.maximum && length > *schema.maximum)
                return add(
                    pointer, "too_long",
                    "Must have " + std::to_string(*schema.maximum) + " characters or fewer.");
        }
        check_choice(schema, text, pointer);
        check_format(schema.text_format, text, pointer);
    }

    void check_choice(const Schema& schema, const std::string& text, const std::string& pointer) {
        const auto& choices = schema.choices;
        if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end())
            return;
        std::string detail = "Must be one of: ";
        for (std::size_t i = 0; i < choices.size(); ++i)
            detail += (i == 0 ? "" : ", ") + choices[i];
        add(pointer, "not_one_of", detail + ".");
    }

    void check_format(Format format, const std::string& text, const std::string& pointer) {
        switch (format) {
            case Format::none:
            case Format::password: return;
            case Format::email:
                if (!formats::is_email(text))
                    add(pointer, "format", "Must be an email address, such as ada@example.com.");
                return;
            case Format::date_time:
                if (!parse_rfc3339(text))
                    add(pointer, "format",
                        "Must be a time as in RFC 3339, such as 2026-01-31T09:05:00Z.");
                return;
            case Format::digits:
                if (!formats::is_digits(text))
                    add(pointer, "format", "Must consist of the digits 0 to 9 only.");
                return;
            case Format::http_url:
                if (!formats::is_http_url(text))
                    add(pointer, "format", "Must be a URL that begins with http:// or https://.");
                return;
        }
    }

    void check_array(const Schema& schema, const Json::Array& items, const std::string& pointer) {
        const auto size = static_cast<std::int64_t>(items.size());
        if (schema.minimum && size < *schema.minimum)
            add(pointer, "too_few",
                "Must have " + std::to_string(*schema.minimum) + " elements or more.");
        if (schema.maximum &&
            size > *schema.maximum)  // what is too long is not looked through as well
            return add(pointer, "too_many",
                       "Must have " + std::to_string(*schema.maximum) + " elements or fewer.");
        if (schema.items) {
            for (std::size_t i = 0; i < items.size() && !full(); ++i)
                check(*schema.items, items[i], pointer + '/' + std::to_string(i));
        }
        if (schema.unique) check_unique(items, pointer);
    }

    /// By sorting, for a list may be long when the schema sets no bound.
    void check_unique(const Json::Array& items, const std::string& pointer) {
        std::vector<std::pair<std::string, std::size_t>> sorted;
        sorted.reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) sorted.emplace_back(items[i].dump(), i);
        std::sort(sorted.begin(), sorted.end());
        std::vector<std::pair<std::size_t, std::size_t>>
            repeats;  // the later one, and the first of its kind
        for (std::size_t i = 1, group = 0; i < sorted.size(); ++i) {
            if (sorted[i].first != sorted[group].first)
                group = i;
            else
                repeats.emplace_back(sorted[i].second, sorted[group].second);
        }
        std::sort(repeats.begin(), repeats.end());
        for (const auto& [later, earlier] : repeats) {
            if (full()) return;
            add(pointer + '/' + std::to_string(later), "not_unique",
                "Is the same as element " + std::to_string(earlier) + "; each may be listed once.");
        }
    }

    void check_object(const Schema& schema, const Json& value, const std::string& pointer) {
        for (const Schema::Member& member : schema.members) {
            if (full()) return;
            if (const Json* found = value.find(member.name))
                check(member.schema, *found, child_pointer(pointer, member.name));
            else if (member.presence == Presence::required)
                add(child_pointer(pointer, member.name), "required", "Is required.");
        }
        for (const auto& [key, unknown] : value.as_object()) {
            if (full()) return;
            const bool known =
                std::any_of(schema.members.begin(), schema.members.end(),
                            [&name = key](const Schema::Member& m) { return m.name == name; });
            if (known) continue;
            if (!schema.allows_more)
                add(child_pointer(pointer, key), "unknown_field", "Is not a field of this object.");
            else
                check_further(key, unknown, pointer);
        }
    }

    /// A value of which the schema says nothing; what no text may hold, it may not hold either.
    void check_anything(const Json& value, const std::string& pointer) {
        static const Schema text = Schema::string();
        if (value.is_string()) return check_string(text, value.as_string(), pointer);
        if (value.is_array()) {
            for (std::size_t i = 0; i < value.size() && !full(); ++i)
                check_anything(value.as_array()[i], pointer + '/' + std::to_string(i));
        } else if (value.is_object()) {
            for (const auto& [key, member] : value.as_object()) {
                if (full()) return;
                check_further(key, member, pointer);
            }
        }
    }
    void check_further(const std::string& key, const Json& value, const std::string& pointer) {
        const std::string child = child_pointer(pointer, key);
        if (key.find('\0') != std::string::npos)
            add(child, "format", "A name must not hold the character U+0000.");
        check_anything(value, child);
    }

    std::vector<Fault>& faults_;
};

std::string_view json_type(Schema::Type type) {
    switch (type) {
        case Schema::Type::boolean: return "boolean";
        case Schema::Type::integer: return "integer";
        case Schema::Type::number: return "number";
        case Schema::Type::string: return "string";
        case Schema::Type::array: return "array";
        case Schema::Type::object: return "object";
    }
    return "";
}

void set_bounds(const Schema& schema, Json& out) {
    const auto set = [&](const char* low, const char* high) {
        if (schema.minimum) out.set(low, *schema.minimum);
        if (schema.maximum) out.set(high, *schema.maximum);
    };
    switch (schema.type) {
        case Schema::Type::integer:
        case Schema::Type::number: return set("minimum", "maximum");
        case Schema::Type::string: return set("minLength", "maxLength");
        case Schema::Type::array: return set("minItems", "maxItems");
        default: return;
    }
}

void set_format(Format format, Json& out) {
    switch (format) {
        case Format::none: return;
        case Format::email: out.set("format", "email"); return;
        case Format::date_time: out.set("format", "date-time"); return;
        case Format::password: out.set("format", "password"); return;
        case Format::digits: out.set("pattern", "^[0-9]+$"); return;
        case Format::http_url:
            out.set("format", "uri");
            out.set("pattern", "^[Hh][Tt][Tt][Pp][Ss]?://");
            return;
    }
}

void set_choices(const Schema& schema, bool with_null, Json& out) {
    if (schema.choices.empty()) return;
    Json::Array values;
    for (const std::string& text : schema.choices)
        values.push_back(schema.type == Schema::Type::string
                             ? Json(text)
                             : parse_json(text).value_or(Json(text)));
    if (with_null) values.emplace_back(nullptr);
    out.set("enum", std::move(values));
}

/// The shape itself: without name, description and default.
Json structure(const Schema& schema, bool with_null, Json& components, SentBy by) {
    Json out = Json::object();
    if (const auto type = json_type(schema.type); !type.empty()) {
        if (with_null)
            out.set("type", Json::array({Json(type), Json("null")}));
        else
            out.set("type", type);
    }
    if (schema.type == Schema::Type::integer) out.set("format", "int64");
    set_bounds(schema, out);
    set_format(schema.text_format, out);
    set_choices(schema, with_null, out);
    if (schema.items) out.set("items", schema.items->to_json_schema(components, by));
    if (schema.unique) out.set("uniqueItems", true);
    if (schema.type == Schema::Type::object) {
        Json properties = Json::object();
        Json::Array names;
        for (const Schema::Member& member : schema.members) {
            properties.set(member.name, member.schema.to_json_schema(components, by));
            const bool is_there = by == SentBy::server && !member.schema.default_value.is_null();
            if (member.presence == Presence::required || is_there) names.emplace_back(member.name);
        }
        out.set("properties", std::move(properties));
        if (!names.empty()) out.set("required", std::move(names));
        if (schema.allows_more)
            out.set("additionalProperties", true);
        else if (by == SentBy::client)
            out.set("additionalProperties", false);
    }
    return out;
}

}  // namespace

void Schema::validate(const Json& value, const std::string& pointer,
                      std::vector<Fault>& faults) const {
    Validation(faults).check(*this, value, pointer);
}

Json Schema::to_json_schema(Json& components, SentBy by) const {
    Json out;
    if (name.empty()) {
        out = structure(*this, nullable, components, by);
    } else {
        // The component holds the shape; what is said about one use of it stands beside the
        // reference.
        Json shape = structure(*this, false, components, by);
        std::string component = name;
        const Json* known = components.find(component);
        if (known && *known != shape && by == SentBy::client &&
            *known == structure(*this, false, components, SentBy::server)) {
            component += "Input";
            known = components.find(component);
        }
        if (known && *known != shape)
            throw std::logic_error("two different schemas are both named '" + component + "'");
        const Json reference = Json::object({{"$ref", "#/components/schemas/" + component}});
        if (!known) components.set(std::move(component), std::move(shape));
        out = nullable
                  ? Json::object(
                        {{"anyOf", Json::array({reference, Json::object({{"type", "null"}})})}})
                  : reference;
    }
    // Generators of clients take what has a "default" for what is always there.
    const bool says_default = !default_value.is_null() && by == SentBy::client;
    std::string text = description;
    if (says_default) text += (text.empty() ? "Default: " : " Default: ") + default_value.dump();
    if (says_default) text += '.';
    if (!text.empty()) out.set("description", std::move(text));
    if (!default_value.is_null() && !says_default) out.set("default", default_value);
    return out;
}

}  // namespace kitchen::http
