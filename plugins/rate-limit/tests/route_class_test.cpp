#include "route_class.h"

#include <gtest/gtest.h>

namespace kitchen::rate_limit {
namespace {

using http::Route;

struct RouteClassCase {
    const char* entry;
    Route route;
    bool holds;
};

TEST(RouteClass, HoldsWhatItsEntriesSay) {
    const RouteClassCase cases[] = {
        {"POST /login/", Route::post("/login/"), true},
        {"POST /login", Route::post("/login/"), true},
        {"POST /login/", Route::get("/login/"), false},
        {"POST /login/", Route::post("/login/again/"), false},
        {"POST /login/", Route::post("/logi/"), false},
        {"* /login/", Route::del("/login/"), true},
        {"GET,PATCH /me/", Route::patch("/me/"), true},
        {"GET,PATCH /me/", Route::post("/me/"), false},
        {"POST *", Route::post("/"), true},
        {"POST *", Route::post("/orders/{id:id}/cancel/"), true},
        {"* *", Route::get("/foods/"), true},
        {"* /*", Route::get("/foods/"), true},
        {"* /admin/*", Route::get("/admin/"), true},
        {"* /admin/*", Route::get("/admin/mail/{id:id}/retry/"), true},
        {"* /admin/*", Route::get("/administrators/"), false},
        {"GET /foods/{}/", Route::get("/foods/{id:id}/"), true},
        {"GET /foods/{food:id}/", Route::get("/foods/{id:id}/"), true},
        {"GET /foods/{}/", Route::get("/foods/"), false},
        {"GET /foods/{}/", Route::get("/foods/export/"), false},
        {"GET /foods/export/", Route::get("/foods/{id:id}/"), false},
        {"GET /foods/{}/*", Route::get("/foods/{id:id}/stock/"), true},
        {"GET /", Route::get("/"), true},
        {"GET /", Route::get("/foods/"), false},
    };
    for (const RouteClassCase& c : cases)
        EXPECT_EQ(RouteClass({c.entry}).holds(c.route), c.holds)
            << c.entry << " and " << c.route.pattern;
    EXPECT_FALSE(RouteClass().holds(Route::get("/")));
    EXPECT_TRUE(RouteClass({"GET /a/", "GET /b/"}).holds(Route::get("/b/")));
}

TEST(RouteClass, RefusesWhatCannotBeRead) {
    for (const char* entry : {"", "/login/", "POST", "POST login/", "post /login/", "HEAD /login/",
                              "POST,/login/", "POST, GET /login/", "BREW /tea/", "POST /a/*/b/",
                              "POST /a*/", "POST /a b/", "POST  /a/"})
        EXPECT_THROW(RouteClass({entry}), std::invalid_argument) << entry;
}

TEST(RouteClass, SaysWhichEntriesHoldNothing) {
    const std::vector<Route> routes{Route::post("/login/"), Route::get("/orders/{id:id}/")};
    const RouteClass routes_class(
        {"POST /log-in/*", "POST /login/", "* /orders/*", "GET /helth/", "PUT /login/"});
    EXPECT_EQ(routes_class.misses(routes),
              (std::vector<std::string>{
                  "no plugin has the route 'POST /log-in/*'; did you mean 'POST /login/'?",
                  "no plugin has the route 'GET /helth/'",
                  "no plugin has the route 'PUT /login/'; did you mean 'POST /login/'?"}));
}

}  // namespace
}  // namespace kitchen::rate_limit
