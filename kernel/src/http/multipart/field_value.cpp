#include "field_value.h"

#include <algorithm>

#include "http/framing/character_classes.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

/// Takes a quoted string off the front, which begins behind its quote.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string out;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        char c = rest[at];
        if (c == '"') {
            rest.remove_prefix(at + 1);
            return out;
        }
        if (c == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\'))
            c = rest[++at];
        if (!characters::is(c, characters::field_text)) return std::nullopt;
        out += c;
    }
    return std::nullopt;
}

}  // namespace

const std::string* FieldValue::parameter(std::string_view lower_case_name) const noexcept {
    for (const auto& [name, text] : parameters)
        if (name == lower_case_name) return &text;
    return nullptr;
}

std::optional<FieldValue> parse_field_value(std::string_view text) {
    FieldValue out;
    std::size_t end = std::min(text.find(';'), text.size());
    out.value = ascii_lower(without_blanks(text.substr(0, end)));
    const auto is_value = [](char c) { return characters::is(c, characters::token) || c == '/'; };
    if (out.value.empty() || !std::all_of(out.value.begin(), out.value.end(), is_value))
        return std::nullopt;
    text.remove_prefix(end);
    while (!text.empty()) {
        text = without_blanks(text.substr(1));  // behind the ";"
        if (text.empty() || text.front() == ';') continue;
        const std::size_t equals = std::min(text.find('='), text.size());
        std::string name = ascii_lower(text.substr(0, equals));
        if (equals == text.size() || !characters::all(name, characters::token) ||
            out.parameter(name))
            return std::nullopt;
        text.remove_prefix(equals + 1);
        std::optional<std::string> value;
        if (text.starts_with('"')) {
            text.remove_prefix(1);
            value = take_quoted(text);
            text = without_blanks(text);
            if (!value || (!text.empty() && text.front() != ';')) return std::nullopt;
        } else {
            end = std::min(text.find(';'), text.size());
            value = without_blanks(text.substr(0, end));
            if (!characters::all(*value, characters::token)) return std::nullopt;
            text.remove_prefix(end);
        }
        out.parameters.emplace_back(std::move(name), *std::move(value));
    }
    return out;
}

std::optional<std::string> boundary_of(const FieldValue& content_type) {
    constexpr std::size_t longest = 70;
    constexpr std::string_view further = "'()+_,-./:=? ";
    const std::string* boundary = content_type.parameter("boundary");
    if (!boundary || boundary->empty() || boundary->size() > longest || boundary->back() == ' ' ||
        !std::all_of(boundary->begin(), boundary->end(), [&](char c) {
            return is_ascii_alphanumeric(c) || further.find(c) != std::string_view::npos;
        }))
        return std::nullopt;
    return *boundary;
}

}  // namespace kitchen::http
