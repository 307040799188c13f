#include "kitchen/http/response.h"

#include <gtest/gtest.h>

#include "sdk/entity_tag.h"

namespace kitchen::http {
namespace {

std::string set_cookie(const Cookie& cookie) {
    const Response response = Response(200).with_cookie(cookie);
    EXPECT_EQ(response.headers.at(0).first, "Set-Cookie");
    return response.headers.at(0).second;
}

TEST(ResponseHeader, IsFoundAndReplacedInAnyCase) {
    Response response =
        Response(200).with_header("X-A", "1").with_header("x-a", "2").with_header("X-AB", "3");
    for (const char* name : {"X-A", "x-a", "X-a"}) {
        ASSERT_NE(response.header(name), nullptr) << name;
        EXPECT_EQ(*response.header(name), "1");
    }
    for (const char* name : {"X-", "X-ABC", ""}) EXPECT_EQ(response.header(name), nullptr) << name;
    response.set_header("x-A", "4");
    ASSERT_EQ(response.headers.size(), 2u);
    EXPECT_EQ(*response.header("X-A"), "4");
    EXPECT_EQ(*response.header("x-ab"), "3");
    response.set_header("New", "5");
    EXPECT_EQ(*response.header("new"), "5");
}

TEST(ResponseWithCookie, WritesTheAttributes) {
    EXPECT_EQ(set_cookie({.name = "sid", .value = "abc", .max_age_seconds = 600}),
              "sid=abc; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax");
    EXPECT_EQ(set_cookie({.name = "sid", .value = "", .max_age_seconds = 0, .secure = false}),
              "sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    EXPECT_EQ(set_cookie(
                  {.name = "sid", .value = "a", .path = "/x", .http_only = false, .same_site = ""}),
              "sid=a; Path=/x; Secure");
}

TEST(ResponseWithCookie, RefusesWhatWouldWriteFurtherAttributes) {
    EXPECT_THROW(set_cookie({.name = "", .value = "a"}), std::invalid_argument);
    EXPECT_THROW(set_cookie({.name = "a b", .value = "a"}), std::invalid_argument);
    EXPECT_THROW(set_cookie({.name = "sid", .value = "a; Domain=x"}), std::invalid_argument);
    EXPECT_THROW(set_cookie({.name = "sid", .value = "a\r\nX: y"}), std::invalid_argument);
    EXPECT_THROW(set_cookie({.name = "sid", .value = "a", .path = "/;x"}), std::invalid_argument);
    EXPECT_THROW(set_cookie({.name = "sid", .value = "a", .same_site = "Lax\n"}),
                 std::invalid_argument);
}

TEST(ResponseJson, WritesAValue) {
    EXPECT_EQ(Response::json(200, Json("text")).body, R"("text")");
    EXPECT_EQ(Response::raw_json(200, R"({"a":1})").body, R"({"a":1})");
    EXPECT_EQ(Response::raw_json(200, "{}").headers,
              (Fields{{"Content-Type", "application/json"}}));
#ifndef NDEBUG
    EXPECT_THROW(Response::raw_json(200, "text"), std::logic_error);
#endif
}

struct MatchCase {
    const char* name;
    Fields headers;
    bool passes;  ///< at version 7
};
void PrintTo(const MatchCase& c, std::ostream* out) { *out << c.name; }

class IfMatch : public testing::TestWithParam<MatchCase> {};

TEST_P(IfMatch, AtVersionSeven) {
    Request request;
    request.headers = GetParam().headers;
    const Status status = if_match(request)(7);
    EXPECT_EQ(status.has_value(), GetParam().passes);
    if (!status) {
        EXPECT_EQ(status.error().kind, Errc::precondition_failed);
    }
}

TEST(IfMatchSays, WhatIsNoListOfTags) {
    for (const char* text : {"\"7", "", "*, \"8\"", "\"7\"x", "W/", "abc", "7x y"}) {
        Request request;
        request.headers = {{"if-match", text}};
        const Status status = if_match(request)(8);
        ASSERT_FALSE(status) << text;
        EXPECT_EQ(status.error().kind, text[0] == '7' ? Errc::precondition_failed : Errc::malformed)
            << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, IfMatch,
    testing::Values(MatchCase{"Absent", {}, true}, MatchCase{"Star", {{"if-match", "*"}}, true},
                    MatchCase{"Same", {{"if-match", "\"7\""}}, true},
                    MatchCase{"Listed", {{"if-match", "\"6\", \"7\""}}, true},
                    MatchCase{"EmptyElements", {{"if-match", ", ,\"7\","}}, true},
                    MatchCase{"SecondField", {{"if-match", "\"6\""}, {"if-match", "\"7\""}}, true},
                    MatchCase{"CommaInsideATag", {{"if-match", "\"a,b\",\"7\""}}, true},
                    MatchCase{"MoreThanTheVersion", {{"if-match", "\"6\", \"7-x\""}}, true},
                    MatchCase{"MoreThanAnother", {{"if-match", "\"77-7\""}}, false},
                    MatchCase{"WeakAndMore", {{"if-match", "\"6\", W/\"7-x\""}}, true},
                    MatchCase{"Other", {{"if-match", "\"8\""}}, false},
                    MatchCase{"Longer", {{"if-match", "\"77\""}}, false},
                    MatchCase{"Weak", {{"if-match", "W/\"7\""}}, true},
                    MatchCase{"WeakOther", {{"if-match", "W/\"8\""}}, false},
                    MatchCase{"Unquoted", {{"if-match", " 7"}}, true},
                    MatchCase{"UnquotedList", {{"if-match", "6, 7"}}, true},
                    MatchCase{"UnquotedOther", {{"if-match", "77"}}, false}),
    [](const auto& info) { return info.param.name; });

TEST(EntityTagListed, ComparesWeaklyForReads) {
    EXPECT_TRUE(entity_tag_listed("W/\"7\"", "\"7\"", TagComparison::weak));
    EXPECT_TRUE(entity_tag_listed("\"7\"", "W/\"7\"", TagComparison::weak));
    EXPECT_TRUE(entity_tag_listed("\"1\" ,\t\"7\"", "\"7\"", TagComparison::weak));
    EXPECT_FALSE(entity_tag_listed("\"1\"", "\"7\"", TagComparison::weak));
    EXPECT_FALSE(entity_tag_listed("\"7\"", "W/\"7\"", TagComparison::version));
}

TEST(Response, BuildsUsualResponses) {
    const Response r =
        Response::json(201, Json::object({{"id", 1}})).with_location("/foods/1/").with_version(3);
    EXPECT_EQ(r.status, 201);
    EXPECT_EQ(r.body, R"({"id":1})");
    EXPECT_EQ(r.headers, (Fields{{"Content-Type", "application/json"},
                                 {"Location", "/foods/1/"},
                                 {"ETag", "\"3\""}}));
    EXPECT_EQ(Response::no_content().status, 204);
}

}  // namespace
TEST(IdempotencyKey, IsOneOfVisibleAscii) {
    const auto key = [](std::vector<std::string> values) {
        Request request;
        for (std::string& value : values)
            request.headers.emplace_back("idempotency-key", std::move(value));
        return idempotency_key(request);
    };
    EXPECT_EQ(key({}).value(), std::nullopt);
    for (const std::string& good : {std::string("a"), std::string("!~\"{}"), std::string(255, 'k')})
        EXPECT_EQ(key({good}).value(), good);
    for (const std::string& bad :
         {std::string(), std::string(256, 'k'), std::string("a b"), std::string("a\tb"),
          std::string("caf\xC3\xA9"), std::string("a\x7f")})
        EXPECT_EQ(key({bad}).error().faults.at(0).pointer, "Idempotency-Key") << bad;
    EXPECT_FALSE(key({"a", "a"}));
}

}  // namespace kitchen::http
