// A plugin's settings, said once: a struct whose members hold the defaults, and one table that
// names each member's key, its sentence and its limits.
//
//     struct Settings {
//         std::int64_t kobo_per_point = 10'000;
//         std::chrono::milliseconds ttl = std::chrono::minutes(10);
//
//         static void describe(kitchen::Fields<Settings>& field) {
//             field("kobo_per_point", &Settings::kobo_per_point, "What earns one point").min(1);
//             field("cache.ttl", &Settings::ttl, "How long points are remembered");
//         }
//         /// Optional: what no field can say alone.
//         static void check(const Settings& settings, kitchen::Problems& problems) {
//             if (settings.ttl.count() == 0) problems.at(settings.ttl, "must not be 0");
//         }
//     };
//
// From this table come the check of the file, the values, `chuks-kitchen config-schema`,
// `plugins inspect`, and the table of keys in the plugin's README.
//
// Types of a member, and how the file writes them:
//   bool                     true, false
//   any integer              12; its type's range is a limit
//   std::string              text; .secret() masks it wherever the configuration is shown,
//                            .one_of({"a", "b"}) limits it
//   an enum                  .one_of({{"memory", Away::memory}, {"fail", Away::fail}}), required
//   std::chrono::duration    250ms, 1.5s, 1m30s, 2h, 1d, 1w, 0; rounded down to the member's unit
//   Bytes                    512, 64KiB, 10MiB, 1GiB
//   std::filesystem::path    a path, relative to the configuration file; the member is absolute
//   std::vector<std::string> a sequence of text; .secret() masks each
//   std::optional of these   has no default; empty when the file leaves it out
//
// Thread-safety: plain values. describe() and check() run on the thread that loads the
// configuration, before the plugin is constructed; check() may read, and changes nothing.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kitchen/config.h"

namespace kitchen {

/// A number of bytes.
struct Bytes {
    std::int64_t count = 0;
    friend auto operator<=>(const Bytes&, const Bytes&) = default;
};
constexpr Bytes kibibytes(std::int64_t n) { return {n << 10}; }
constexpr Bytes mebibytes(std::int64_t n) { return {n << 20}; }
constexpr Bytes gibibytes(std::int64_t n) { return {n << 30}; }

enum class SettingType : std::uint8_t {
    text,
    integer,
    boolean,
    duration,
    bytes,
    choice,
    secret,
    list,
    path,
    secrets  ///< a list
};

/// One key as the kernel knows it: filled in by Fields.
struct SettingKey {
    std::string key;  ///< dotted: "otp.max_attempts"; a part "*" stands for names the file chooses
    SettingType type = SettingType::text;
    std::optional<std::string> default_value;  ///< as it would stand in the file
    bool required = false;
    std::string limits;  ///< "min..max", either side may be left out; choice: "a|b"; "": none
    std::string summary;
};

/// "90s", "10m": the shortest exact form.
std::string format_duration(std::chrono::milliseconds value);
/// "1500", "64KiB": the shortest exact form.
std::string format_bytes(Bytes value);

namespace detail {

/// One pass over a table: it describes (`source` is null) or reads.
struct FieldPass {
    const Config* source = nullptr;
    std::vector<SettingKey> keys;                                ///< when it describes
    std::vector<std::pair<const void*, std::string>> positions;  ///< of each member
};

template <class T>
struct IsDuration : std::false_type {};
template <class Rep, class Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
    using Value = T;
};

template <class T>
constexpr SettingType setting_type() {
    if constexpr (IsOptional<T>::value)
        return setting_type<typename IsOptional<T>::Value>();
    else if constexpr (std::is_same_v<T, bool>)
        return SettingType::boolean;
    else if constexpr (std::is_enum_v<T>)
        return SettingType::choice;
    else if constexpr (std::is_integral_v<T>)
        return SettingType::integer;
    else if constexpr (IsDuration<T>::value)
        return SettingType::duration;
    else if constexpr (std::is_same_v<T, Bytes>)
        return SettingType::bytes;
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
        return SettingType::list;
    else if constexpr (std::is_same_v<T, std::filesystem::path>)
        return SettingType::path;
    else {
        static_assert(std::is_same_v<T, std::string>, "settings.h lists the types of settings");
        return SettingType::text;
    }
}

std::string list_text(const std::vector<std::string>& items);

template <class T>
std::string setting_text(const T& value) {
    if constexpr (IsOptional<T>::value)
        return value ? setting_text(*value) : std::string();
    else if constexpr (std::is_same_v<T, bool>)
        return value ? "true" : "false";
    else if constexpr (std::is_integral_v<T>)
        return std::to_string(value);
    else if constexpr (IsDuration<T>::value)
        return format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(value));
    else if constexpr (std::is_same_v<T, Bytes>)
        return format_bytes(value);
    else if constexpr (std::is_same_v<T, std::string>)
        return value;
    else if constexpr (std::is_same_v<T, std::filesystem::path>)
        return value.string();
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
        return list_text(value);
    else
        return {};  // an enum: one_of() knows its names
}

template <class T>
void read_setting(const Config& source, const std::string& key, T& value) {
    if constexpr (IsOptional<T>::value)
        read_setting(source, key, value.emplace());
    else if constexpr (std::is_same_v<T, bool>)
        value = source.boolean(key);
    else if constexpr (std::is_integral_v<T>)
        value = static_cast<T>(source.integer(key));
    else if constexpr (IsDuration<T>::value)
        value = std::chrono::floor<T>(source.duration(key));
    else if constexpr (std::is_same_v<T, Bytes>)
        value.count = source.bytes(key);
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>)
        value = source.text(key);
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
        value = source.list(key);
}

}  // namespace detail

/// What field(…) returns: the limits of one key. Used at once, within describe().
template <class T>
class Field {
public:
    using Value = T;

    Field(detail::FieldPass& pass, std::string key, T& value, std::string_view summary)
        : pass_(pass), value_(value) {
        pass.positions.emplace_back(&value, key);
        if (pass.source) {
            if (pass.source->has(key)) detail::read_setting(*pass.source, key, value);
            key_ = std::move(key);
            return;
        }
        SettingKey& entry = pass.keys.emplace_back();
        entry.key = std::move(key);
        entry.type = detail::setting_type<T>();
        entry.summary = summary;
        if constexpr (!detail::IsOptional<T>::value)
            entry.default_value = detail::setting_text(value);
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) limit_to_range();
    }

    Field& min(const T& least) {
        low_ = detail::setting_text(least);
        return limit();
    }
    Field& max(const T& most) {
        high_ = detail::setting_text(most);
        return limit();
    }
    Field& between(const T& least, const T& most) { return min(least).max(most); }
    /// The file must set it; the member's own value is no default.
    Field& required() {
        if (pass_.source) return *this;
        pass_.keys.back().required = true;
        pass_.keys.back().default_value.reset();
        return *this;
    }
    /// Masked wherever the configuration is shown. For text, and for lists of it.
    Field& secret() {
        constexpr SettingType type = detail::setting_type<T>();
        static_assert(type == SettingType::text || type == SettingType::list, "a secret is text");
        if (!pass_.source)
            pass_.keys.back().type =
                type == SettingType::text ? SettingType::secret : SettingType::secrets;
        return *this;
    }
    /// The only texts that are allowed.
    Field& one_of(
        std::initializer_list<std::string_view> names) requires std::is_same_v<T, std::string> {
        if (pass_.source) return *this;
        pass_.keys.back().type = SettingType::choice;
        for (const std::string_view name : names) add_choice(name);
        return *this;
    }
    /// The names of an enum's values.
    Field& one_of(
        std::initializer_list<std::pair<std::string_view, T>> names) requires std::is_enum_v<T> {
        for (const auto& [name, value] : names) {
            if (!pass_.source) {
                add_choice(name);
                if (value == value_ && !pass_.keys.back().required)
                    pass_.keys.back().default_value = name;
            } else if (pass_.source->has(key_) && pass_.source->text(key_) == name) {
                value_ = value;
                return *this;
            }
        }
        return *this;
    }

private:
    void limit_to_range() {
        if constexpr (std::is_unsigned_v<T> || sizeof(T) < sizeof(std::int64_t)) {
            low_ = std::to_string(std::numeric_limits<T>::min());
            if constexpr (sizeof(T) < sizeof(std::int64_t))
                high_ = std::to_string(std::numeric_limits<T>::max());
            limit();
        }
    }
    Field& limit() {
        if (!pass_.source) pass_.keys.back().limits = low_ + ".." + high_;
        return *this;
    }
    void add_choice(std::string_view name) {
        std::string& limits = pass_.keys.back().limits;
        limits += (limits.empty() ? "" : "|") + std::string(name);
    }

    detail::FieldPass& pass_;
    T& value_;
    std::string key_;
    std::string low_, high_;
};

/// The table that describe() fills in. See the top of this file.
template <class S>
class Fields {
public:
    Fields(detail::FieldPass& pass, std::string prefix, S& object)
        : pass_(pass), prefix_(std::move(prefix)), object_(object) {}

    /// One key. `summary` is one line without a full stop.
    template <class T, class Owner>
    requires std::is_base_of_v<Owner, S> Field<T>
    operator()(std::string_view key, T Owner::*member, std::string_view summary) {
        return Field<T>(pass_, prefix_ + std::string(key), object_.*member, summary);
    }

    /// A struct with a table of its own, below `key`.
    template <class T>
    void group(std::string_view key, T S::*member) {
        Fields<T> inner(pass_, prefix_ + std::string(key) + '.', object_.*member);
        T::describe(inner);
    }

    /// Any number of such structs, below names that the file chooses ("classes.NAME.limit"), in its
    /// order. Names are lower-case letters, digits, '-' and '_'. Not within another named().
    template <class T>
    void named(std::string_view key, std::vector<std::pair<std::string, T>> S::*member) {
        const std::string path = prefix_ + std::string(key);
        if (!pass_.source) {
            T defaults{};
            Fields<T> inner(pass_, path + ".*.", defaults);
            T::describe(inner);
            return;
        }
        auto& items = object_.*member;
        items.clear();
        for (std::string& name : pass_.source->names(path))
            items.emplace_back(std::move(name), T{});
        for (auto& [name, item] : items) {  // in place now, so that Problems finds each member
            Fields<T> inner(pass_, path + '.' + name + '.', item);
            T::describe(inner);
        }
    }

private:
    detail::FieldPass& pass_;
    std::string prefix_;
    S& object_;
};

/// Takes what check() finds. Each problem is reported with the file, line and column of its key.
class Problems {
public:
    using Report = std::function<void(const std::string& key, const std::string& sentence)>;

    Problems(const detail::FieldPass& pass, const Report& report) : pass_(pass), report_(report) {}

    /// `field` is a member of the settings that are checked. The sentence goes on after
    /// "plugin.key: ", as in "must be longer than token.access_ttl".
    template <class T>
    void at(const T& field, const std::string& sentence) {
        add(static_cast<const void*>(&field), sentence);
    }

private:
    /// A place that is no described member is blamed on the whole section.
    void add(const void* field, const std::string& sentence);

    const detail::FieldPass& pass_;
    const Report& report_;
};

// For the kernel, and for the tests of a plugin's settings.

template <class S>
std::vector<SettingKey> describe_settings() {
    detail::FieldPass pass;
    S defaults{};
    Fields<S> fields(pass, "", defaults);
    S::describe(fields);
    return std::move(pass.keys);
}

/// `source` has been checked against describe_settings<S>().
template <class S>
S read_settings(const Config& source) {
    detail::FieldPass pass{&source, {}, {}};
    S settings{};
    Fields<S> fields(pass, "", settings);
    S::describe(fields);
    return settings;
}

/// What S::check says of `settings`: "key: sentence".
template <class S>
std::vector<std::string> problems_of(S settings) {
    detail::FieldPass pass;
    Fields<S> fields(pass, "", settings);
    S::describe(fields);
    std::vector<std::string> found;
    const Problems::Report report = [&](const std::string& key, const std::string& sentence) {
        found.push_back(key + ": " + sentence);
    };
    Problems problems(pass, report);
    S::check(settings, problems);
    return found;
}

/// Runs S::check, when there is one.
template <class S>
void check_settings(const Config& source, const Problems::Report& report) {
    if constexpr (requires(const S& s, Problems& p) { S::check(s, p); }) {
        detail::FieldPass pass{&source, {}, {}};
        S settings{};
        Fields<S> fields(pass, "", settings);
        S::describe(fields);
        Problems problems(pass, report);
        S::check(settings, problems);
    }
}

}  // namespace kitchen
