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

struct RequestCase {
    const char* name;
    Fields headers;
    std::optional<std::string> value;  ///< of the cookie "sid"
};
void PrintTo(const RequestCase& c, std::ostream* out) { *out << c.name; }

class RequestCookie : public testing::TestWithParam<RequestCase> {};

TEST_P(RequestCookie, IsReadOrNot) {
    Request request;
    request.headers = GetParam().headers;
    EXPECT_EQ(request.cookie("sid"), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RequestCookie,
    testing::Values(RequestCase{"Alone", {{"cookie", "sid=abc"}}, "abc"},
                    RequestCase{"Among", {{"cookie", "a=1; sid=abc; b=2"}}, "abc"},
                    RequestCase{"NoSpace", {{"cookie", "a=1;sid=abc;b=2"}}, "abc"},
                    RequestCase{"Spaces", {{"cookie", "  sid = abc  "}}, "abc"},
                    RequestCase{"Quoted", {{"cookie", "sid=\"abc\""}}, "abc"},
                    RequestCase{"Empty", {{"cookie", "sid="}}, ""},
                    RequestCase{"EqualsInside", {{"cookie", "sid=a=b="}}, "a=b="},
                    RequestCase{"FirstWins", {{"cookie", "sid=1; sid=2"}}, "1"},
                    RequestCase{"SecondField",
                                {{"cookie", "a=1"}, {"x", "sid=no"}, {"cookie", "sid=abc"}},
                                "abc"},
                    RequestCase{"None", {}, std::nullopt},
                    RequestCase{"OtherName", {{"cookie", "xsid=1; sidx=2; SID=3"}}, std::nullopt},
                    RequestCase{"NoEquals", {{"cookie", "sid"}}, std::nullopt},
                    RequestCase{"OnlySemicolons", {{"cookie", ";;; ;"}}, std::nullopt},
                    RequestCase{"SpaceInside", {{"cookie", "sid=a b"}}, std::nullopt},
                    RequestCase{"HalfQuoted", {{"cookie", "sid=\"abc"}}, std::nullopt},
                    RequestCase{"OneQuote", {{"cookie", "sid=\""}}, std::nullopt},
                    RequestCase{"Comma", {{"cookie", "sid=a,b"}}, std::nullopt},
                    RequestCase{"Backslash", {{"cookie", "sid=a\\b"}}, std::nullopt},
                    RequestCase{"NotAscii", {{"cookie", "sid=\xc3\xa9"}}, std::nullopt}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kitchen::http
