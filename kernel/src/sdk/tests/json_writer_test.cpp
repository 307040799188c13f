#include <limits>

#include <gtest/gtest.h>

#include "kitchen/json.h"

namespace kitchen {
namespace {

template <class T>
std::string written(const T& value) {
    std::string out;
    JsonWriter(out).value(value);
    return out;
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("a", 1)
        .member("b", "x")
        .key("c")
        .begin_array()
        .value(true)
        .null()
        .begin_array()
        .end_array()
        .value(2)
        .end_array();
    json.key("d")
        .begin_object()
        .end_object()
        .member("e", std::optional<std::int64_t>())
        .member("f", std::optional<std::string>("y"));
    json.key("g").raw("[1,2]").member("h", Json::object({{"i", nullptr}})).end_object();
    EXPECT_EQ(
        out,
        R"({"a":1,"b":"x","c":[true,null,[],2],"d":{},"e":null,"f":"y","g":[1,2],"h":{"i":null}})");
}

TEST(JsonWriter, JoinsSeveralValues) {
    std::string out;
    JsonWriter json(out);
    for (int i = 0; i < 3; ++i) json.begin_object().member("id", i).end_object();
    EXPECT_EQ(out, R"({"id":0},{"id":1},{"id":2})");
}

TEST(JsonWriter, WritesNumbers) {
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(written(4.5), "4.5");
    EXPECT_EQ(written(4.0), "4.0");
    EXPECT_EQ(written(-0.0), "-0.0");
    EXPECT_EQ(written(0.1), "0.1");
    EXPECT_EQ(written(1e300), "1e+300");
    EXPECT_EQ(written(std::numeric_limits<double>::denorm_min()), "5e-324");
    EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
    EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "null");
}

struct Text {
    const char* name;
    std::string in;
    std::string out;
};
void PrintTo(const Text& text, std::ostream* out) { *out << text.name; }

class JsonWriterText : public testing::TestWithParam<Text> {};

TEST_P(JsonWriterText, IsEscaped) {
    EXPECT_EQ(written(std::string_view(GetParam().in)), GetParam().out);
}

constexpr const char* bad = "\xef\xbf\xbd";

INSTANTIATE_TEST_SUITE_P(
    Table, JsonWriterText,
    testing::Values(
        Text{"Empty", "", "\"\""}, Text{"Plain", "a/b <c>", "\"a/b <c>\""},
        Text{"QuoteAndBackslash", "\"\\", R"("\"\\")"},
        Text{"Short", "\b\f\n\r\t", R"("\b\f\n\r\t")"},
        Text{"Controls", std::string("\0\x1f\x7f", 3), "\"\\u0000\\u001f\x7f\""},
        Text{"TwoOctets", "\xc3\xa9", "\"\xc3\xa9\""}, Text{"ThreeOctets", "₦5", "\"₦5\""},
        Text{"FourOctets", "𝄞", "\"𝄞\""}, Text{"Last", "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\""},
        Text{"LoneContinuation", "a\x80z", std::string("\"a") + bad + "z\""},
        Text{"CutShort", "a\xe2\x82", std::string("\"a") + bad + bad + "\""},
        Text{"Overlong", "\xc0\x80", std::string("\"") + bad + bad + "\""},
        Text{"OverlongThree", "\xe0\x80\x80", std::string("\"") + bad + bad + bad + "\""},
        Text{"Surrogate", "\xed\xa0\x80", std::string("\"") + bad + bad + bad + "\""},
        Text{"PastUnicode", "\xf4\x90\x80\x80", std::string("\"") + bad + bad + bad + bad + "\""},
        Text{"NeverUsed", "\xff\xfe", std::string("\"") + bad + bad + "\""}),
    [](const auto& info) { return info.param.name; });

TEST(JsonWriter, WhateverTheBytesTheTextIsJson) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    for (std::size_t i = 0; i + 4 <= all.size(); ++i) {
        std::string mixed = all.substr(i, 4) + all.substr(255 - i, 1) + all;
        ASSERT_TRUE(parse_json(written(std::string_view(mixed)))) << i;
    }
}

TEST(JsonWriter, EscapesKeysToo) {
    std::string out;
    JsonWriter(out).begin_object().member("a\"\n", 1).end_object();
    EXPECT_EQ(out, R"({"a\"\n":1})");
}

#ifndef NDEBUG
TEST(JsonWriterDeathTest, AssertsThatAKeyHasAValue) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("a");
    EXPECT_DEATH(json.end_object(), "without a value");
    EXPECT_DEATH(json.key("b"), "without a value");
}
#endif

}  // namespace
}  // namespace kitchen
