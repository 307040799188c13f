#include "query.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "sdk/percent.h"
#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::http {
namespace {

constexpr std::size_t max_faults = 100;
constexpr std::size_t max_suggestions = 10;  // each costs time
constexpr std::size_t max_shown_name = 128;

std::string pointer_to(std::string_view name) {
    return '?' + std::string(utf8::prefix(name, max_shown_name)) +
           (name.size() > max_shown_name ? "…" : "");
}

/// As JSON writes it: no sign, and no zero before other digits. Nearly every number of a query.
std::optional<std::int64_t> whole_number(std::string_view text) noexcept {
    const bool is_json = text == "0" || (!text.empty() && text[0] >= '1' && text[0] <= '9');
    return is_json ? parse_number(text) : std::nullopt;
}

/// As browsers, scripts and programs write booleans.
std::optional<bool> boolean(std::string_view text) {
    const std::string lower = ascii_lower(text);
    for (const char* yes : {"true", "1", "yes", "on"})
        if (lower == yes) return true;
    for (const char* no : {"false", "0", "no", "off"})
        if (lower == no) return false;
    return std::nullopt;
}

/// "…T12:00:00 01:00" came as "…T12:00:00+01:00": in a query a plus is a space, and a space can
/// stand for nothing else there.
void restore_plus(std::string& time) {
    constexpr std::size_t offset_size = 6;
    if (time.size() <= offset_size) return;
    char& sign = time[time.size() - offset_size];
    if (sign == ' ') sign = '+';
}

Json validated(const Parameter& parameter, std::string text, std::vector<Fault>& faults) {
    Json value = value_of(std::move(text), parameter.schema);
    parameter.schema.validate(value, '?' + parameter.name, faults);
    return value;
}

/// `raw` is percent-encoded UTF-8.
void add_to_list(const Parameter& parameter, std::string_view raw, Json::Array& list) {
    const Schema& item = *parameter.schema.items;
    const auto add = [&](std::string text) {
        if (!text.empty()) list.push_back(value_of(std::move(text), item));
    };
    while (!raw.empty()) {
        const std::size_t end = std::min(raw.find(','), raw.size());
        std::string text = percent_decode(raw.substr(0, end), Plus::space).value_or("");
        raw.remove_prefix(std::min(end + 1, raw.size()));
        if (item.choices.empty()) {
            add(std::move(text));
            continue;
        }
        for (std::string_view rest = text; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            add(std::string(rest.substr(0, comma)));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
}

/// Anyone may ask, and adds parameters of their own: trackers, cache busters.
bool ignores_unknown(const Route& route) {
    return route.method == "GET" && !route.needs_principal();
}

}  // namespace

Json value_of(std::string text, const Schema& schema) {
    switch (schema.type) {
        case Schema::Type::boolean:
            if (const auto value = boolean(text)) return Json(*value);
            break;
        case Schema::Type::integer:
        case Schema::Type::number: {
            if (const auto whole = whole_number(text)) return Json(*whole);
            if (text.find_first_of(" \t\r\n\"[{") != std::string::npos) break;
            JsonError error;
            if (auto value = parse_json(text, &error)) return *std::move(value);
            if (error.out_of_range)
                return Json(std::copysign(std::numeric_limits<double>::infinity(),
                                          text.starts_with('-') ? -1.0 : 1.0));
            break;
        }
        case Schema::Type::string:
            if (schema.text_format == Format::date_time) restore_plus(text);
            break;
        case Schema::Type::array:
        case Schema::Type::object: break;
    }
    return Json(std::move(text));
}

Status read_query(std::string_view query, const Route& route, Fields& out,
                  std::vector<Fault>& faults) {
    const auto& declared = route.query_parameters;
    if (query.empty() && declared.empty()) return {};
    const auto add_fault = [&](std::string_view name, const char* code, std::string detail) {
        if (faults.size() < max_faults)
            faults.push_back({pointer_to(name), code, std::move(detail)});
    };

    std::vector<std::optional<std::string>> values(declared.size());
    std::vector<Json::Array> lists(declared.size());
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = percent_decode(pair.substr(0, equals), Plus::space);
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
        if (!name || !value)
            return Error(Errc::malformed, "bad_query",
                         "The query is not percent-encoded UTF-8 text without NUL.");
        const auto parameter = std::find_if(declared.begin(), declared.end(),
                                            [&](const Parameter& p) { return p.name == *name; });
        if (parameter == declared.end()) {
            if (ignores_unknown(route)) continue;
            std::vector<std::string> known;
            known.reserve(declared.size());
            for (const Parameter& p : declared) known.push_back(p.name);
            const std::string hint =
                faults.size() < max_suggestions ? suggestion(*name, known) : std::string();
            add_fault(*name, "unknown_parameter",
                      "This route has no such query parameter" + (hint.empty() ? "." : hint));
            continue;
        }
        // As forms send a field that was left empty.
        if (value->empty()) continue;
        const auto index = static_cast<std::size_t>(parameter - declared.begin());
        if (parameter->schema.type == Schema::Type::array) {
            const std::string_view raw = pair.substr(std::min(equals + 1, pair.size()));
            add_to_list(*parameter, raw, lists[index]);
            continue;
        }
        auto& slot = values[index];
        if (slot)
            add_fault(*name, "duplicate_parameter", "May be given only once.");
        else
            slot = std::move(value);
    }
    for (std::size_t i = 0; i < declared.size(); ++i) {
        const Parameter& parameter = declared[i];
        if (!lists[i].empty()) {
            const std::optional<std::int64_t> most = parameter.schema.maximum;
            if (most && std::ssize(lists[i]) > *most)
                add_fault(parameter.name, "too_many",
                          "At most " + std::to_string(*most) + " values may be given.");
            for (const Json& value : lists[i]) {
                parameter.schema.items->validate(value, '?' + parameter.name, faults);
                out.emplace_back(parameter.name,
                                 value.is_string() ? value.as_string() : value.dump());
            }
        } else if (values[i]) {
            const Json value = validated(parameter, *std::move(values[i]), faults);
            out.emplace_back(parameter.name, value.is_string() ? value.as_string() : value.dump());
        } else if (!parameter.default_value.empty()) {
            out.emplace_back(parameter.name, parameter.default_value);
        } else if (parameter.is_required) {
            add_fault(parameter.name, "required", "Is required.");
        }
    }
    return {};
}

void check_query_parameters(const Route& route, std::vector<std::string>& problems) {
    const auto& declared = route.query_parameters;
    for (auto it = declared.begin(); it != declared.end(); ++it) {
        const std::string where = route.method + " " + route.pattern + " (plugin " + route.plugin +
                                  "): query parameter '" + it->name + "' ";
        if (std::any_of(declared.begin(), it,
                        [&](const Parameter& p) { return p.name == it->name; }))
            problems.push_back(where + "is declared twice");
        const Schema::Type type = it->schema.type;
        const auto holds = [](Schema::Type t) {
            return t != Schema::Type::array && t != Schema::Type::object;
        };
        if (type == Schema::Type::array ? !holds(it->schema.items->type) : !holds(type))
            problems.push_back(where +
                               "is a list of lists or an object, which a query cannot hold");
        std::vector<Fault> faults;
        if (!it->default_value.empty()) validated(*it, it->default_value, faults);
        if (!faults.empty())
            problems.push_back(where +
                               "has a default that it refuses itself: " + faults.front().detail);
    }
}

}  // namespace kitchen::http
