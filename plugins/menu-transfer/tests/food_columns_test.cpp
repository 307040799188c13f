#include "food_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "csv/csv_reader.h"
#include "transfer_routes.h"

namespace kitchen::transfer {
namespace {

std::string value(const char* column, std::string_view cell) {
    const Result<std::optional<Json>> read = read_cell(*find_column(column), cell);
    if (!read) return "!" + read.error().code;
    return *read ? (*read)->dump() : "";
}

TEST(FoodColumns, WhatCellsMean) {
    EXPECT_EQ(value("name", "'=1+1"), "\"=1+1\"");
    EXPECT_EQ(value("name", ""), "\"\"");
    EXPECT_EQ(value("name", "\xff"), "!encoding");
    EXPECT_EQ(value("image_url", ""), "null");
    EXPECT_EQ(value("price", " 250000 "), "250000");
    EXPECT_EQ(value("price", ""), "");
    EXPECT_EQ(value("price", "2500.00"), "!type");
    EXPECT_EQ(value("price", "99999999999999999999"), "!type");
    EXPECT_EQ(value("available_quantity", ""), "null");
    EXPECT_EQ(value("is_available", "TRUE"), "true");
    EXPECT_EQ(value("is_available", "False"), "false");
    EXPECT_EQ(value("is_available", ""), "true");
    EXPECT_EQ(value("is_available", "yes"), "!type");
    EXPECT_EQ(value("tags", ""), "[]");
    EXPECT_EQ(value("tags", "hot; sweet"), R"(["hot","sweet"])");
    EXPECT_EQ(value("tags", R"(["a;b"])"), R"(["a;b"])");
    EXPECT_EQ(value("tags", "[a"), "!format");
    EXPECT_EQ(value("side_rules", ""), R"({"side_protein":{},"extra_side":{}})");
    EXPECT_EQ(value("side_rules", "{"), "!format");
    EXPECT_EQ(value("rating_count", "nonsense"), "");
}

TEST(FoodColumns, TagsAreReadAsTheyWere) {
    const std::string pieces[] = {"[", ";", "=", "'", "\"", "a", "a b", "-"};
    for (const std::string& a : pieces)
        for (const std::string& b : pieces)
            for (const std::vector<std::string>& tags :
                 {std::vector<std::string>{a + b}, std::vector<std::string>{a, b + a}}) {
                Food food;
                food.tags = tags;
                std::string record;
                append_food(record, food);
                std::istringstream in(record);
                CsvReader reader(in, 10'000);
                ASSERT_TRUE(*reader.next());
                Json expected = Json::array();
                for (const std::string& tag : tags) expected.as_array().emplace_back(tag);
                EXPECT_EQ(value("tags", reader.cells()[9]), expected.dump());
            }
}

TEST(FoodColumns, UnknownOnesAreSaidWithTheNearest) {
    EXPECT_EQ(unknown_column("prise"), "There is no column 'prise'; did you mean 'price'?");
    EXPECT_EQ(unknown_column("Is Available"),
              "There is no column 'Is Available'; did you mean 'is_available'?");
    EXPECT_THAT(unknown_column("calories"), testing::HasSubstr("There are id, name, description"));
    EXPECT_THAT(unknown_column("name;price"), testing::HasSubstr("separated by commas"));
    EXPECT_THAT(unknown_column("\xff"), testing::HasSubstr("'?'"));
    EXPECT_LT(unknown_column(std::string(60'000, 'x')).size(), 400u);
}

TEST(PreferredFormat, OfAccept) {
    for (const char* accept :
         {"text/csv", "TEXT/CSV;q=0.5", "text/*", "application/json;q=0.2, text/csv;q=0.35",
          "text/csv, */*;q=0.1", "application/json;q=0, */*"})
        EXPECT_EQ(preferred_format(accept), MenuFormat::csv) << accept;
    for (const char* accept : {"", "*/*", "application/json", "text/csv;q=0",
                               "text/csv, application/json", "nonsense;;,", "text/html"})
        EXPECT_EQ(preferred_format(accept), MenuFormat::json) << accept;
}

}  // namespace
}  // namespace kitchen::transfer
