#include "json_items.h"

#include <gtest/gtest.h>

#include <sstream>

namespace kitchen::transfer {
namespace {

/// The elements as a list of JSON; after an error '!' and its line.
std::string items(const std::string& text, std::size_t max_item = 1000) {
    std::istringstream in(text);
    JsonItems reader(in, max_item);
    std::string all;
    for (Json item;;) {
        const Result<bool> found = reader.next(item);
        if (!found) {
            EXPECT_EQ(found.error().code, "json_malformed");
            return all + '!' + std::to_string(reader.line());
        }
        if (!*found) return all + (reader.in_result() ? "result" : ".");
        all += item.dump() + ' ';
    }
}

TEST(JsonItems, OfAListOrAResult) {
    EXPECT_EQ(items("[]"), ".");
    EXPECT_EQ(items("\xef\xbb\xbf [ {\"a\": \"]},\\\"[\"} ,[1, {}], \"x\\\\\", 12,null ]\n"),
              R"({"a":"]},\"["} [1,{}] "x\\" 12 null .)");
    EXPECT_EQ(items(R"({"count": 2, "x": {"result": 3}, "result": [1, 2], "next": null})"),
              "1 2 result");
    EXPECT_EQ(items(R"({"result":[]})"), "result");
}

TEST(JsonItems, WhatIsMalformed) {
    for (const char* text :
         {"", "1", "{}", "[", "{\"result\": 1}", "{\"count\": 1}", "{\"result\" [1]}", "[,1]",
          "nonsense", "{\"result\": {\"a\": [1]}}", "{\"a\" \"result\": []}", "[]]", "[] 1",
          "{\"result\": []", "{1: 2}", "{\"result\": [], \"result\": []}",
          "{\"result\": [] \"a\": 1}", "{\"result\": [], \"a\": }"})
        EXPECT_EQ(items(text), "!1") << text;
    EXPECT_EQ(items("[1,\n{\"a\":1}\n\n 2]"), "1 {\"a\":1} !4");
    EXPECT_EQ(items("[1,\n]"), "1 !2");
    EXPECT_EQ(items("[1\n,{\"a\": 1, \"a\": 2}]"), "1 !2");
    EXPECT_EQ(items("[1, {\"a\": [}]}]"), "1 !1");
    EXPECT_EQ(items("[\"\xff\"]"), "!1") << "not UTF-8";
    EXPECT_EQ(items("[1, \"abc"), "1 !1");
    EXPECT_EQ(items("[1, \"abc\\"), "1 !1");
    EXPECT_EQ(items("[12345, 123456]", 5), "12345 !1");
    EXPECT_EQ(items("[" + std::string(900, '[')), "!1");
}

}  // namespace
}  // namespace kitchen::transfer
