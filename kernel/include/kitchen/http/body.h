// The JSON body of a request or a response, said once: a struct, and one table that names each of
// its members. From the table come the schema, the reader and the writer.
//
//     struct Redemption {
//         std::int64_t points = 0;
//         std::string reference;
//
//         static void describe(http::BodyFields<Redemption>& field) {
//             field.named("Redemption");
//             field("points", &Redemption::points).min(1).max(1'000'000);
//             field.optional("reference", &Redemption::reference).or_null().max(64);
//         }
//     };
//
//     Route::post("/redeem/").body<Redemption>().answers<Account>(200, "What is left") …
//     const auto wanted = request.read<Redemption>();
//     return Response::json(200, account);
//
// field(…) gives the Schema of the member, which takes its limits. A computed member is a function,
// field("total", [](const Account& a) { return a.points * 2; }), and written only. A struct that
// knows nothing of HTTP is described beside the routes, by a function of its namespace that comes
// before the first use: void describe(http::BodyFields<Account>& field).
//
// Types of a member, and what they are in JSON:
//   bool, integers, double, std::string   the same
//   std::string_view                      a string; written only
//   Timestamp                             RFC 3339
//   an enum that counts from 0            a string: names_of(E) lists all in order, to_text(E) one
//   std::optional of these                what it holds
//   std::vector of these                  a list
//   a struct with a table                 an object
//   a struct with schema() and write(JsonWriter&)   what it writes; written only
//
// What is nothing (an empty optional; an empty text when the schema has or_null()) is written as
// null, or left out when the schema has no or_null(). null is read as nothing. What a request
// leaves out stays as it is in the struct, so that a change can be read over what is there.
//
// Thread-safety: describe() runs once for a type, at its first use; all calls from any thread.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kitchen/http/schema.h"
#include "kitchen/json.h"
#include "kitchen/time.h"

namespace kitchen::http {

template <class T>
class BodyFields;

/// A struct with a table.
template <class T>
concept Body = requires(BodyFields<T>& field) {
    T::describe(field);
}
|| requires(BodyFields<T>& field) { describe(field); };

template <class T>
const BodyFields<T>& body_fields();

namespace detail {

template <class T, template <class...> class Of>
inline constexpr bool is_a = false;
template <class... Args, template <class...> class Of>
inline constexpr bool is_a<Of<Args...>, Of> = true;

}  // namespace detail

template <class T>
Schema schema_of() {
    if constexpr (Body<T>)
        return body_fields<T>().schema();
    else if constexpr (requires { T::schema(); })
        return T::schema();
    else if constexpr (detail::is_a<T, std::optional>)
        return schema_of<typename T::value_type>();
    else if constexpr (detail::is_a<T, std::vector>)
        return Schema::array(schema_of<typename T::value_type>());
    else if constexpr (std::is_same_v<T, bool>)
        return Schema::boolean();
    else if constexpr (std::is_integral_v<T>)
        return Schema::integer();
    else if constexpr (std::is_floating_point_v<T>)
        return Schema::number();
    else if constexpr (std::is_same_v<T, Timestamp>)
        return Schema::string().format(Format::date_time);
    else if constexpr (std::is_enum_v<T>)
        return Schema::string().one_of(names_of(T{}));
    else {
        static_assert(std::is_convertible_v<T, std::string_view>, "body.h lists the types");
        return Schema::string();
    }
}

/// `json` is valid by schema_of<T>().
template <class T>
void read_body(const Json& json, T& value) {
    if constexpr (Body<T>)
        body_fields<T>().read(json, value);
    else if constexpr (detail::is_a<T, std::optional>)
        read_body(json, value.emplace());
    else if constexpr (detail::is_a<T, std::vector>) {
        value.clear();
        for (const Json& item : json.as_array()) read_body(item, value.emplace_back());
    } else if constexpr (std::is_same_v<T, bool>)
        value = json.as_bool();
    else if constexpr (std::is_integral_v<T>)
        value = static_cast<T>(json.as_integer());
    else if constexpr (std::is_floating_point_v<T>)
        value = json.as_number();
    else if constexpr (std::is_same_v<T, Timestamp>)
        value = parse_rfc3339(json.as_string()).value();
    else if constexpr (std::is_enum_v<T>) {
        const auto names = names_of(T{});
        value = static_cast<T>(std::ranges::find(names, json.as_string()) - names.begin());
    } else
        value = json.as_string();
}

template <class T>
void write_body(JsonWriter& out, const T& value) {
    if constexpr (Body<T>)
        body_fields<T>().write(out, value);
    else if constexpr (requires { value.write(out); })
        value.write(out);
    else if constexpr (detail::is_a<T, std::optional>)
        write_body(out, *value);
    else if constexpr (detail::is_a<T, std::vector>) {
        out.begin_array();
        for (const auto& item : value) write_body(out, item);
        out.end_array();
    } else if constexpr (std::is_same_v<T, Timestamp>)
        out.value(format_rfc3339(value));
    else if constexpr (std::is_enum_v<T>)
        out.value(to_text(value));
    else
        out.value(value);
}

template <class T>
std::string body_json(const T& value) {
    std::string text;
    JsonWriter out(text);
    write_body(out, value);
    return text;
}

/// The table that describe() fills in. See the top of this file.
template <class T>
class BodyFields {
public:
    /// The name of the shape in the OpenAPI document.
    void named(std::string component) { schema_.named(std::move(component)); }

    template <class Member>
    Schema& operator()(std::string name, Member member) {
        return add(std::move(name), member, Presence::required);
    }
    /// A request may leave it out.
    template <class Member>
    Schema& optional(std::string name, Member member) {
        return add(std::move(name), member, Presence::optional);
    }

    const Schema& schema() const { return schema_; }

    void read(const Json& json, T& object) const {
        for (std::size_t i = 0; i < members_.size(); ++i)
            if (const Json* found = json.find(schema_.members[i].name); found && members_[i].read)
                members_[i].read(*found, object);
    }
    void write(JsonWriter& out, const T& object) const {
        out.begin_object();
        for (std::size_t i = 0; i < members_.size(); ++i)
            members_[i].write(out, object, members_[i].key, schema_.members[i].schema.nullable);
        out.end_object();
    }

private:
    struct Access {
        std::function<void(const Json&, T&)> read;  ///< none: it is written only
        std::function<void(JsonWriter&, const T&, const std::string& key, bool nullable)> write;
        std::string key;  ///< for JsonWriter::key_text()
    };

    template <class Member>
    Schema& add(std::string name, Member member, Presence presence) {
        using Value = std::remove_cvref_t<std::invoke_result_t<Member, const T&>>;
        Access& access = members_.emplace_back();
        constexpr bool writes_itself = requires(const Value& v, JsonWriter& out) { v.write(out); };
        if constexpr (std::is_member_object_pointer_v<Member> && !writes_itself)
            access.read = [member](const Json& json, T& object) {
                Value value{};  // also an object is replaced whole
                if (!json.is_null()) read_body(json, value);
                object.*member = std::move(value);
            };
        access.write = [member](JsonWriter& out, const T& object, const std::string& key,
                                bool nullable) {
            const auto& value = std::invoke(member, object);
            if (is_nothing(value, nullable)) {
                if (nullable) out.key_text(key).null();
            } else {
                out.key_text(key);
                write_body(out, value);
            }
        };
        access.key = JsonWriter::key_text_of(name);
        schema_.members.push_back({std::move(name), schema_of<Value>(), presence});
        return schema_.members.back().schema;
    }

    template <class Value>
    static bool is_nothing(const Value& value, [[maybe_unused]] bool nullable) {
        if constexpr (detail::is_a<Value, std::optional>)
            return !value;
        else if constexpr (std::is_convertible_v<Value, std::string_view>)
            return nullable && std::string_view(value).empty();
        else
            return false;
    }

    Schema schema_ = Schema::object({});
    std::vector<Access> members_;  ///< as in schema_.members
};

template <class T>
const BodyFields<T>& body_fields() {
    static const BodyFields<T> fields = [] {
        BodyFields<T> made;
        if constexpr (requires { T::describe(made); })
            T::describe(made);
        else
            describe(made);
        return made;
    }();
    return fields;
}

}  // namespace kitchen::http
