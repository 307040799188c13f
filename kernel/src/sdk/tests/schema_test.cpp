#include "kitchen/http/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "pointer code" of each fault.
std::vector<std::string> faults_of(const Schema& schema, std::string_view json) {
    const auto value = parse_json(json);
    EXPECT_TRUE(value) << json;
    std::vector<Fault> faults;
    schema.validate(value.value_or(Json()), "", faults);
    std::vector<std::string> out;
    for (const Fault& fault : faults) {
        EXPECT_EQ(fault.detail.back(), '.') << fault.detail;
        out.push_back(fault.pointer + ' ' + fault.code);
    }
    return out;
}

struct SchemaCase {
    const char* name;
    Schema schema;
    std::string json;
    std::vector<std::string> faults;
};
void PrintTo(const SchemaCase& c, std::ostream* out) {
    *out << c.name << ": " << c.json.substr(0, 200);
}

class SchemaValidate : public testing::TestWithParam<SchemaCase> {};

TEST_P(SchemaValidate, FindsEveryFault) {
    EXPECT_EQ(faults_of(GetParam().schema, GetParam().json), GetParam().faults);
}

const Schema person = Schema::object({
    {"name", Schema::string().min(1).max(5)},
    {"age", Schema::integer().min(0).max(150), optional},
    {"nick", Schema::string().or_null(), optional},
});
const Schema id_list = Schema::array(Schema::integer().min(1)).min(1).max(3).unique_items();
const Schema words = Schema::string().one_of({"delivery", "pickup"});

INSTANTIATE_TEST_SUITE_P(
    Table, SchemaValidate,
    testing::Values(
        SchemaCase{"Good", person, R"({"name":"Ada","age":36,"nick":null})", {}},
        SchemaCase{"Missing", person, R"({})", {"/name required"}},
        SchemaCase{"NullIsNotMissing", person, R"({"name":null})", {"/name type"}},
        SchemaCase{"NotNullable", person, R"({"name":"a","age":null})", {"/age type"}},
        SchemaCase{
            "Unknown", person, R"({"name":"a","is_admin":true})", {"/is_admin unknown_field"}},
        SchemaCase{
            "UnknownIsEscaped", person, R"({"name":"a","~x/y":1})", {"/~0x~1y unknown_field"}},
        SchemaCase{"Several",
                   person,
                   R"({"age":"x","nick":3,"zz":1})",
                   {"/name required", "/age type", "/nick type", "/zz unknown_field"}},
        SchemaCase{"NotAnObject", person, "[]", {" type"}},
        SchemaCase{"NullBody", person, "null", {" type"}},
        SchemaCase{"TooSmall", person, R"({"name":"a","age":-1})", {"/age too_small"}},
        SchemaCase{"TooLarge", person, R"({"name":"a","age":151})", {"/age too_large"}},
        SchemaCase{"DecimalIsNoInteger", person, R"({"name":"a","age":1.5})", {"/age type"}},
        SchemaCase{"WholeDecimalIsAnInteger", person, R"({"name":"a","age":2.0})", {}},
        SchemaCase{"ExponentIsAnInteger", person, R"({"name":"a","age":1e2})", {}},
        SchemaCase{"TwentyDigits",
                   person,
                   R"({"name":1,"age":12345678901234567890})",
                   {"/name type", "/age out_of_range"}},
        SchemaCase{"RoundedInteger", Schema::integer(), "1e300", {" out_of_range"}},
        SchemaCase{"BooleanIsNoInteger", person, R"({"name":"a","age":true})", {"/age type"}},
        SchemaCase{"TooShort", person, R"({"name":""})", {"/name too_short"}},
        SchemaCase{"TooLong", person, R"({"name":"abcdef"})", {"/name too_long"}},
        SchemaCase{"LengthInCodePoints", person, R"({"name":"₦₦₦₦₦"})", {}},
        SchemaCase{"NulInText", person, R"({"name":"a\u0000"})", {"/name format"}},
        SchemaCase{"ArrayGood", id_list, "[1,2,3]", {}},
        SchemaCase{"TooFew", id_list, "[]", {" too_few"}},
        SchemaCase{"TooMany", id_list, "[1,1,0,\"x\"]", {" too_many"}},
        SchemaCase{"Elements", id_list, "[0,\"x\",1]", {"/0 too_small", "/1 type"}},
        SchemaCase{"NotUnique", id_list, "[7,7,7]", {"/1 not_unique", "/2 not_unique"}},
        SchemaCase{"ChoiceGood", words, "\"pickup\"", {}},
        SchemaCase{"ChoiceBad", words, "\"Pickup\"", {" not_one_of"}},
        SchemaCase{"ChoiceOfNumbers", Schema::integer().one_of({"1", "5"}), "2", {" not_one_of"}},
        SchemaCase{"ChoiceOfNumbersGood", Schema::integer().one_of({"1", "5"}), "5", {}},
        SchemaCase{"NumberTakesBoth", Schema::number().min(0).max(5), "4", {}},
        SchemaCase{"NumberTooLarge", Schema::number().min(0).max(5), "5.1", {" too_large"}},
        SchemaCase{"NumberTooSmall", Schema::number().min(0).max(5), "-0.1", {" too_small"}},
        SchemaCase{"Boolean", Schema::boolean(), "1", {" type"}},
        SchemaCase{"BooleanGood", Schema::boolean(), "false", {}},
        SchemaCase{"OpenRefusesNulDeepDown",
                   Schema::object({}).open(),
                   R"({"x":[1,{"a":"\u0000","b\u0000":1}]})",
                   {"/x/1/a format", std::string("/x/1/b\0 format", 14)}},
        SchemaCase{"Open",
                   Schema::object({{"a", Schema::integer()}}).open(),
                   R"({"a":1,"b":{"c":2}})",
                   {}},
        SchemaCase{"OpenRefusesNul",
                   Schema::object({}).open(),
                   R"({"b":{"c":"\u0000"}})",
                   {"/b/c format"}},
        SchemaCase{
            "Nested",
            Schema::object({{"items",
                             Schema::array(Schema::object({{"q", Schema::integer().min(1)}}))}}),
            R"({"items":[{"q":1},{"q":0},{}]})",
            {"/items/1/q too_small", "/items/2/q required"}},
        SchemaCase{"NullableObject", Schema(person).or_null(), "null", {}}),
    [](const auto& info) { return info.param.name; });

struct FormatCase {
    Format format;
    const char* text;
    bool valid;
};
void PrintTo(const FormatCase& c, std::ostream* out) { *out << c.text; }

class SchemaFormat : public testing::TestWithParam<FormatCase> {};

TEST_P(SchemaFormat, Decides) {
    std::vector<Fault> faults;
    Schema::string().format(GetParam().format).validate(Json(GetParam().text), "/x", faults);
    EXPECT_EQ(faults.empty(), GetParam().valid);
    if (!faults.empty()) {
        EXPECT_EQ(faults[0].code, "format");
    }
}

const std::string local64(64, 'a');
const std::string good_long = local64 + "@" + std::string(61, 'b') + "." + std::string(61, 'c') +
                              "." + std::string(61, 'd') + ".ng";
const std::string bad_long = local64 + "@" + std::string(63, 'b') + "." + std::string(63, 'c') +
                             "." + std::string(61, 'd') + ".ng";
const std::string local65 = "a" + local64 + "@b.ng";
const std::string label64 = "a@" + local64 + ".ng";

INSTANTIATE_TEST_SUITE_P(
    Email, SchemaFormat,
    testing::Values(FormatCase{Format::email, "ada@example.com", true},
                    FormatCase{Format::email, "a.b+c@x-y.example.ng", true},
                    FormatCase{Format::email, "\"a b\"@example.com", true},
                    FormatCase{Format::email, "\"a@\\\"b\"@example.com", true},
                    FormatCase{Format::email, "o'hara@example.com", true},
                    FormatCase{Format::email, good_long.c_str(), true},
                    FormatCase{Format::email, bad_long.c_str(), false},
                    FormatCase{Format::email, local65.c_str(), false},
                    FormatCase{Format::email, label64.c_str(), false},
                    FormatCase{Format::email, "", false}, FormatCase{Format::email, "ada", false},
                    FormatCase{Format::email, "@example.com", false},
                    FormatCase{Format::email, "ada@", false},
                    FormatCase{Format::email, "ada@localhost", false},
                    FormatCase{Format::email, "ada@example.", false},
                    FormatCase{Format::email, "ada@.com", false},
                    FormatCase{Format::email, "ada@exa..com", false},
                    FormatCase{Format::email, ".ada@example.com", false},
                    FormatCase{Format::email, "ada.@example.com", false},
                    FormatCase{Format::email, "a..b@example.com", false},
                    FormatCase{Format::email, "ada@-x.com", false},
                    FormatCase{Format::email, "ada@x-.com", false},
                    FormatCase{Format::email, "ada@1.2.3.4", false},
                    FormatCase{Format::email, "ada@[1.2.3.4]", false},
                    FormatCase{Format::email, "ada lovelace@example.com", false},
                    FormatCase{Format::email, "ada@exa mple.com", false},
                    FormatCase{Format::email, "ada@example.com\r\nBcc: x@y.ng", false},
                    FormatCase{Format::email, "a\n@example.com", false},
                    FormatCase{Format::email, "\"a\n\"@example.com", false},
                    FormatCase{Format::email, "\"a\\\"@example.com", false},
                    FormatCase{Format::email, "\"a\"b\"@example.com", false},
                    FormatCase{Format::email, "\"\"@example.com", false},
                    FormatCase{Format::email, "ad\xc3\xa9@example.com", false},
                    FormatCase{Format::email, "a@b@example.com", false},
                    FormatCase{Format::email, "<ada@example.com>", false},
                    FormatCase{Format::email, "ada@example.com ", false}));

INSTANTIATE_TEST_SUITE_P(
    Url, SchemaFormat,
    testing::Values(FormatCase{Format::http_url, "http://a", true},
                    FormatCase{Format::http_url, "HTTPS://a.ng:443/x?y=1#z", true},
                    FormatCase{Format::http_url, "https://[2001:db8::1]:8080/", true},
                    FormatCase{Format::http_url, "http://a/%C3%A9", true},
                    FormatCase{Format::http_url, "http://a?x", true},
                    FormatCase{Format::http_url, "http://a:", true},
                    FormatCase{Format::http_url, "", false},
                    FormatCase{Format::http_url, "a.ng/x.jpg", false},
                    FormatCase{Format::http_url, "/x.jpg", false},
                    FormatCase{Format::http_url, "ftp://a/", false},
                    FormatCase{Format::http_url, "javascript://a/%0aalert(1)", false},
                    FormatCase{Format::http_url, "http:a", false},
                    FormatCase{Format::http_url, "http://", false},
                    FormatCase{Format::http_url, "http:///x", false},
                    FormatCase{Format::http_url, "http://:80/", false},
                    FormatCase{Format::http_url, "http://u:p@a/", false},
                    FormatCase{Format::http_url, "http://a:65536/", false},
                    FormatCase{Format::http_url, "http://a:8x/", false},
                    FormatCase{Format::http_url, "http://a b/", false},
                    FormatCase{Format::http_url, "http://a/\"><script>", false},
                    FormatCase{Format::http_url, "http://a/%zz", false},
                    FormatCase{Format::http_url, "http://a/%", false},
                    FormatCase{Format::http_url, "http://a/#x#y", false},
                    FormatCase{Format::http_url, "http://a/\xc3\xa9", false},
                    FormatCase{Format::http_url, "http://[::1", false},
                    FormatCase{Format::http_url, "http://[x]/", false},
                    FormatCase{Format::http_url, " http://a/", false}));

INSTANTIATE_TEST_SUITE_P(Others, SchemaFormat,
                         testing::Values(FormatCase{Format::digits, "0123456789", true},
                                         FormatCase{Format::digits, "", false},
                                         FormatCase{Format::digits, "12 3", false},
                                         FormatCase{Format::digits, "-1", false},
                                         FormatCase{Format::digits, "１２３", false},
                                         FormatCase{Format::date_time, "2026-01-31T09:05:00Z",
                                                    true},
                                         FormatCase{Format::date_time, "tomorrow", false},
                                         FormatCase{Format::password, "x", true},
                                         FormatCase{Format::none, "anything", true}));

TEST(SchemaValidate, StopsAtAHundredFaults) {
    std::string json = "{";
    for (int i = 0; i < 1000; ++i) json += (i ? ",\"x" : "\"x") + std::to_string(i) + "\":1";
    EXPECT_EQ(faults_of(person, json + "}").size(), 100u);
    std::string list = "[";
    for (int i = 0; i < 1000; ++i) list += i ? ",0" : "0";
    EXPECT_EQ(faults_of(Schema::array(Schema::integer().min(1)), list + "]").size(), 100u);
    EXPECT_EQ(faults_of(Schema::array(Schema::integer()).unique_items(), list + "]").size(), 100u);
}

TEST(SchemaValidate, NeverEchoesAValue) {
    const Schema schema =
        Schema::object({{"password", Schema::string().min(20).format(Format::password)},
                        {"choice", Schema::string().one_of({"a"})},
                        {"email", Schema::string().format(Format::email)}});
    std::vector<Fault> faults;
    schema.validate(*parse_json(R"({"password":"hunter2","choice":"hunter2","email":"hunter2"})"),
                    "", faults);
    ASSERT_EQ(faults.size(), 3u);
    for (const Fault& fault : faults)
        EXPECT_EQ((fault.pointer + fault.detail).find("hunter2"), std::string::npos);
}

TEST(SchemaValidate, CutsAnUnknownKeyThatIsTooLong) {
    std::vector<Fault> faults;
    person.validate(Json::object({{"name", "a"}, {std::string(100000, 'k'), 1}}), "", faults);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_LT(faults[0].pointer.size(), 200u);
}

TEST(SchemaValidate, BeginsAtThePointerGiven) {
    std::vector<Fault> faults;
    Schema::integer().min(1).validate(Json(0), "?limit", faults);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].pointer, "?limit");
    EXPECT_EQ(faults[0].detail, "Must be 1 or more.");
}

std::string json_schema(const Schema& schema, std::string* components_text = nullptr,
                        SentBy by = SentBy::client) {
    Json components = Json::object();
    std::string out = schema.to_json_schema(components, by).dump();
    if (components_text) *components_text = components.dump();
    return out;
}

TEST(SchemaToJsonSchema, DescribesScalars) {
    EXPECT_EQ(json_schema(Schema::boolean()), R"({"type":"boolean"})");
    EXPECT_EQ(
        json_schema(Schema::integer().min(1).max(99).fallback(1)),
        R"({"type":"integer","format":"int64","minimum":1,"maximum":99,"description":"Default: 1."})");
    EXPECT_EQ(
        json_schema(Schema::string().min(8).max(128).format(Format::password).describe("Secret.")),
        R"({"type":"string","minLength":8,"maxLength":128,"format":"password","description":"Secret."})");
    EXPECT_EQ(json_schema(Schema::string().format(Format::digits)),
              R"({"type":"string","pattern":"^[0-9]+$"})");
    EXPECT_EQ(json_schema(Schema::string().one_of({"a", "b"}).or_null()),
              R"({"type":["string","null"],"enum":["a","b",null]})");
    EXPECT_EQ(json_schema(Schema::integer().one_of({"1", "2"})),
              R"({"type":"integer","format":"int64","enum":[1,2]})");
}

TEST(SchemaToJsonSchema, DescribesObjectsAndLists) {
    EXPECT_EQ(
        json_schema(Schema::object({{"a", Schema::boolean()}, {"b", Schema::number(), optional}})),
        R"({"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"number"}},"required":["a"],"additionalProperties":false})");
    EXPECT_EQ(json_schema(Schema::object({}).open()),
              R"({"type":"object","properties":{},"additionalProperties":true})");
    EXPECT_EQ(
        json_schema(Schema::array(Schema::string()).min(1).max(5).unique_items()),
        R"({"type":"array","minItems":1,"maxItems":5,"items":{"type":"string"},"uniqueItems":true})");
}

TEST(SchemaToJsonSchema, PutsNamedPartsIntoComponents) {
    const Schema food = Schema::object({{"id", Schema::integer()}}).named("Food");
    std::string components;
    EXPECT_EQ(
        json_schema(
            Schema::object({{"food", food}, {"side", Schema(food).or_null().describe("A side.")}})
                .open(),
            &components),
        R"({"type":"object","properties":{"food":{"$ref":"#/components/schemas/Food"},)"
        R"("side":{"anyOf":[{"$ref":"#/components/schemas/Food"},{"type":"null"}],"description":"A side."}},)"
        R"("required":["food","side"],"additionalProperties":true})");
    EXPECT_EQ(components,
              R"({"Food":{"type":"object","properties":{"id":{"type":"integer","format":"int64"}},)"
              R"("required":["id"],"additionalProperties":false}})");
}

TEST(SchemaToJsonSchema, WhatTheServerSendsIsCompleteAndOpen) {
    const Schema line = Schema::object({{"quantity", Schema::integer().fallback(1), optional},
                                        {"note", Schema::string(), optional}})
                            .named("Line");
    EXPECT_EQ(json_schema(line.members[0].schema, nullptr, SentBy::server),
              R"({"type":"integer","format":"int64","default":1})");
    Json components = Json::object();
    const auto reference = [](const char* name) {
        return Json::object({{"$ref", std::string("#/components/schemas/") + name}});
    };
    EXPECT_EQ(line.to_json_schema(components, SentBy::server), reference("Line"));
    EXPECT_EQ(line.to_json_schema(components, SentBy::client), reference("LineInput"));
    EXPECT_EQ(line.to_json_schema(components, SentBy::client), reference("LineInput"));
    EXPECT_EQ(components["Line"]["required"], Json::array({"quantity"}));
    EXPECT_FALSE(components["Line"].has("additionalProperties"));
    EXPECT_FALSE(components["LineInput"].has("required"));
    EXPECT_FALSE(components["LineInput"]["properties"]["quantity"].has("default"));
    EXPECT_EQ(components["LineInput"]["additionalProperties"], Json(false));
}

TEST(SchemaToJsonSchema, RefusesOneNameForTwoShapes) {
    Json components = Json::object();
    Schema::string().named("Thing").to_json_schema(components);
    EXPECT_NO_THROW(
        Schema::string().named("Thing").describe("Said of one use.").to_json_schema(components));
    EXPECT_THROW(Schema::integer().named("Thing").to_json_schema(components), std::logic_error);
}

}  // namespace
}  // namespace kitchen::http
