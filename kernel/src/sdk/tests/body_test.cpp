#include "kitchen/http/body.h"

#include <gtest/gtest.h>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/http/route.h"

namespace http = kitchen::http;

// Functions that are found by their argument, as in a plugin.
namespace shelf {

enum class Size : std::uint8_t { small, large };
static std::vector<std::string> names_of(Size) { return {"small", "large"}; }
static std::string_view to_text(Size size) { return size == Size::small ? "small" : "large"; }

struct Shelf {
    std::string label;
};
static void describe(http::BodyFields<Shelf>& field) { field("label", &Shelf::label); }
}  // namespace shelf

namespace {

using kitchen::Fault;
using kitchen::Json;
using kitchen::parse_json;
using kitchen::Timestamp;
using shelf::Size;

struct Part {
    std::string name = "none";
    int count = 1;

    static void describe(http::BodyFields<Part>& field) {
        field("name", &Part::name);
        field.optional("count", &Part::count);
    }
};

struct Parcel {
    std::int64_t id = 0;
    bool open = false;
    double weight = 0;
    Size size = Size::small;
    Timestamp at;
    std::string note = "old";
    std::optional<int> floor = 9;
    std::optional<std::string> name;
    std::vector<Part> parts;
    Part main;

    static void describe(http::BodyFields<Parcel>& field) {
        field.named("Parcel");
        field("id", &Parcel::id).min(1).describe("A number");
        field("open", &Parcel::open);
        field("weight", &Parcel::weight);
        field("size", &Parcel::size);
        field("at", &Parcel::at);
        field.optional("note", &Parcel::note).or_null().max(5);
        field.optional("floor", &Parcel::floor).or_null();
        field.optional("name", &Parcel::name);
        field.optional("parts", &Parcel::parts).unique_items();
        field.optional("main", &Parcel::main);
        field.optional("double_id", [](const Parcel& parcel) { return parcel.id * 2; });
    }
};

struct Raw {
    std::string json;

    static http::Schema schema() { return http::Schema::object({}).open(); }
    void write(kitchen::JsonWriter& out) const { out.raw(json); }
};

struct Box {
    Raw inner;

    static void describe(http::BodyFields<Box>& field) { field("inner", &Box::inner); }
};

constexpr const char* whole =
    R"({"id":7,"open":true,"weight":1.5,"size":"large","at":"2026-01-31T10:05:00+01:00",)"
    R"("note":"new","floor":2,"name":"Ada","parts":[{"name":"a","count":3},{"name":"b"}],)"
    R"("main":{"name":"m"}})";

Parcel read(const char* text, Parcel parcel = {}) {
    http::read_body(*parse_json(text), parcel);
    return parcel;
}

std::vector<std::string> faults(const char* text) {
    std::vector<Fault> found;
    http::schema_of<Parcel>().validate(*parse_json(text), "", found);
    std::vector<std::string> out;
    for (const Fault& fault : found) out.push_back(fault.pointer + ' ' + fault.code);
    return out;
}

TEST(Body, ReadsEveryTypeOfMember) {
    const Parcel parcel = read(whole);
    EXPECT_EQ(parcel.id, 7);
    EXPECT_TRUE(parcel.open);
    EXPECT_EQ(parcel.weight, 1.5);
    EXPECT_EQ(parcel.size, Size::large);
    EXPECT_EQ(kitchen::format_rfc3339(parcel.at), "2026-01-31T09:05:00.000Z");
    EXPECT_EQ(parcel.note, "new");
    EXPECT_EQ(parcel.floor, 2);
    EXPECT_EQ(parcel.name, "Ada");
    ASSERT_EQ(parcel.parts.size(), 2U);
    EXPECT_EQ(parcel.parts[0].count, 3);
    EXPECT_EQ(parcel.parts[1].name, "b");
    EXPECT_EQ(parcel.parts[1].count, 1);
    EXPECT_EQ(parcel.main.name, "m");
}

TEST(Body, WhatIsLeftOutStaysAndNullTakesAway) {
    const Parcel before = read(whole);
    const Parcel same = read("{}", before);
    EXPECT_EQ(same.note, "new");
    EXPECT_EQ(same.floor, 2);
    EXPECT_EQ(same.parts.size(), 2U);
    const Parcel after = read(R"({"note":null,"floor":null,"parts":[]})", before);
    EXPECT_EQ(after.note, "");
    EXPECT_FALSE(after.floor);
    EXPECT_TRUE(after.parts.empty());
    EXPECT_EQ(after.id, 7);
}

TEST(Body, AnObjectWithinIsReplacedWhole) {
    const Parcel before = read(R"({"main":{"name":"m","count":8}})");
    EXPECT_EQ(before.main.count, 8);
    EXPECT_EQ(read(R"({"main":{"name":"n"}})", before).main.count, 1);
}

TEST(Body, TheSchemaIsThatOfTheMembers) {
    EXPECT_TRUE(faults(whole).empty());
    EXPECT_EQ(faults("{}"),
              (std::vector<std::string>{"/id required", "/open required", "/weight required",
                                        "/size required", "/at required"}));
    EXPECT_EQ(faults(R"({"id":0,"open":1,"weight":"x","size":"mid","at":"now","note":"longer",
                         "name":null,"parts":[{"name":"a"},{"name":"a"},{}],"x":1})"),
              (std::vector<std::string>{"/id too_small", "/open type", "/weight type",
                                        "/size not_one_of", "/at format", "/note too_long",
                                        "/name type", "/parts/2/name required",
                                        "/parts/1 not_unique", "/x unknown_field"}));
    EXPECT_EQ(http::schema_of<Parcel>().name, "Parcel");
    EXPECT_EQ(http::schema_of<Parcel>().members.front().schema.description, "A number");
    EXPECT_EQ(http::schema_of<Size>().choices, names_of(Size::small));
}

TEST(Body, WritesTheMembersInTheOrderOfTheTable) {
    EXPECT_EQ(http::body_json(read(whole)),
              R"({"id":7,"open":true,"weight":1.5,"size":"large","at":"2026-01-31T09:05:00.000Z",)"
              R"("note":"new","floor":2,"name":"Ada","parts":[{"name":"a","count":3},)"
              R"({"name":"b","count":1}],"main":{"name":"m","count":1},"double_id":14})");
}

TEST(Body, NothingIsNullOrLeftOut) {
    Parcel parcel;
    parcel.note.clear();
    parcel.floor.reset();
    const std::string text = http::body_json(parcel);
    EXPECT_NE(text.find(R"("note":null,"floor":null,"parts":[])"), std::string::npos) << text;
    std::vector<Fault> wrong;
    http::schema_of<shelf::Shelf>().validate(Json::object({{"label", ""}}), "", wrong);
    EXPECT_TRUE(wrong.empty());
    EXPECT_EQ(http::body_json(shelf::Shelf{}), R"({"label":""})");
}

TEST(Body, AStructMayWriteItself) {
    EXPECT_EQ(http::body_json(Box{{R"({"a":1})"}}), R"({"inner":{"a":1}})");
    EXPECT_TRUE(http::schema_of<Box>().members.front().schema.allows_more);
}

TEST(Body, RouteRequestAndResponseTakeTheStruct) {
    const auto route =
        http::Route::post("/parcels/").body<Parcel>().answers<shelf::Shelf>(201, "Where it lies");
    EXPECT_EQ(route.body_schema->name, "Parcel");
    EXPECT_EQ(route.responses.front().schema->members.front().name, "label");
    http::Request request;
    request.json = *parse_json(whole);
    EXPECT_EQ(request.read<Parcel>().id, 7);
    const auto response = http::Response::json(201, shelf::Shelf{"left"});
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body, R"({"label":"left"})");
    request.json = nullptr;  // an optional body that was left out
    EXPECT_EQ(request.read<Parcel>().note, "old");
}

}  // namespace
