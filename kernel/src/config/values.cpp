#include "config/values.h"

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>

#include "kitchen/text.h"

namespace kitchen::config {

namespace {

struct Unit {
    std::string_view suffix;
    std::int64_t factor;
};

/// "1.5" and "m" of "1.5m30s", which is then "30s". Nothing when the text does not begin so.
struct Part {
    std::string_view whole, fraction, unit;
};

std::string_view take_while(std::string_view& text, bool (*belongs)(char)) {
    std::size_t size = 0;
    while (size < text.size() && belongs(text[size])) ++size;
    const std::string_view taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

std::optional<Part> take_part(std::string_view& text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    Part part;
    part.whole = take_while(text, is_digit);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        part.fraction = take_while(text, is_digit);
        if (part.fraction.empty()) return std::nullopt;
    }
    if (part.whole.empty()) return std::nullopt;
    part.unit = take_while(text, [](char c) { return (c < '0' || c > '9') && c != '.'; });
    return part;
}

/// Without sign, and a whole number of the smallest unit.
std::optional<std::int64_t> value_of(const Part& part, std::int64_t factor) {
    const auto whole = parse_number<std::int64_t>(part.whole);
    std::int64_t value = 0;
    if (!whole || __builtin_mul_overflow(*whole, factor, &value)) return std::nullopt;
    if (part.fraction.empty()) return value;
    const auto fraction = parse_number<std::int64_t>(part.fraction);
    if (!fraction || part.fraction.size() > 9) return std::nullopt;
    std::int64_t tenths = 1;
    for (std::size_t i = 0; i < part.fraction.size(); ++i) tenths *= 10;
    const std::int64_t share = *fraction * factor;
    if (share % tenths != 0 || __builtin_add_overflow(value, share / tenths, &value))
        return std::nullopt;
    return value;
}

/// Numbers, each followed by one of the units, of which every one stands at most once and the
/// larger before the smaller ("1m30s"); their sum.
std::optional<std::int64_t> parse_with_units(std::string_view text, std::span<const Unit> units) {
    std::int64_t sum = 0, last = std::numeric_limits<std::int64_t>::max();
    do {
        const auto part = take_part(text);
        if (!part) return std::nullopt;
        const auto unit = std::find_if(units.begin(), units.end(),
                                       [&](const Unit& u) { return u.suffix == part->unit; });
        if (unit == units.end() || unit->factor >= last) return std::nullopt;
        const auto value = value_of(*part, unit->factor);
        if (!value || __builtin_add_overflow(sum, *value, &sum)) return std::nullopt;
        last = unit->factor;
    } while (!text.empty());
    return sum;
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
    constexpr Unit units[] = {{"ms", 1},        {"s", 1000},       {"m", 60'000},
                              {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};
    const auto millis = text == "0" ? std::int64_t{0} : parse_with_units(text, units);
    if (!millis) return std::nullopt;
    return std::chrono::milliseconds(*millis);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    constexpr Unit units[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    return parse_with_units(text, units);
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
            return take(parse_duration(text), "a duration such as 250ms, 1.5s, 1m30s, 2h, 1d or 0");
        case SettingType::bytes:
            return take(parse_bytes(text), "a size such as 512, 64KiB, 1.5MiB or 1GiB");
        case SettingType::text:
        case SettingType::choice:
        case SettingType::path:
        case SettingType::secret: value = std::string(text); return std::nullopt;
        case SettingType::list:
        case SettingType::secrets: break;
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
