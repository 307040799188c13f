#include "food_body.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Food jollof() {
    Food food;
    food.id = 7;
    food.name = "Jollof \"Party\" Rice";
    food.description = "Smoky.\nHot.";
    food.price = 280'000;
    food.currency = "NGN";
    food.image_url = "https://cdn.example/jollof.jpg";
    food.category = "Rice";
    food.available_quantity = 12;
    food.tags = {"spicy", "bestseller"};
    food.side_protein = {0, 2, std::vector<std::int64_t>{3, 4}};
    food.extra_side = {0, 1, std::nullopt};
    food.rating_count = 3;
    food.rating_average = 13.0 / 3;
    food.version = 5;
    food.created_at = 1'767'268'800'000;
    food.updated_at = 1'767'268'801'250;
    return food;
}

TEST(FoodBody, LooksLikeThis) {
    EXPECT_EQ(
        http::body_json(jollof()),
        R"({"id":7,"name":"Jollof \"Party\" Rice","description":"Smoky.\nHot.","price":280000,"currency":"NGN",)"
        R"("image_url":"https://cdn.example/jollof.jpg","category":"Rice","available_quantity":12,"is_available":true,)"
        R"("tags":["spicy","bestseller"],"side_rules":{"side_protein":{"min":0,"max":2,"allowed":[3,4]},)"
        R"("extra_side":{"min":0,"max":1,"allowed":null}},"rating":{"average":4.33,"count":3},"version":5,)"
        R"("created_at":"2026-01-01T12:00:00.000Z","updated_at":"2026-01-01T12:00:01.250Z"})");
}

TEST(FoodBody, WritesWhatIsNotThereAsNull) {
    Food food = jollof();
    food.image_url.reset();
    food.available_quantity.reset();
    food.tags.clear();
    food.rating_count = 0;
    const Json json = parse_json(http::body_json(food)).value();
    EXPECT_TRUE(json.find("image_url")->is_null());
    EXPECT_TRUE(json.find("available_quantity")->is_null());
    EXPECT_EQ(json["tags"], Json::array());
    EXPECT_EQ(json["rating"], Json::object({{"average", nullptr}, {"count", 0}}));
}

TEST(FoodBody, IsAsTheSchemaOfResponsesSays) {
    std::vector<Fault> faults;
    http::schema_of<Food>().validate(parse_json(http::body_json(jollof())).value(), "", faults);
    EXPECT_THAT(faults, IsEmpty());
}

template <class T>
Status read(const std::string& text, T& value) {
    return StoredJson<T>{text}.read("column", value);
}

TEST(FoodBody, ColumnsComeBackAsTheyWere) {
    const Food food = jollof();
    std::vector<std::string> tags = {"old"};
    ASSERT_TRUE(read(http::body_json(food.tags), tags).has_value());
    EXPECT_EQ(tags, food.tags);
    ASSERT_TRUE(read("[]", tags).has_value());
    EXPECT_THAT(tags, IsEmpty());
    SideRules rules{{}, {5, 6, std::vector<std::int64_t>{}}};
    ASSERT_TRUE(read(http::body_json(food.side_rules()), rules).has_value());
    EXPECT_TRUE(rules == food.side_rules());
}

TEST(FoodBody, DamagedColumnsAreErrors) {
    std::vector<std::string> tags;
    SideRules rules;
    for (const char* text : {"", "{", "7", "[7]"})
        EXPECT_EQ(read(text, tags).error().kind, Errc::corrupt) << text;
    for (const char* text :
         {"", "[]", R"({"side_protein":{"min":"1"}})", R"({"extra_side":{"allowed":7}})"})
        EXPECT_EQ(read(text, rules).error().kind, Errc::corrupt) << text;
}

TEST(FoodBody, ADraftTakesOnlyWhatTheBodyNames) {
    FoodDraft draft = jollof();
    const FoodDraft before = draft;
    read_draft(Json::object(), draft);
    EXPECT_TRUE(draft == before);

    read_draft(
        parse_json(R"({"name":"Coconut Rice","price":1,"image_url":null,"available_quantity":null,
        "is_available":false,"tags":[],"side_rules":{"extra_side":{"max":3}}})")
            .value(),
        draft);
    EXPECT_EQ(draft.name, "Coconut Rice");
    EXPECT_EQ(draft.price, 1);
    EXPECT_FALSE(draft.image_url);
    EXPECT_FALSE(draft.available_quantity);
    EXPECT_FALSE(draft.is_available);
    EXPECT_THAT(draft.tags, IsEmpty());
    EXPECT_EQ(draft.description, before.description);
    EXPECT_EQ(draft.category, before.category);
    EXPECT_TRUE(draft.side_protein == before.side_protein);
    EXPECT_TRUE(draft.extra_side == (SideRule{0, 3, std::nullopt}));
}

std::vector<std::string> deviations(const http::Schema& schema, const char* body) {
    std::vector<Fault> faults;
    schema.validate(parse_json(body).value(), "", faults);
    std::vector<std::string> pointers;
    for (const Fault& fault : faults) pointers.push_back(fault.pointer);
    return pointers;
}

TEST(FoodBody, NewFoodsNeedNamePriceAndCategory) {
    EXPECT_THAT(
        deviations(http::schema_of<FoodDraft>(), R"({"name":"A","price":0,"category":"B"})"),
        IsEmpty());
    EXPECT_THAT(deviations(http::schema_of<FoodDraft>(), "{}"),
                testing::UnorderedElementsAre("/name", "/price", "/category"));
    EXPECT_THAT(deviations(food_change_schema(), "{}"), IsEmpty());
    EXPECT_THAT(
        deviations(food_change_schema(), R"({"price":-1,"colour":"red","tags":["a","a"],"id":4})"),
        testing::UnorderedElementsAre("/price", "/colour", "/tags/1", "/id"));
}

TEST(FoodBody, RefusesWrongTypesAndRanges) {
    EXPECT_THAT(deviations(http::schema_of<FoodDraft>(),
                           R"({"name":1,"price":1.5,"category":null,"available_quantity":-1,
        "is_available":"yes","image_url":"nonsense","side_rules":{"side_protein":{"max":11},"dessert":{}}})"),
                testing::UnorderedElementsAre(
                    "/name", "/price", "/category", "/available_quantity", "/is_available",
                    "/image_url", "/side_rules/side_protein/max", "/side_rules/dessert"));
}

}  // namespace
}  // namespace kitchen::catalog
