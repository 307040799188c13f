// JSON values, a strict reader and a fast writer.
//
// Json holds what a client sent or what a plugin wants to store. JsonWriter appends bytes to a
// string without building a tree first: use it for responses. The reader (RFC 8259) refuses what a
// client should never send: invalid UTF-8, duplicate keys, nesting deeper than 32, numbers outside
// double. 2.0 and 2e0 are the integer 2, as in JSON Schema; an integer outside int64 is none, but a
// double.
//
// Thread-safety: plain values; a JsonWriter belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kitchen {

class Json {
public:
    using Array = std::vector<Json>;
    /// Members in the order written. Lookup is linear: objects here are small and of known shape.
    using Object = std::vector<std::pair<std::string, Json>>;

    Json() noexcept = default;
    Json(std::nullptr_t) noexcept {}
    Json(bool value) noexcept : value_(value) {}
    Json(int value) noexcept : value_(std::int64_t{value}) {}
    Json(std::int64_t value) noexcept : value_(value) {}
    Json(double value) noexcept : value_(value) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(std::string value) noexcept : value_(std::move(value)) {}
    Json(Array value) noexcept : value_(std::move(value)) {}
    Json(Object value) noexcept : value_(std::move(value)) {}

    static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }
    static Json object(std::initializer_list<std::pair<std::string, Json>> members = {}) {
        return Json(Object(members.begin(), members.end()));
    }

    bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
    bool is_bool() const noexcept { return std::holds_alternative<bool>(value_); }
    bool is_integer() const noexcept { return std::holds_alternative<std::int64_t>(value_); }
    bool is_number() const noexcept {
        return is_integer() || std::holds_alternative<double>(value_);
    }
    bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
    bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
    bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }

    /// These throw std::bad_variant_access on another type: check first, or rely on the route's
    /// schema.
    bool as_bool() const { return std::get<bool>(value_); }
    std::int64_t as_integer() const { return std::get<std::int64_t>(value_); }
    double as_number() const {
        return is_integer() ? static_cast<double>(as_integer()) : std::get<double>(value_);
    }
    const std::string& as_string() const { return std::get<std::string>(value_); }
    const Array& as_array() const { return std::get<Array>(value_); }
    Array& as_array() { return std::get<Array>(value_); }
    const Object& as_object() const { return std::get<Object>(value_); }
    Object& as_object() { return std::get<Object>(value_); }

    /// The member, or nullptr when absent or when this is no object.
    const Json* find(std::string_view key) const noexcept;
    /// The member, or a null value when absent or when this is no object.
    const Json& operator[](std::string_view key) const noexcept;
    /// True when the member is there and not null.
    bool has(std::string_view key) const noexcept { return !(*this)[key].is_null(); }
    /// Sets or replaces a member; makes an object of a null value. Throws std::bad_variant_access
    /// on other types.
    Json& set(std::string key, Json value);

    /// Elements of an array or members of an object; 0 otherwise.
    std::size_t size() const noexcept;

    /// Compact text. Never fails: strings are written as they are, with control characters escaped.
    std::string dump() const;
    /// The same with the members of every object in order of their names: how a client orders or
    /// spaces a body does not matter.
    std::string canonical() const;

    /// Numbers compare by value and kind: 1 and 1.0 differ. Member order counts.
    friend bool operator==(const Json&, const Json&) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Why a text is not JSON.
struct JsonError {
    std::string detail;      ///< a sentence, e.g. "Duplicate key 'email'."
    std::size_t offset = 0;  ///< bytes from the start
    /// JSON pointer to a number that no double holds: well formed, but of no use.
    std::optional<std::string> out_of_range = std::nullopt;
};

inline constexpr std::size_t max_json_depth = 32;

/// Parses one whole document. On failure returns nothing and fills `error` when given.
std::optional<Json> parse_json(std::string_view text, JsonError* error = nullptr);

/// Appends JSON to a string, commas and escapes included. The caller keeps begin/end and key/value
/// in step; a debug build asserts it. Strings that are not valid UTF-8 are written with U+FFFD in
/// place of the bad bytes.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) noexcept : out_(out) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    /// The same with key_text_of(name), for a name that is written often.
    JsonWriter& key_text(std::string_view json);
    static std::string key_text_of(std::string_view name);
    JsonWriter& null();
    JsonWriter& value(bool v);
    JsonWriter& value(std::int64_t v);
    JsonWriter& value(int v) { return value(std::int64_t{v}); }
    JsonWriter& value(double v);  ///< NaN and infinities become null
    JsonWriter& value(std::string_view v);
    JsonWriter& value(const char* v) { return value(std::string_view(v)); }
    JsonWriter& value(const std::string& v) { return value(std::string_view(v)); }
    JsonWriter& value(const Json& v);
    /// Appends text that already is JSON.
    JsonWriter& raw(std::string_view json);

    template <class T>
    JsonWriter& member(std::string_view name, const T& v) {
        key(name);
        return value(v);
    }
    template <class T>
    JsonWriter& member(std::string_view name, const std::optional<T>& v) {
        key(name);
        return v ? value(*v) : null();
    }

private:
    void separate();
    std::string& out_;
    bool comma_ = false;
};

}  // namespace kitchen
