#include "kitchen/http/page.h"

#include <limits>

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

constexpr const char* base = "https://kitchen.example";

struct PageCase {
    const char* name;
    const char* target;
    std::int64_t limit, offset, count, total;
    const char* next;  ///< behind the base; nullptr: null
    const char* prev;
};
void PrintTo(const PageCase& c, std::ostream* out) { *out << c.name; }

class PageJson : public testing::TestWithParam<PageCase> {};

Json link(const char* tail) { return tail ? Json(base + std::string(tail)) : Json(); }

TEST_P(PageJson, LinksItsNeighbours) {
    const PageCase& c = GetParam();
    Request request;
    request.target = c.target;
    request.base_url = base;
    const auto page = parse_json(page_json(
        request, {c.limit, c.offset}, c.count ? R"({"id":1},{"id":2})" : "", c.count, c.total));
    ASSERT_TRUE(page);
    EXPECT_EQ((*page)["result"].size(), c.count ? 2u : 0u);
    EXPECT_EQ((*page)["count"], Json(c.count));
    EXPECT_EQ((*page)["total_count"], Json(c.total));
    EXPECT_EQ((*page)["limit"], Json(c.limit));
    EXPECT_EQ((*page)["offset"], Json(c.offset));
    EXPECT_EQ((*page)["next"], link(c.next));
    EXPECT_EQ((*page)["prev"], link(c.prev));
    EXPECT_EQ(page->size(), 7u);
}

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

INSTANTIATE_TEST_SUITE_P(
    Table, PageJson,
    testing::Values(
        PageCase{"First", "/foods/", 10, 0, 10, 25, "/foods/?limit=10&offset=10", nullptr},
        PageCase{"Middle", "/foods/?offset=10", 10, 10, 10, 25, "/foods/?limit=10&offset=20",
                 "/foods/?limit=10&offset=0"},
        PageCase{"Last", "/foods/?offset=20", 10, 20, 5, 25, nullptr, "/foods/?limit=10&offset=10"},
        PageCase{"OnlyOne", "/foods/", 10, 0, 3, 3, nullptr, nullptr},
        PageCase{"ExactlyFull", "/foods/", 10, 0, 10, 10, nullptr, nullptr},
        PageCase{"OneMore", "/foods/", 10, 0, 10, 11, "/foods/?limit=10&offset=10", nullptr},
        PageCase{"Nothing", "/foods/", 10, 0, 0, 0, nullptr, nullptr},
        PageCase{"NothingButAnOffset", "/foods/?offset=5", 10, 5, 0, 0, nullptr, nullptr},
        PageCase{"PrevNotBelowZero", "/foods/?offset=5", 10, 5, 10, 25,
                 "/foods/?limit=10&offset=15", "/foods/?limit=10&offset=0"},
        PageCase{"JustPastTheEnd", "/foods/?offset=25", 10, 25, 0, 25, nullptr,
                 "/foods/?limit=10&offset=20"},
        PageCase{"PastAFullEnd", "/foods/?offset=20", 10, 20, 0, 20, nullptr,
                 "/foods/?limit=10&offset=10"},
        PageCase{"FarPastTheEnd", "/foods/?offset=1000", 10, 1000, 0, 25, nullptr,
                 "/foods/?limit=10&offset=20"},
        PageCase{"HugeOffset", "/foods/?offset=9223372036854775807", 100, huge, 0, 25, nullptr,
                 "/foods/?limit=100&offset=0"},
        PageCase{"KeepsFilters", "/foods?search=jollof%20rice+x&limit=2&tag=hot", 2, 0, 2, 5,
                 "/foods?search=jollof%20rice+x&tag=hot&limit=2&offset=2", nullptr},
        PageCase{"KeepsWhatLooksAlike", "/foods/?limits=1&my_offset=2&flag", 10, 0, 10, 11,
                 "/foods/?limits=1&my_offset=2&flag&limit=10&offset=10", nullptr},
        PageCase{"DropsEncodedNames", "/foods/?%6cimit=2&off%73et=0&&a=1", 2, 0, 2, 5,
                 "/foods/?a=1&limit=2&offset=2", nullptr},
        PageCase{"KeepsOddTargets", "/foods/?", 10, 0, 10, 11, "/foods/?limit=10&offset=10",
                 nullptr}),
    [](const auto& info) { return info.param.name; });

TEST(PageParameters, AreDeclaredAndRead) {
    Route route = Route::get("/foods/");
    route.answers_page("A page", Schema::object({}), "FoodPage");
    ASSERT_EQ(route.query_parameters.size(), 2u);
    EXPECT_EQ(route.query_parameters[0].name, "limit");
    EXPECT_EQ(route.query_parameters[0].default_value, "10");
    EXPECT_EQ(route.query_parameters[0].schema.minimum, 1);
    EXPECT_EQ(route.query_parameters[0].schema.maximum, 100);
    EXPECT_EQ(route.query_parameters[1].name, "offset");
    EXPECT_EQ(route.query_parameters[1].schema.minimum, 0);

    Request request;
    request.query_parameters = {{"limit", "7"}, {"offset", "21"}};
    EXPECT_EQ(page_of(request).value().limit, 7);
    EXPECT_EQ(page_of(request).value().offset, 21);
}

TEST(PageCursors, AreOfTheLinkThatHasThem) {
    Route route = Route::get("/orders/").query(page_cursor());
    Request request;
    request.route = &route;
    request.target = "/orders/?limit=2&cursor=2.5.40&offset=2&status=pending";
    const Json page = parse_json(page_json(request, {2, 2}, "", 2, 5, 7)).value();
    EXPECT_EQ(page["next"], Json("/orders/?status=pending&limit=2&offset=4&cursor=4.5.7"));
    EXPECT_EQ(page["prev"], Json("/orders/?status=pending&limit=2&offset=0"));
    const auto cursor = [&](const char* offset, const char* text) {
        request.query_parameters = {{"limit", "2"}, {"offset", offset}, {"cursor", text}};
        return page_of(request);
    };
    EXPECT_EQ(cursor("4", "4.5.7").value().cursor->last, 7);
    EXPECT_EQ(cursor("4", "4.5.7").value().cursor->total_count, 5);
    EXPECT_FALSE(cursor("0", "4.5.7").value().cursor) << "another page";
    for (const char* bad : {"x", "4", "4.5", "4.5.", "4.5.7.", "4.5.7.8", "-4.5.7", "4.5.0", "4..7",
                            "4.5.99999999999999999999"}) {
        const auto refused = cursor("4", bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().faults.at(0).pointer, "?cursor");
    }
    const Route plain = Route::get("/foods/");
    request.route = &plain;
    EXPECT_EQ(page_json(request, {2, 2}, "", 2, 5, 7).find("cursor=4"), std::string::npos);
}

TEST(PageResponse, FitsWhatTheRouteDeclares) {
    struct Found {
        std::vector<int> ids;
        std::int64_t total_count = 9;
    };
    Request request;
    request.target = "/foods/?offset=2";
    request.base_url = base;
    request.query_parameters = {{"limit", "2"}, {"offset", "2"}};
    Route route = Route::get("/foods/");
    route.answers_page("A page", Schema::object({{"id", Schema::integer()}}), "FoodPage");
    const Schema& schema = route.responses.at(0).schema.value();
    EXPECT_EQ(schema.name, "FoodPage");

    const auto write = [](JsonWriter& out, int id) {
        out.begin_object().member("id", std::int64_t{id}).end_object();
    };
    std::vector<Fault> faults;
    for (const std::vector<int>& ids : {std::vector{3, 4}, std::vector<int>{}}) {
        const auto find = [&](const Page& page) -> Result<Found> {
            EXPECT_EQ(page.limit, 2);
            EXPECT_EQ(page.offset, 2);
            return Found{ids};
        };
        const Response response = page_response(request, find, write).value();
        EXPECT_EQ(response.status, 200);
        const Json body = parse_json(response.body).value();
        schema.validate(body, "", faults);
        EXPECT_EQ(body["result"].size(), ids.size());
        EXPECT_EQ(body["count"], Json(std::ssize(ids)));
        EXPECT_EQ(body["total_count"], Json(9));
        if (!ids.empty()) {
            EXPECT_EQ(body["result"].as_array()[1]["id"], Json(4));
        }
    }
    EXPECT_TRUE(faults.empty());

    const auto fail = [](const Page&) -> Result<Found> {
        return Error(Errc::unavailable, "away", "Later.");
    };
    EXPECT_EQ(page_response(request, fail, write).error().code, "away");
}

}  // namespace
}  // namespace kitchen::http
