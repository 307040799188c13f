#include "http/routing/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Route list_route() {
    Route route = Route::get("/foods/");
    route.query({"search", Schema::string().max(5), ""});
    route.query({"limit", Schema::integer().min(1).max(100), "", "10"});
    route.query({"price", Schema::number().min(0), ""});
    route.query({"available", Schema::boolean(), ""});
    route.query({"sort", Schema::string().one_of({"name", "-name"}), ""});
    route.query({"from", Schema::string().format(Format::date_time), ""});
    return route.signed_in();
}

struct QueryCase {
    const char* name;
    std::string query;
    Fields values;  ///< without limit=10
    std::vector<std::string> faults;
};
void PrintTo(const QueryCase& c, std::ostream* out) { *out << c.name; }

class ReadQuery : public testing::TestWithParam<QueryCase> {};

TEST_P(ReadQuery, GivesValuesOrFaults) {
    Fields values;
    std::vector<Fault> faults;
    const Route route = list_route();
    ASSERT_TRUE(read_query(GetParam().query, route, values, faults));
    std::vector<std::string> seen;
    for (const Fault& fault : faults) seen.push_back(fault.pointer + ' ' + fault.code);
    EXPECT_EQ(seen, GetParam().faults);
    if (!faults.empty()) return;
    std::erase(values, std::pair<std::string, std::string>("limit", "10"));
    EXPECT_EQ(values, GetParam().values);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReadQuery,
    testing::Values(
        QueryCase{"Empty", "", {}, {}}, QueryCase{"OnlySeparators", "&&", {}, {}},
        QueryCase{"All",
                  "sort=-name&available=true&price=1.5&limit=100&search=rice",
                  {{"search", "rice"},
                   {"limit", "100"},
                   {"price", "1.5"},
                   {"available", "true"},
                   {"sort", "-name"}},
                  {}},
        QueryCase{"Decoded", "search=a+b%26c", {{"search", "a b&c"}}, {}},
        QueryCase{"DecodedName", "%73earch=x", {{"search", "x"}}, {}},
        QueryCase{"EqualsInside", "search=a=b", {{"search", "a=b"}}, {}},
        QueryCase{"NoValue", "search", {}, {}},
        QueryCase{"QuestionMark", "search=?", {{"search", "?"}}, {}},
        QueryCase{"CodePoints",
                  "search=%E2%82%A6%E2%82%A6%E2%82%A6%E2%82%A6%E2%82%A6",
                  {{"search", "₦₦₦₦₦"}},
                  {}},
        QueryCase{"TooLong", "search=abcdef", {}, {"?search too_long"}},
        QueryCase{"TooSmall", "limit=0", {}, {"?limit too_small"}},
        QueryCase{"TooLarge", "limit=101", {}, {"?limit too_large"}},
        QueryCase{"Negative", "limit=-1", {}, {"?limit too_small"}},
        QueryCase{"NoNumber", "limit=abc", {}, {"?limit type"}},
        QueryCase{"EmptyNumber", "limit=&price=&sort=&available=", {}, {}},
        QueryCase{"EmptyBesideValue", "limit=&limit=10&from=", {}, {}},
        QueryCase{"Decimal", "limit=1.5", {}, {"?limit type"}},
        QueryCase{"WholeDecimal", "limit=10.0", {}, {}}, QueryCase{"Exponent", "limit=1e1", {}, {}},
        QueryCase{"PlusOfATime",
                  "from=2026-01-01T00:00:00+01:00",
                  {{"from", "2026-01-01T00:00:00+01:00"}},
                  {}},
        QueryCase{"EncodedPlusOfATime",
                  "from=2026-01-01T00:00:00.5%2B01:00",
                  {{"from", "2026-01-01T00:00:00.5+01:00"}},
                  {}},
        QueryCase{"SpaceElsewhere", "from=2026-01-01+00:00:00Z", {}, {"?from format"}},
        QueryCase{"PlusIsSpace", "limit=+5", {}, {"?limit type"}},
        QueryCase{"RealPlus", "limit=%2B5", {}, {"?limit type"}},
        QueryCase{"LeadingZero", "limit=05", {}, {"?limit type"}},
        QueryCase{"Hex", "limit=0x5", {}, {"?limit type"}},
        QueryCase{"Huge", "limit=99999999999999999999", {}, {"?limit out_of_range"}},
        QueryCase{"HugeExponent", "limit=-1e400", {}, {"?limit out_of_range"}},
        QueryCase{"HugeDecimal", "price=1e400", {}, {"?price out_of_range"}},
        QueryCase{"JsonText", "limit=%225%22", {}, {"?limit type"}},
        QueryCase{"JsonNull", "limit=null", {}, {"?limit type"}},
        QueryCase{"JsonList", "limit=[[[[5]]]]", {}, {"?limit type"}},
        QueryCase{"NoBoolean", "available=maybe", {}, {"?available type"}},
        QueryCase{"OtherNumber", "available=2", {}, {"?available type"}},
        QueryCase{"PriceTooSmall", "price=-0.5", {}, {"?price too_small"}},
        QueryCase{"PriceNaN", "price=NaN", {}, {"?price type"}},
        QueryCase{"NotOneOf", "sort=price", {}, {"?sort not_one_of"}},
        QueryCase{"Unknown", "colour=red", {}, {"?colour unknown_parameter"}},
        QueryCase{"UnknownEmptyName", "=x", {}, {"? unknown_parameter"}},
        QueryCase{"Duplicate", "limit=5&limit=5", {}, {"?limit duplicate_parameter"}},
        QueryCase{"DuplicateEncoded", "limit=5&%6Cimit=6", {}, {"?limit duplicate_parameter"}},
        QueryCase{"Several",
                  "x=1&limit=0&y=2",
                  {},
                  {"?x unknown_parameter", "?y unknown_parameter", "?limit too_small"}}),
    [](const auto& info) { return info.param.name; });

TEST(ReadQueryTakes, BooleansAsClientsSpellThem) {
    const Route route = list_route();
    for (const auto& [texts, value] :
         {std::pair{std::vector{"true", "True", "TRUE", "1", "yes", "on", "Yes"}, "true"},
          std::pair{std::vector{"false", "False", "FALSE", "0", "no", "off", "No"}, "false"}})
        for (const std::string text : texts) {
            Fields values;
            std::vector<Fault> faults;
            ASSERT_TRUE(read_query("available=" + text, route, values, faults));
            EXPECT_THAT(faults, IsEmpty()) << text;
            EXPECT_THAT(values, testing::Contains(testing::Pair("available", value))) << text;
        }
}

TEST(ReadQueryOfPublicReads, IgnoresWhatItDoesNotKnow) {
    Route route = list_route();
    route.access = Access::anyone;
    Fields values;
    std::vector<Fault> faults;
    ASSERT_TRUE(read_query("utm_source=x&fbclid=&search=rice&utm_source=y", route, values, faults));
    EXPECT_THAT(faults, IsEmpty());
    EXPECT_THAT(values, ElementsAre(testing::Pair("search", "rice"), testing::Pair("limit", "10")));
    route.method = "POST";
    ASSERT_TRUE(read_query("utm_source=x", route, values, faults));
    EXPECT_EQ(faults.size(), 1u);
}

TEST(ReadQueryRefuses, UnknownParametersWithASuggestion) {
    Fields values;
    std::vector<Fault> faults;
    ASSERT_TRUE(read_query("limt=5&colour=red", list_route(), values, faults));
    ASSERT_EQ(faults.size(), 2u);
    EXPECT_EQ(faults[0].detail, "This route has no such query parameter; did you mean 'limit'?");
    EXPECT_EQ(faults[1].detail, "This route has no such query parameter.");
}

TEST(ReadQueryRefuses, WhatCannotBeDecoded) {
    const Route route = list_route();
    for (const char* query : {"search=%", "search=%4", "search=%zz", "search=%00", "search=%ff",
                              "search=%c0%80", "%zz=1", "unknown=%zz", "search=\xff"}) {
        Fields values;
        std::vector<Fault> faults;
        const Status status = read_query(query, route, values, faults);
        ASSERT_FALSE(status) << query;
        EXPECT_EQ(status.error().kind, Errc::malformed);
    }
}

TEST(ReadQueryRequires, WhatIsRequired) {
    Route route = Route::get("/x");
    route.query({"q", Schema::string(), "", "", true});
    Fields values;
    std::vector<Fault> faults;
    ASSERT_TRUE(read_query("", route, values, faults));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].pointer, "?q");
    EXPECT_EQ(faults[0].code, "required");
}

TEST(ReadQueryBounds, ItsFaults) {
    std::string query;
    for (int i = 0; i < 3000; ++i) query += "a&";
    query += std::string(100000, 'n');
    Fields values;
    std::vector<Fault> faults;
    ASSERT_TRUE(read_query(query, list_route(), values, faults));
    EXPECT_EQ(faults.size(), 100u);
    faults.clear();
    ASSERT_TRUE(read_query(std::string(100000, 'n'), list_route(), values, faults));
    EXPECT_LT(faults.at(0).pointer.size(), 200u);
}

TEST(ReadQueryLists, AreRepeatedOrSeparatedByCommas) {
    Route route = Route::get("/x");
    route.query({"status", Schema::array(Schema::string().one_of({"a", "b"})).max(3), ""})
        .query({"tag", Schema::array(Schema::string()), ""})
        .query({"id", Schema::array(Schema::integer()), ""});
    std::vector<std::string> seen;
    const auto read = [&](std::string_view query) {
        Request request;
        std::vector<Fault> faults;
        EXPECT_TRUE(read_query(query, route, request.query_parameters, faults));
        seen.clear();
        for (const Fault& fault : faults) seen.push_back(fault.pointer + ' ' + fault.code);
        for (const char* name : {"status", "tag", "id"})
            for (const std::string_view value : request.query_list(name)) seen.emplace_back(value);
        return seen;
    };
    EXPECT_THAT(read("status=a,b"), ElementsAre("a", "b"));
    EXPECT_THAT(read("status=a%2Cb"), ElementsAre("a", "b"));
    EXPECT_THAT(read("status=b&status=a&status="), ElementsAre("b", "a"));
    EXPECT_THAT(read("status=,"), IsEmpty());
    EXPECT_THAT(read("tag=hot,red&tag=soup%2C+stew"), ElementsAre("hot", "red", "soup, stew"));
    EXPECT_THAT(read("id=1,2"), ElementsAre("1", "2"));
    EXPECT_THAT(read("status=a,c"), ElementsAre("?status not_one_of", "a", "c"));
    EXPECT_THAT(read("id=1,x"), ElementsAre("?id type", "1", "x"));
    EXPECT_THAT(read("status=a,a,a,a").at(0), "?status too_many");
}

TEST(CheckQueryParameters, FindsWhatCannotWork) {
    Route route = Route::get("/x");
    route.query({"a", Schema::integer().max(5), "", "6"})
        .query({"b", Schema::array(Schema::array(Schema::string())), ""})
        .query({"c", Schema::string(), ""})
        .query({"c", Schema::string(), ""});
    std::vector<std::string> problems;
    check_query_parameters(route, problems);
    EXPECT_THAT(problems, ElementsAre(HasSubstr("'a' has a default that it refuses itself"),
                                      HasSubstr("'b' is a list of lists or an object"),
                                      HasSubstr("'c' is declared twice")));
    problems.clear();
    check_query_parameters(list_route(), problems);
    EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace kitchen::http
