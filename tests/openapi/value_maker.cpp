#include "value_maker.h"

#include <algorithm>
#include <limits>

namespace kitchen::tests {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

constexpr const char* pieces[] = {"a",
                                  "Z",
                                  "0",
                                  " ",
                                  "'",
                                  "\"",
                                  "\\",
                                  "/",
                                  "%",
                                  "_",
                                  "<b>",
                                  "&amp;",
                                  "--",
                                  ";",
                                  "\n",
                                  "\r\n",
                                  "\t",
                                  "\x01",
                                  "\x7f",
                                  "\xc3\xa9",
                                  "e\xcc\x81",
                                  "\xe2\x80\xae",
                                  "\xe2\x80\x8b",
                                  "\xef\xbb\xbf",
                                  "\xf0\x9f\x8d\x9b",
                                  "\xef\xbf\xbf",
                                  "$1",
                                  "{}",
                                  "${x}",
                                  "..",
                                  "*",
                                  "(",
                                  "@",
                                  "+234"};

std::size_t length_of(const Json& schema, const char* keyword, std::size_t otherwise) {
    return schema.has(keyword) ? static_cast<std::size_t>(schema[keyword].as_integer()) : otherwise;
}

std::string type_of(const Json& schema) {
    const Json& type = schema["type"];
    return type.is_array()    ? type.as_array().front().as_string()
           : type.is_string() ? type.as_string()
                              : "";
}

}  // namespace

std::string ValueMaker::text(std::size_t most) {
    std::string out;
    for (std::size_t n = pick(most + 1); n > 0; --n) out += pieces[pick(std::size(pieces))];
    return out;
}

Json ValueMaker::valid_text(const Json& schema) {
    const std::string format = schema["format"].is_string() ? schema["format"].as_string() : "";
    if (format == "email") return "fuzz" + std::to_string(++serial_) + "@mail.example";
    if (format == "date-time")
        return chance(50) ? "2026-12-24T18:30:00Z" : "2030-01-31T09:05:00.000+01:00";
    if (format == "uri") return "https://example.com/image.png";
    const std::size_t least = length_of(schema, "minLength", 0),
                      most = length_of(schema, "maxLength", 40);
    if (schema["pattern"].is_string())
        return std::string(std::max<std::size_t>(least, 1), static_cast<char>('0' + pick(10)));
    if (chance(30)) {
        std::string odd = text(std::min<std::size_t>(most / 8, 12));
        if (odd.size() >= least) return odd;
    }
    std::string plain = "Fuzz " + std::to_string(++serial_);
    while (plain.size() < least) plain += 'x';
    return plain.substr(0, most);
}

std::int64_t ValueMaker::edge(const Json& schema) {
    const std::int64_t low = schema.has("minimum") ? schema["minimum"].as_integer() : lowest;
    const std::int64_t high = schema.has("maximum") ? schema["maximum"].as_integer() : highest;
    const std::int64_t choices[] = {low,
                                    high,
                                    low == lowest ? low : low - 1,
                                    high == highest ? high : high + 1,
                                    lowest,
                                    highest,
                                    0,
                                    -1,
                                    1};
    return choices[pick(std::size(choices))];
}

Json ValueMaker::valid(const Json& given, const std::string& name, bool sparse) {
    if (const auto known = known_.find(name); known != known_.end() && chance(85))
        return known->second;
    const Json& schema = document_.resolve(given);
    if (const Json* any_of = schema.find("anyOf"))
        return valid(any_of->as_array()[pick(any_of->size())], name, sparse);
    if (const Json* words = schema.find("enum")) return words->as_array()[pick(words->size())];
    if (schema["type"].is_array() && chance(20)) return nullptr;
    const std::string type = type_of(schema);
    if (type == "boolean") return chance(50);
    if (type == "integer" || type == "number") {
        const std::int64_t low = schema.has("minimum") ? schema["minimum"].as_integer() : 0;
        const std::int64_t high = schema.has("maximum") ? schema["maximum"].as_integer() : highest;
        if (chance(15)) return chance(50) ? low : high;
        return low + static_cast<std::int64_t>(pick(
                         static_cast<std::size_t>(std::min<std::int64_t>(high - low, 1000)) + 1));
    }
    if (type == "string") return valid_text(schema);
    if (type == "array") {
        Json list = Json::array();
        const std::size_t least = length_of(schema, "minItems", 0),
                          most = std::min<std::size_t>(length_of(schema, "maxItems", 3), 3);
        for (std::size_t n = least + pick(most - std::min(least, most) + 1); n > 0; --n) {
            Json item = valid(schema["items"]);
            if (std::find(list.as_array().begin(), list.as_array().end(), item) ==
                list.as_array().end())
                list.as_array().push_back(std::move(item));
        }
        return list;
    }
    if (type != "object") return anything();
    Json out = Json::object();
    const Json::Array none,
        &required = schema["required"].is_array() ? schema["required"].as_array() : none;
    if (schema["properties"].is_object())
        for (const auto& [member, shape] : schema["properties"].as_object()) {
            const bool must =
                std::find(required.begin(), required.end(), Json(member)) != required.end();
            if (must || (!sparse && chance(60))) out.set(member, valid(shape, member, sparse));
        }
    return out;
}

Json ValueMaker::anything(int depth) {
    switch (pick(depth > 3 ? 6 : 8)) {
        case 0: return nullptr;
        case 1: return chance(50);
        case 2: return edge(Json::object());
        case 3: return chance(50) ? Json(1.5) : Json(-1e300);
        case 4: return text(20);
        case 5: return std::string(pick(3000), 'x');
        case 6: {
            Json list = Json::array();
            for (std::size_t n = pick(5); n > 0; --n)
                list.as_array().push_back(anything(depth + 1));
            return list;
        }
        default: {
            Json object = Json::object();
            for (std::size_t n = pick(5); n > 0; --n) object.set(text(4), anything(depth + 1));
            return object;
        }
    }
}

Json ValueMaker::spoiled(const Json& schema) {
    if (chance(10)) return anything();
    Json value = valid(schema, {}, chance(30));
    spoil(schema, value, 0);
    return value;
}

// One place, somewhere on a way down.
void ValueMaker::spoil(const Json& given, Json& value, int depth) {
    const Json& schema = document_.resolve(given);
    if (value.is_object() && value.size() > 0 && depth < 5 && chance(85)) {
        Json::Object& members = value.as_object();
        const std::size_t which = pick(members.size());
        switch (pick(6)) {
            case 0: members.erase(members.begin() + static_cast<std::ptrdiff_t>(which)); return;
            case 1:
                members.emplace_back(chance(50) ? "is_admin" : text(3) + "?", anything(2));
                return;
            case 2: members[which].second = anything(2); return;
            default:
                spoil(schema["properties"][members[which].first], members[which].second, depth + 1);
                return;
        }
    }
    if (value.is_array() && value.size() > 0 && chance(60)) {
        Json::Array& items = value.as_array();
        if (chance(40))
            items.push_back(items.front());
        else if (chance(30))
            items.resize(2000, items.front());
        else
            spoil(schema["items"], items[pick(items.size())], depth + 1);
        return;
    }
    if (value.is_number()) {
        if (chance(60))
            value = edge(schema);
        else if (chance(50))
            value = std::to_string(pick(100));
        else
            value = value.as_number() + 0.5;
    } else if (value.is_string()) {
        const std::size_t least = length_of(schema, "minLength", 0),
                          most = length_of(schema, "maxLength", 1000);
        switch (pick(7)) {
            case 0: value = std::string(least > 0 ? least - 1 : 0, 'x'); return;
            case 1: value = std::string(most + 1, 'x'); return;
            case 2: value = std::string(most, 'x'); return;
            case 3: value = std::string(20'000, 'x'); return;
            case 4: value = std::string("a\0b", 3); return;
            case 5: value = text(30); return;
            default: value = nullptr; return;
        }
    } else {
        value = anything(1);
    }
}

std::string ValueMaker::noise() {
    switch (pick(8)) {
        case 0: return std::string(1 + pick(40), '{');
        case 1: return std::string(5000, '[');
        case 2: return R"({"a":1,"a":2})";
        case 3: return "{\"a\":\"\xff\xfe\"}";
        case 4: return R"({"a":1e999})";
        case 5: return R"({"a":99999999999999999999})";
        case 6: return R"({"a":"\ud800"})";
        default: return text(40);
    }
}

}  // namespace kitchen::tests
