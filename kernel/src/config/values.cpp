#include "config/values.h"

#include <algorithm>
#include <stdexcept>

#include "kitchen/text.h"

namespace kitchen::config {

namespace {

struct Unit {
    std::string_view suffix;
    std::int64_t factor;
};

/// A number without sign followed by exactly one of the units.
std::optional<std::int64_t> parse_with_unit(std::string_view text,
                                            std::initializer_list<Unit> units) {
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    const auto number = parse_number<std::int64_t>(text.substr(0, digits));
    if (!number) return std::nullopt;
    for (const Unit& unit : units) {
        std::int64_t product = 0;
        if (text.substr(digits) == unit.suffix &&
            !__builtin_mul_overflow(*number, unit.factor, &product))
            return product;
    }
    return std::nullopt;
}

/// Where a value lies on the scale of its limits.
std::optional<std::int64_t> position(const Value& value) {
    if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
    if (const auto* t = std::get_if<std::chrono::milliseconds>(&value)) return t->count();
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    return parse_number<std::int64_t>(text);
}

std::optional<bool> parse_boolean(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto millis = parse_with_unit(
        text, {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
    if (!millis) return std::nullopt;
    return std::chrono::milliseconds(*millis);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    return parse_with_unit(text, {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}});
}

std::vector<std::string> split_words(std::string_view limits) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin <= limits.size();) {
        const std::size_t end = std::min(limits.find('|', begin), limits.size());
        words.emplace_back(limits.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

std::optional<std::string> parse_value(SettingType type, std::string_view text, Value& value) {
    const auto take = [&](auto parsed, const char* expected) -> std::optional<std::string> {
        if (!parsed) return "expected " + std::string(expected);
        value = *parsed;
        return std::nullopt;
    };
    switch (type) {
        case SettingType::integer: return take(parse_integer(text), "a whole number");
        case SettingType::boolean: return take(parse_boolean(text), "true or false");
        case SettingType::duration:
            return take(parse_duration(text), "a duration such as 250ms, 30s, 10m, 2h or 1d");
        case SettingType::bytes:
            return take(parse_bytes(text), "a size such as 512, 64KiB, 10MiB or 1GiB");
        case SettingType::text:
        case SettingType::choice:
        case SettingType::secret: value = std::string(text); return std::nullopt;
        case SettingType::list: break;
    }
    return "expected a sequence";
}

std::optional<std::string> check_limits(SettingType type, const Value& value,
                                        const std::string& limits) {
    if (limits.empty()) return std::nullopt;
    const std::string_view all(limits);
    if (type == SettingType::choice) {
        std::string listed;
        for (const std::string& word : split_words(all)) {
            if (word == std::get<std::string>(value)) return std::nullopt;
            listed += (listed.empty() ? "" : ", ") + word;
        }
        return "must be one of " + listed;
    }
    const auto where = position(value);
    if (!where) return std::nullopt;
    const std::size_t dots = all.find("..");
    if (dots == std::string_view::npos)
        throw std::invalid_argument("limits must be written min..max");
    const auto bound = [&](std::string_view text) -> std::optional<std::int64_t> {
        if (text.empty()) return std::nullopt;
        Value v;
        if (parse_value(type, text, v))
            throw std::invalid_argument("a limit is not of the key's type");
        return position(v);
    };
    const std::string_view low_text = all.substr(0, dots), high_text = all.substr(dots + 2);
    const auto low = bound(low_text), high = bound(high_text);
    if ((!low || *where >= *low) && (!high || *where <= *high)) return std::nullopt;
    if (!high) return "must be at least " + std::string(low_text);
    if (!low) return "must be at most " + std::string(high_text);
    return "must be between " + std::string(low_text) + " and " + std::string(high_text);
}

}  // namespace kitchen::config
