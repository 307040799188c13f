#include "http/routing/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

using Outcome = Match::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Route route(const char* method, std::string pattern, std::string plugin = "catalog") {
    const std::string_view m = method;
    Route r = m == "GET"     ? Route::get(pattern)
              : m == "POST"  ? Route::post(pattern)
              : m == "PUT"   ? Route::put(pattern)
              : m == "PATCH" ? Route::patch(pattern)
                             : Route::del(pattern);
    r.plugin = std::move(plugin);
    return r;
}

std::vector<Route> routes_to_find() {
    return {
        route("GET", "/"),
        route("GET", "/foods/"),
        route("POST", "/foods/"),
        route("GET", "/foods/{id:id}/"),
        route("PATCH", "/foods/{id:id}/"),
        route("POST", "/foods/import/"),
        route("GET", "/foods/{id:id}/stock/"),
        route("DELETE", "/cart/clear/"),
        route("DELETE", "/cart/{item_id:id}/"),
        route("GET", "/files/{name}"),
        route("GET", "/files/{name}/meta"),
        route("GET", "/files/special/raw"),
        route("POST", "/files/special/"),
        route("GET", "/openapi.json"),
        route("GET", "/static/{path*}"),
        route("GET", "/static/{name}/size"),
        route("POST", "/static/{name}"),
    };
}

class RouterTest : public testing::Test {
protected:
    std::vector<Route> routes_ = routes_to_find();
    std::vector<std::string> problems_;
    Router router_{routes_, problems_};
};

struct RouterCase {
    const char* method;
    std::string target;
    Outcome outcome;
    const char* pattern = nullptr;
    Fields parameters = {};
    const char* path = nullptr;  ///< when it differs from the target
};
void PrintTo(const RouterCase& c, std::ostream* out) {
    *out << c.method << ' ' << c.target.substr(0, 60);
}

class RouterTable : public RouterTest, public testing::WithParamInterface<RouterCase> {};

TEST_P(RouterTable, Matches) {
    const RouterCase& c = GetParam();
    ASSERT_THAT(problems_, IsEmpty());
    const Match match = router_.match(c.method, c.target);
    EXPECT_EQ(match.outcome, c.outcome);
    ASSERT_EQ(match.route != nullptr, c.pattern != nullptr);
    if (!c.pattern) return;
    EXPECT_EQ(match.route->pattern, c.pattern);
    EXPECT_EQ(match.path_parameters, c.parameters);
    EXPECT_EQ(match.path, c.path ? c.path : c.target);
}

INSTANTIATE_TEST_SUITE_P(
    Found, RouterTable,
    testing::Values(
        RouterCase{"GET", "/", Outcome::found, "/"},
        RouterCase{"GET", "/?a=/b", Outcome::found, "/", {}, "/"},
        RouterCase{"GET", "/foods", Outcome::found, "/foods/"},
        RouterCase{"GET", "/foods/", Outcome::found, "/foods/", {}, "/foods"},
        RouterCase{"HEAD", "/foods", Outcome::found, "/foods/"},
        RouterCase{"GET", "/openapi.json/", Outcome::found, "/openapi.json", {}, "/openapi.json"},
        RouterCase{"GET", "/foods?x=/../%zz", Outcome::found, "/foods/", {}, "/foods"},
        RouterCase{"GET", "/foods/7", Outcome::found, "/foods/{id:id}/", {{"id", "7"}}},
        RouterCase{"GET",
                   "/foods/9223372036854775807",
                   Outcome::found,
                   "/foods/{id:id}/",
                   {{"id", "9223372036854775807"}}},
        RouterCase{
            "GET", "/%66oods/%37/", Outcome::found, "/foods/{id:id}/", {{"id", "7"}}, "/foods/7"},
        RouterCase{"GET", "/foods/7/stock", Outcome::found, "/foods/{id:id}/stock/", {{"id", "7"}}},
        RouterCase{"DELETE", "/cart/clear", Outcome::found, "/cart/clear/"},
        RouterCase{
            "DELETE", "/cart/12", Outcome::found, "/cart/{item_id:id}/", {{"item_id", "12"}}},
        RouterCase{"GET",
                   "/files/%e2%82%a6+%25",
                   Outcome::found,
                   "/files/{name}",
                   {{"name", "₦+%"}},
                   "/files/₦+%"},
        RouterCase{"GET", "/files/...", Outcome::found, "/files/{name}", {{"name", "..."}}},
        // A literal first, and back again when it leads nowhere, for the path or for the method.
        RouterCase{"GET", "/files/special/raw", Outcome::found, "/files/special/raw"},
        RouterCase{"GET",
                   "/files/special/meta",
                   Outcome::found,
                   "/files/{name}/meta",
                   {{"name", "special"}}},
        RouterCase{"GET", "/files/special", Outcome::found, "/files/{name}", {{"name", "special"}}},
        RouterCase{"POST", "/files/special", Outcome::found, "/files/special/"},
        RouterCase{"OPTIONS", "/foods/7", Outcome::options, "/foods/{id:id}/", {{"id", "7"}}}));

INSTANTIATE_TEST_SUITE_P(
    Rest, RouterTable,
    testing::Values(
        RouterCase{"GET", "/static/a", Outcome::found, "/static/{path*}", {{"path", "a"}}},
        RouterCase{
            "GET", "/static/a/b/c.css", Outcome::found, "/static/{path*}", {{"path", "a/b/c.css"}}},
        RouterCase{"GET",
                   "/static/a/b/",
                   Outcome::found,
                   "/static/{path*}",
                   {{"path", "a/b"}},
                   "/static/a/b"},
        RouterCase{"GET",
                   "/static/a%2fb",
                   Outcome::found,
                   "/static/{path*}",
                   {{"path", "a/b"}},
                   "/static/a/b"},
        RouterCase{"GET",
                   "/static/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/1%37",
                   Outcome::found,
                   "/static/{path*}",
                   {{"path", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"}},
                   "/static/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"},
        RouterCase{"GET", "/static/a/size", Outcome::found, "/static/{name}/size", {{"name", "a"}}},
        RouterCase{"POST", "/static/a", Outcome::found, "/static/{name}", {{"name", "a"}}},
        RouterCase{"POST", "/static/a/b", Outcome::method_not_allowed},
        RouterCase{"GET", "/static", Outcome::not_found},
        RouterCase{"GET", "/static/", Outcome::not_found},
        RouterCase{"GET", "/static/a//b", Outcome::not_found},
        RouterCase{"GET", "/static/a%2f%2fb", Outcome::not_found},
        RouterCase{"GET", "/static/%2fetc", Outcome::not_found},
        RouterCase{"GET", "/static/x%2f..%2fb", Outcome::not_found},
        RouterCase{"GET", "/static/x/%2e%2e%2fb", Outcome::not_found},
        RouterCase{"GET", "/static/x%2f.", Outcome::not_found},
        RouterCase{"GET", "/static/x/../b", Outcome::bad_path}));

INSTANTIATE_TEST_SUITE_P(
    NotFound, RouterTable,
    testing::Values(RouterCase{"GET", "/files/x%2f..%2fb", Outcome::not_found},
                    RouterCase{"GET", "/files/a%2Fb", Outcome::not_found},
                    RouterCase{"GET", "/files/a%2Fb/meta", Outcome::not_found},
                    RouterCase{"GET", "/nothing", Outcome::not_found},
                    RouterCase{"GET", "//", Outcome::not_found},
                    RouterCase{"GET", "//foods", Outcome::not_found},
                    RouterCase{"GET", "/foods//", Outcome::not_found},
                    RouterCase{"GET", "/foods//7", Outcome::not_found},
                    RouterCase{"GET", "/Foods", Outcome::not_found},
                    RouterCase{"GET", "/foods/0", Outcome::not_found},
                    RouterCase{"GET", "/foods/-1", Outcome::not_found},
                    RouterCase{"GET", "/foods/+1", Outcome::not_found},
                    RouterCase{"GET", "/foods/07", Outcome::not_found},
                    RouterCase{"GET", "/foods/7x", Outcome::not_found},
                    RouterCase{"GET", "/foods/1.0", Outcome::not_found},
                    RouterCase{"GET", "/foods/9223372036854775808", Outcome::not_found},
                    RouterCase{"GET", "/foods/" + std::string(5000, '9'), Outcome::not_found},
                    RouterCase{"GET", "/foods%2F7", Outcome::not_found},
                    RouterCase{"GET", "/foods/7%2Fstock", Outcome::not_found},
                    RouterCase{"GET", "/files/", Outcome::not_found},
                    RouterCase{"OPTIONS", "/nothing", Outcome::not_found},
                    RouterCase{"GET", std::string(16000, '/'), Outcome::not_found},
                    RouterCase{"GET", "/foods" + std::string(8000, '/'), Outcome::not_found},
                    RouterCase{"GET",
                               [] {
                                   std::string deep;
                                   for (int i = 0; i < 4000; ++i) deep += "/a";
                                   return deep;
                               }(),
                               Outcome::not_found}));

INSTANTIATE_TEST_SUITE_P(Bad, RouterTable,
                         testing::Values(RouterCase{"GET", "", Outcome::bad_path},
                                         RouterCase{"GET", "foods", Outcome::bad_path},
                                         RouterCase{"GET", "*", Outcome::bad_path},
                                         RouterCase{"GET", "/foods/..", Outcome::bad_path},
                                         RouterCase{"GET", "/../etc", Outcome::bad_path},
                                         RouterCase{"GET", "/./foods", Outcome::bad_path},
                                         RouterCase{"GET", "/foods/%2e%2E/", Outcome::bad_path},
                                         RouterCase{"GET", "/foods/.%2e", Outcome::bad_path},
                                         RouterCase{"GET", "/foods/%2e", Outcome::bad_path},
                                         RouterCase{"GET", "/foods/%00", Outcome::bad_path},
                                         RouterCase{"GET", "/files/a%00b", Outcome::bad_path},
                                         RouterCase{"GET", "/%zz", Outcome::bad_path},
                                         RouterCase{"GET", "/files/%", Outcome::bad_path},
                                         RouterCase{"GET", "/files/%4", Outcome::bad_path},
                                         RouterCase{"GET", "/files/%ff", Outcome::bad_path},
                                         RouterCase{"GET", "/files/%c0%ae", Outcome::bad_path},
                                         RouterCase{"GET", "/files/%ed%a0%80", Outcome::bad_path},
                                         RouterCase{"GET", "/files/\xff", Outcome::bad_path},
                                         RouterCase{"GET", "//nothing//%zz", Outcome::bad_path},
                                         RouterCase{"OPTIONS", "/..", Outcome::bad_path},
                                         RouterCase{"GET",
                                                    [] {
                                                        std::string deep;
                                                        for (int i = 0; i < 100; ++i) deep += "/a";
                                                        return deep + "/%zz";
                                                    }(),
                                                    Outcome::bad_path}));

INSTANTIATE_TEST_SUITE_P(Unknown, RouterTable,
                         testing::Values(RouterCase{"BREW", "/foods", Outcome::unknown_method},
                                         RouterCase{"get", "/foods", Outcome::unknown_method},
                                         RouterCase{"TRACE", "/foods", Outcome::unknown_method},
                                         RouterCase{"", "/", Outcome::unknown_method}));

TEST_F(RouterTest, SaysWhatAPathAllows) {
    Match match = router_.match("DELETE", "/foods");
    EXPECT_EQ(match.outcome, Outcome::method_not_allowed);
    EXPECT_EQ(match.allow, "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(router_.match("HEAD", "/cart/clear").allow, "DELETE, OPTIONS");
    EXPECT_EQ(router_.match("OPTIONS", "/foods/7").allow, "GET, HEAD, PATCH, OPTIONS");
    // Both places where the path ends count.
    EXPECT_EQ(router_.match("DELETE", "/files/special").allow, "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(router_.match("GET", "/foods/import").outcome, Outcome::method_not_allowed);
}

TEST_F(RouterTest, SaysWhatTheWholeServerAllows) {
    const Match match = router_.match("OPTIONS", "*");
    EXPECT_EQ(match.outcome, Outcome::options);
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST(RouterConflicts, NameBothPlugins) {
    const std::vector<Route> routes{
        route("GET", "/a/{x}/", "one"),     route("POST", "/a/{y}", "two"),
        route("GET", "/a/{y:id}", "three"), route("GET", "/b", "one"),
        route("GET", "/b/", "two"),         route("GET", "/a/b", "two")};
    std::vector<std::string> problems;
    const Router router(routes, problems);
    EXPECT_THAT(
        problems,
        ElementsAre(
            "GET /a/{y:id} (plugin three) takes the same requests as GET /a/{x}/ (plugin one)",
            "GET /b/ (plugin two) takes the same requests as GET /b (plugin one)"));
}

TEST(RouterConflicts, TellBadPatterns) {
    for (const char* pattern :
         {"",         "foods",   "//",           "/a//b",
          "/{",       "/{}",     "/{x",          "/x}",
          "/a{x}",    "/{x}{y}", "/{X}",         "/{1x}",
          "/{x:int}", "/{x:}",   "/{x}/{x}",     "/{x:id*}",
          "/{x*}/a",  "/{*}",    "/{x**}",       "/..",
          "/a b",     "/%61",    "/caf\xc3\xa9", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"}) {
        const std::vector<Route> routes{route("GET", pattern, "bad")};
        std::vector<std::string> problems;
        const Router router(routes, problems);
        ASSERT_EQ(problems.size(), 1u) << pattern;
        EXPECT_THAT(problems[0], HasSubstr("(plugin bad): the pattern is not well formed: "));
    }
}

TEST(IsId, TakesPositiveIntegersOnly) {
    for (const char* good : {"1", "42", "9223372036854775807"}) EXPECT_TRUE(is_id(good)) << good;
    for (const char* bad : {"", "0", "01", "-1", "+1", " 1", "1 ", "1a", "１",
                            "9223372036854775808", "99999999999999999999999"})
        EXPECT_FALSE(is_id(bad)) << bad;
}

}  // namespace
}  // namespace kitchen::http
