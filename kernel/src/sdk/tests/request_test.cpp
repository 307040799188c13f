#include "kitchen/http/request.h"

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

TEST(RequestHeader, IsFoundInAnyCase) {
    Request request;
    request.headers = {{"idempotency-key", "k"}, {"x", "1"}, {"x", "2"}};
    for (const char* name : {"idempotency-key", "Idempotency-Key", "IDEMPOTENCY-KEY"}) {
        ASSERT_NE(request.header(name), nullptr) << name;
        EXPECT_EQ(*request.header(name), "k");
    }
    EXPECT_EQ(*request.header("X"), "1");
    for (const char* name : {"idempotency-ke", "idempotency-keys", "", "y"})
        EXPECT_EQ(request.header(name), nullptr) << name;
}

TEST(RequestWho, ThrowsWithoutAPrincipal) {
    Request request;
    EXPECT_THROW(request.who(), std::logic_error);
    request.principal = Principal{7, "customer", ""};
    EXPECT_EQ(request.who().user_id, 7);
}

struct Case {
    const char* name;
    Fields headers;
    std::optional<std::string> value;  ///< of the cookie "sid"
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class RequestCookie : public testing::TestWithParam<Case> {};

TEST_P(RequestCookie, IsReadOrNot) {
    Request request;
    request.headers = GetParam().headers;
    EXPECT_EQ(request.cookie("sid"), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RequestCookie,
    testing::Values(
        Case{"Alone", {{"cookie", "sid=abc"}}, "abc"},
        Case{"Among", {{"cookie", "a=1; sid=abc; b=2"}}, "abc"},
        Case{"NoSpace", {{"cookie", "a=1;sid=abc;b=2"}}, "abc"},
        Case{"Spaces", {{"cookie", "  sid = abc  "}}, "abc"},
        Case{"Quoted", {{"cookie", "sid=\"abc\""}}, "abc"}, Case{"Empty", {{"cookie", "sid="}}, ""},
        Case{"EqualsInside", {{"cookie", "sid=a=b="}}, "a=b="},
        Case{"FirstWins", {{"cookie", "sid=1; sid=2"}}, "1"},
        Case{"SecondField", {{"cookie", "a=1"}, {"x", "sid=no"}, {"cookie", "sid=abc"}}, "abc"},
        Case{"None", {}, std::nullopt},
        Case{"OtherName", {{"cookie", "xsid=1; sidx=2; SID=3"}}, std::nullopt},
        Case{"NoEquals", {{"cookie", "sid"}}, std::nullopt},
        Case{"OnlySemicolons", {{"cookie", ";;; ;"}}, std::nullopt},
        Case{"SpaceInside", {{"cookie", "sid=a b"}}, std::nullopt},
        Case{"HalfQuoted", {{"cookie", "sid=\"abc"}}, std::nullopt},
        Case{"OneQuote", {{"cookie", "sid=\""}}, std::nullopt},
        Case{"Comma", {{"cookie", "sid=a,b"}}, std::nullopt},
        Case{"Backslash", {{"cookie", "sid=a\\b"}}, std::nullopt},
        Case{"NotAscii", {{"cookie", "sid=\xc3\xa9"}}, std::nullopt}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kitchen::http
