#include "kitchen/json.h"

#include <limits>

#include <gtest/gtest.h>

namespace kitchen {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string numbered_members(int count) {
    std::string out = "{";
    for (int i = 0; i < count; ++i)
        out += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    return out + "}";
}

TEST(ParseJson, ReadsEveryKindOfValue) {
    const auto json = parse_json(R"( {"a":[1,-2,3.5,true,false,null,"x\u00e9\n"],"b":{},"c":[]} )");
    ASSERT_TRUE(json);
    EXPECT_EQ(*json,
              Json::object({{"a", Json::array({1, -2, 3.5, true, false, nullptr, "x\xc3\xa9\n"})},
                            {"b", Json::object()},
                            {"c", Json::array()}}));
}

TEST(ParseJson, KeepsIntegersAndDecimalsApart) {
    EXPECT_TRUE(parse_json("1")->is_integer());
    EXPECT_FALSE(parse_json("1.5")->is_integer());
    for (const char* two : {"2.0", "2e0", "0.2e1", "200e-2"}) EXPECT_EQ(*parse_json(two), Json(2));
    // A double may have rounded these.
    for (const char* huge : {"1e16", "9223372036854775808", "-12345678901234567890"})
        EXPECT_FALSE(parse_json(huge)->is_integer()) << huge;
    EXPECT_EQ(parse_json("9223372036854775807")->as_integer(),
              std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse_json("-9223372036854775808")->as_integer(),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parse_json("-0")->as_integer(), 0);
    EXPECT_EQ(parse_json("1e-999")->as_number(), 0);
}

TEST(ParseJson, KeepsMemberOrderAndLateKeys) {
    const auto json = parse_json(numbered_members(5000));
    ASSERT_TRUE(json);
    ASSERT_EQ(json->size(), 5000u);
    EXPECT_EQ(json->as_object()[4999].first, "k4999");
    EXPECT_EQ((*json)["k4321"].as_integer(), 4321);
}

TEST(ParseJson, TakesDepthUpToTheLimit) {
    EXPECT_TRUE(parse_json(nested(max_json_depth)));
    EXPECT_FALSE(parse_json(nested(max_json_depth + 1)));
}

struct Refusal {
    const char* name;
    std::string text;
    const char* detail;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class ParseJsonRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(ParseJsonRefuses, WithASentence) {
    JsonError error;
    EXPECT_FALSE(parse_json(GetParam().text, &error));
    EXPECT_EQ(error.detail, GetParam().detail);
    EXPECT_LE(error.offset, GetParam().text.size());
    EXPECT_FALSE(parse_json(GetParam().text));
}

const std::string many_then_twin = numbered_members(300).insert(1, "\"k299\":0,");

INSTANTIATE_TEST_SUITE_P(
    Table, ParseJsonRefuses,
    testing::Values(
        Refusal{"Empty", "", "The JSON document is empty."},
        Refusal{"Blank", " \r\n\t", "The JSON document is empty."},
        Refusal{"TruncatedObject", "{\"a\":1", "The JSON document ends too early."},
        Refusal{"TruncatedString", "\"abc", "The JSON document ends too early."},
        Refusal{"TruncatedLiteral", "tru", "The JSON document ends too early."},
        Refusal{"Trailing", "{} x", "There is something after the end of the JSON document."},
        Refusal{"TwoDocuments", "1 2", "There is something after the end of the JSON document."},
        Refusal{"TrailingNul", std::string("{}\0{}", 5), "The text holds a NUL at byte 2."},
        Refusal{"NulInString", std::string("\"a\0b\"", 5), "The text holds a NUL at byte 2."},
        Refusal{"NaN", "NaN", "The JSON is not well formed at byte 0."},
        Refusal{"NaNInside", "{\"a\":NaN}", "The JSON is not well formed at byte 5."},
        Refusal{"Infinity", "[-Infinity]", "The JSON is not well formed at byte 2."},
        Refusal{"SingleQuotes", "{'a':1}", "The JSON is not well formed at byte 1."},
        Refusal{"TrailingComma", "[1,]", "The JSON is not well formed at byte 3."},
        Refusal{"Comment", "[1/**/]", "The JSON is not well formed at byte 2."},
        Refusal{"LeadingZero", "[01]", "The JSON is not well formed at byte 2."},
        Refusal{"Plus", "[+1]", "The JSON is not well formed at byte 1."},
        Refusal{"RawNewline", "\"a\nb\"", "The JSON is not well formed at byte 2."},
        Refusal{"LoneSurrogate", "\"\\ud800\"", "The JSON is not well formed at byte 7."},
        Refusal{"BadEscape", "\"\\x41\"", "The JSON is not well formed at byte 2."},
        Refusal{"TooLarge", "[1e999]", "A number is too large."},
        Refusal{"TooLargeNegative", "-1e999", "A number is too large."},
        Refusal{"Latin1", "\"\xe9\"", "The text is not valid UTF-8 at byte 1."},
        Refusal{"Overlong", "\"\xc0\xaf\"", "The text is not valid UTF-8 at byte 1."},
        Refusal{"EncodedSurrogate", "\"\xed\xa0\x80\"", "The text is not valid UTF-8 at byte 1."},
        Refusal{"BadUtf8OutsideStrings", "{}\xff", "The text is not valid UTF-8 at byte 2."},
        Refusal{"ByteOrderMark", "\xef\xbb\xbf{}",
                "The text begins with a byte order mark; leave it out."},
        Refusal{"DuplicateKey", R"({"email":1,"x":2,"email":3})", "Duplicate key 'email'."},
        Refusal{"DuplicateKeyEscaped", R"({"email":1,"\u0065mail":3})", "Duplicate key 'email'."},
        Refusal{"DuplicateKeyInside", R"([{"a":{"b":1,"b":1}}])", "Duplicate key 'b'."},
        Refusal{"DuplicateKeyAmongMany", many_then_twin, "Duplicate key 'k299'."},
        Refusal{"DeepArrays", nested(10000), "The JSON is nested deeper than 32 levels."},
        Refusal{"DeepUnclosed", std::string(1'000'000, '['),
                "The JSON is nested deeper than 32 levels."},
        Refusal{"DeepObjects", "{\"a\":" + nested(32) + "}",
                "The JSON is nested deeper than 32 levels."}),
    [](const auto& info) { return info.param.name; });

TEST(ParseJson, ShowsOnlyTheStartOfALongDuplicateKey) {
    const std::string key = std::string(63, 'k') + std::string(100, 'x');
    JsonError error;
    EXPECT_FALSE(parse_json("{\"" + key + "\":1,\"" + key + "\":2}", &error));
    EXPECT_EQ(error.detail, "Duplicate key '" + key.substr(0, 64) + "…'.");
}

TEST(Json, FindsSetsAndCounts) {
    Json json;
    EXPECT_EQ(json.size(), 0u);
    json.set("a", 1).set("b", nullptr).set("a", 2);
    EXPECT_EQ(json.size(), 2u);
    EXPECT_EQ(json["a"].as_integer(), 2);
    EXPECT_TRUE(json["nothing"].is_null());
    EXPECT_NE(json.find("b"), nullptr);
    EXPECT_FALSE(json.has("b"));
    EXPECT_EQ(json.find("nothing"), nullptr);
    EXPECT_EQ(Json(3)["a"].is_null(), true);
    EXPECT_THROW(Json(3).set("a", 1), std::bad_variant_access);
    EXPECT_EQ(Json::array({1, 2, 3}).size(), 3u);
}

TEST(Json, ComesBackTheSameFromItsText) {
    for (const char* text :
         {"null", "true", "[]", "{}",
          R"({"a":[1,1.5,-7,0.1,1e+300,"\"\\\b\f\n\r\t\u0001é𝄞"],"b":{"c":null}})"}) {
        const auto json = parse_json(text);
        ASSERT_TRUE(json) << text;
        EXPECT_EQ(json->dump(), text);
        EXPECT_EQ(parse_json(json->dump()), json);
    }
}

}  // namespace
TEST(JsonCanonical, DoesNotSeeTheOrderOfMembers) {
    const auto canonical = [](const char* text) { return parse_json(text).value().canonical(); };
    EXPECT_EQ(canonical(R"({"a":1,"b":{"y":[1,2],"x":null}})"),
              canonical(R"({ "b": {"x": null, "y": [1, 2]}, "a": 1 })"));
    EXPECT_NE(canonical(R"({"a":[1,2]})"), canonical(R"({"a":[2,1]})"));
    EXPECT_NE(canonical(R"({"a":1})"), canonical(R"({"a":"1"})"));
    EXPECT_NE(canonical(R"({"a":null})"), canonical(R"({})"));
}

}  // namespace kitchen
