// The shape of a JSON value: one description that validates a body, documents it in OpenAPI, and
// tells the handler what it may rely on.
//
//     auto signup = Schema::object({
//         {"email", Schema::string().format(Format::email).max(254)},
//         {"referral_code", Schema::string().max(32), optional},
//     }).named("Signup");
//
// Objects refuse unknown members unless open() is said.
//
// Thread-safety: immutable once built; copies share nothing mutable.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/error.h"
#include "kitchen/json.h"

namespace kitchen::http {

enum class Format : std::uint8_t {
    none,
    email,      ///< RFC 5321 mailbox with a dot in the domain, at most 254 bytes
    date_time,  ///< RFC 3339
    password,   ///< documented as such; never echoed in a fault
    digits,     ///< ASCII digits only
    http_url,   ///< absolute http or https URL
};

enum class Presence : std::uint8_t { required, optional };
inline constexpr Presence required = Presence::required;
inline constexpr Presence optional = Presence::optional;

/// Who sends what a schema describes. Clients may leave out what has a default, and send nothing
/// unknown; from the server all that has a default is there, and new members may come.
enum class SentBy : std::uint8_t { client, server };

class Schema {
public:
    enum class Type : std::uint8_t { boolean, integer, number, string, array, object };
    struct Member;

    static Schema boolean();
    static Schema integer();
    static Schema number();
    static Schema string();
    static Schema array(Schema items);
    static Schema object(std::initializer_list<Member> members);

    /// Bounds, both included: of the value (integer, number), of the length in Unicode code points
    /// (string), of the number of elements (array).
    Schema& min(std::int64_t v) {
        minimum = v;
        return *this;
    }
    Schema& max(std::int64_t v) {
        maximum = v;
        return *this;
    }
    Schema& one_of(std::vector<std::string> texts) {
        choices = std::move(texts);
        return *this;
    }
    Schema& format(Format f) {
        text_format = f;
        return *this;
    }
    /// null is accepted too.
    Schema& or_null() {
        nullable = true;
        return *this;
    }
    /// Elements of the array must differ.
    Schema& unique_items() {
        unique = true;
        return *this;
    }
    /// The object may have members beyond those named.
    Schema& open() {
        allows_more = true;
        return *this;
    }
    Schema& describe(std::string text) {
        description = std::move(text);
        return *this;
    }
    Schema& fallback(Json v) {
        default_value = std::move(v);
        return *this;
    }  ///< documentation: the handler applies it
    /// Puts the shape under #/components/schemas/NAME in the OpenAPI document.
    Schema& named(std::string component) {
        name = std::move(component);
        return *this;
    }

    /// Appends one fault per deviation, at most 100. `pointer` is where `value` stands ("" for the
    /// whole body).
    void validate(const Json& value, const std::string& pointer, std::vector<Fault>& faults) const;
    /// As a JSON Schema 2020-12 object; named parts become $ref and are added to `components` (an
    /// object). What is sent both ways and differs has two names, "Food" and, for the client's,
    /// "FoodInput": ask for what the server sends first.
    Json to_json_schema(Json& components, SentBy by = SentBy::client) const;

    Type type;
    std::optional<std::int64_t> minimum, maximum;
    std::vector<std::string> choices;
    Format text_format = Format::none;
    bool nullable = false;
    bool unique = false;
    bool allows_more = false;
    std::string description;
    std::string name;
    Json default_value;
    std::shared_ptr<const Schema> items;
    std::vector<Member> members;

private:
    explicit Schema(Type t);
};

struct Schema::Member {
    std::string name;
    Schema schema;
    Presence presence = required;
};

inline Schema::Schema(Type t) : type(t) {}
inline Schema Schema::boolean() { return Schema(Type::boolean); }
inline Schema Schema::integer() { return Schema(Type::integer); }
inline Schema Schema::number() { return Schema(Type::number); }
inline Schema Schema::string() { return Schema(Type::string); }
inline Schema Schema::array(Schema item_schema) {
    Schema s(Type::array);
    s.items = std::make_shared<const Schema>(std::move(item_schema));
    return s;
}
inline Schema Schema::object(std::initializer_list<Member> object_members) {
    Schema s(Type::object);
    s.members.assign(object_members.begin(), object_members.end());
    return s;
}

}  // namespace kitchen::http
