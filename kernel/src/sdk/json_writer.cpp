#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "kitchen/bytes.h"
#include "kitchen/json.h"
#include "kitchen/utf8.h"

namespace kitchen {
namespace {

// What to do with a byte of a string: 0 copy, 'u' \u00XX, 'x' begins a sequence to check, else
// the character after the backslash.
constexpr std::array<char, 256> make_escapes() {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = 'x';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}
constexpr auto escapes = make_escapes();

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;  // where the bytes not yet copied begin
    std::size_t i = 0;
    while (i < text.size()) {
        const char action = escapes[static_cast<unsigned char>(text[i])];
        if (action == 0) {
            ++i;
            continue;
        }
        if (action == 'x') {
            if (const std::size_t length = utf8::sequence_length(text, i)) {
                i += length;
                continue;
            }
        }
        out.append(text, plain, i - plain);
        if (action == 'x') {
            out += "\xef\xbf\xbd";
        } else if (action == 'u') {
            out += "\\u00";
            append_hex(out, static_cast<unsigned char>(text[i]));
        } else {
            out += '\\';
            out += action;
        }
        plain = ++i;
    }
    out.append(text, plain, text.size() - plain);
    out += '"';
}

/// For assertions: a value is missing when the text ends in ':' or ','.
[[maybe_unused]] bool is_complete(const std::string& out) {
    return out.empty() || (out.back() != ':' && out.back() != ',');
}

}  // namespace

void JsonWriter::separate() {
    if (comma_) out_ += ',';
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    out_ += '{';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    assert(is_complete(out_) && "end_object() after a key without a value");
    out_ += '}';
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    separate();
    out_ += '[';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    assert(is_complete(out_) && "end_array() after a key without a value");
    out_ += ']';
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    assert((comma_ || out_.empty() || out_.back() != ':') &&
           "two keys without a value between them");
    separate();
    append_quoted(out_, name);
    out_ += ':';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::key_text(std::string_view json) {
    assert((comma_ || out_.empty() || out_.back() != ':') &&
           "two keys without a value between them");
    out_ += json.substr(comma_ ? 0 : 1);
    comma_ = false;
    return *this;
}

std::string JsonWriter::key_text_of(std::string_view name) {
    std::string text = ",";
    append_quoted(text, name);
    return text += ':';
}

JsonWriter& JsonWriter::null() { return raw("null"); }
JsonWriter& JsonWriter::value(bool v) { return raw(v ? "true" : "false"); }

JsonWriter& JsonWriter::value(std::int64_t v) {
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), v).ptr;
    return raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

JsonWriter& JsonWriter::value(double v) {
    if (!std::isfinite(v)) return null();
    std::array<char, 40> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), v).ptr;
    const std::string_view shortest(text.data(), static_cast<std::size_t>(end - text.data()));
    raw(shortest);
    // So that it reads back as the same kind of number.
    if (shortest.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view v) {
    separate();
    append_quoted(out_, v);
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(const Json& v) {
    if (v.is_null()) return null();
    if (v.is_bool()) return value(v.as_bool());
    if (v.is_integer()) return value(v.as_integer());
    if (v.is_number()) return value(v.as_number());
    if (v.is_string()) return value(std::string_view(v.as_string()));
    if (v.is_array()) {
        begin_array();
        for (const Json& item : v.as_array()) value(item);
        return end_array();
    }
    begin_object();
    for (const auto& [name, item] : v.as_object()) {
        key(name);
        value(item);
    }
    return end_object();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    comma_ = true;
    return *this;
}

}  // namespace kitchen
