// Paths and queries that lead nowhere.
#include "wire_case.h"

namespace kitchen::tests {
namespace {

std::string get(std::string_view target) { return request("GET " + std::string(target)); }

}  // namespace

TEST_F(Hostile, Paths) {
    std::vector<WireCase> rows;
    for (const char* target : {"/../",
                               "/..",
                               "/.",
                               "/foods/../cart/",
                               "/foods/./",
                               "/%2e%2e/",
                               "/%2E%2e",
                               "/foods/%2e%2e/%2e%2e/etc/passwd",
                               "/.%2e/",
                               "/%00",
                               "/foods/%00/",
                               "/foods%00",
                               "/%zz",
                               "/%",
                               "/%2",
                               "/foods/%g1/",
                               "/%c0%af",
                               "/%c0%ae%c0%ae/",
                               "/%e0%80%af",
                               "/%f0%80%80%af",
                               "/%fc%80%80%80%80%af",
                               "/%ff",
                               "/%80",
                               "/%c3",
                               "/%ed%a0%80",
                               "/%f4%90%80%80",
                               "/foods/1/%ff/x/y/z/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"})
        rows.push_back(answered(target, get(target), {400}, "bad_path"));
    for (const char* target : {"//",
                               "//foods/",
                               "/foods//",
                               "/foods//1/",
                               "/%2ffoods/",
                               "/foods%2f1/",
                               "/foods/%2f/",
                               "/foods/1%2f/",
                               "/foods/0/",
                               "/foods/-1/",
                               "/foods/+1/",
                               "/foods/01/",
                               "/foods/1e3/",
                               "/foods/1.0/",
                               "/foods/0x1/",
                               "/foods/1;x=1/",
                               "/foods/1,2/",
                               "/foods/9223372036854775807/",
                               "/foods/9223372036854775808/",
                               "/foods/18446744073709551617/",
                               "/foods/99999999999999999999999999999999/",
                               "/foods/%d9%a3/",
                               "/foods/%20/",
                               "/foods/1%20/",
                               "/foods/%091/",
                               "/foods/null/",
                               "/foods/1'%20OR%20'1'='1/",
                               "/foods/1%3bDROP%20TABLE%20foods/",
                               "/..%5c..%5cwindows/",
                               "/\\..\\..\\",
                               "/foods.json",
                               "/Foods/",
                               "/FOODS/",
                               "/foods/1/2/3/4/",
                               "/%2525",
                               "/%252e%252e/",
                               "/%ef%bb%bffoods/",
                               "/%e2%80%ae/",
                               "/<script>alert(1)</script>",
                               "/{id}/",
                               "/foods/{id}/",
                               "/*",
                               "/foods/*",
                               "/.git/config",
                               "/favicon.ico",
                               "/~root",
                               "/foods/%0d%0aSet-Cookie:a=b/",
                               "/foods/1%0a/"})
        rows.push_back(answered(target, get(target), {404}));
    for (const char* target :
         {"foods/", "*", "", "?", "http://", "http:///foods/", "http://user@a/foods/",
          "http://user:secret@a/", "ftp://a/", "http:/foods", "http://a:99999/", "http://a:b/",
          "http://[::1/", "/foods/#fragment", "/foods/\xc3\xa9/", "/foods/\x80/",
          "/foods/?search=%c3\xa0", "HTTP://", "file:///etc/passwd"})
        rows.push_back(refused("target '" + std::string(target) + "'", get(target), {400}));
    rows.push_back(refused("CONNECT", request("CONNECT a:80"), {501}));
    rows.push_back(refused("CONNECT with a path", request("CONNECT /foods/"), {400, 501}));
    rows.push_back(answered("8,000 slashes", get(std::string(8000, '/')), {400, 404}));
    rows.push_back(refused("16,000 slashes", get(std::string(16'000, '/')), {414}));
    rows.push_back(
        refused("64 KiB", get("/" + std::string(65'535, 'a')), {414}, "target_too_long"));
    std::string dots;
    while (dots.size() < 8000) dots += "/%2e%2e";
    rows.push_back(answered("a thousand steps up", get(dots), {400}));
    std::string deep;
    while (deep.size() < 8000) deep += "/a";
    rows.push_back(answered("four thousand segments", get(deep), {404}));

    for (const char* target : {"http://other.example/foods/", "HTTP://a:80/foods", "http://a?x"})
        rows.push_back(answered("absolute " + std::string(target), get(target), {200, 404}));
    for (const char* target :
         {"/foods", "/foods/", "/foods?", "/foods/?", "/%66oods/", "/foods/?&&&", "/f%6Fods"})
        rows.push_back(answered("the menu as " + std::string(target), get(target), {200}));
    rows.push_back(answered("OPTIONS *", request("OPTIONS *"), {204}));
    expect_every_way(rows);
}

TEST_F(Hostile, Queries) {
    std::vector<WireCase> rows;
    for (const char* query : {"%zz", "limit=%zz", "search=%ff", "search=%c0%80", "search=%00",
                              "%00=1", "search=%ed%bf%bf", "%", "a=%2"})
        rows.push_back(answered(query, get("/foods/?" + std::string(query)), {400}, "bad_query"));
    for (const char* query : {"limit=0",
                              "limit=101",
                              "limit=-1",
                              "limit=1&limit=1",
                              "limit=0x10",
                              "limit=%2B1",
                              "limit=+1",
                              "limit=01",
                              "limit=ten",
                              "limit=%22ten%22",
                              "limit=[1]",
                              "limit=%7B%7D",
                              "limit=null",
                              "limit=true",
                              "limit=9223372036854775807",
                              "limit=9223372036854775808",
                              "limit=18446744073709551617",
                              "limit=99999999999999999999999999",
                              "limit=1e999",
                              "limit=NaN",
                              "limit=-0.5",
                              "offset=-1",
                              "offset=-9223372036854775808",
                              "offset=-9223372036854775809",
                              "offset=9223372036854775808",
                              "offset=1;",
                              "offset=1%20",
                              "available=%22true%22",
                              "sort=id",
                              "sort=price,name",
                              "sort=--price",
                              "min_price=-1",
                              "min_price=1.5",
                              "search=a&search=b",
                              "limit=1%26offset=2",
                              "limit=1;offset=2"})
        rows.push_back(
            answered(query, get("/foods/?" + std::string(query)), {422}, "validation_failed"));
    for (const char* query : {"limit=1",
                              "limit=",
                              "limit",
                              "limit=1.0",
                              "limit=1e1",
                              "limit=100",
                              "limit=-0&limit",
                              "offset=0",
                              "offset=9223372036854775807",
                              "offset=9223372036854775807&limit=100",
                              "offset=9223372036854775798&limit=10",
                              "min_price=9223372036854775807",
                              "min_price=9223372036854775807&max_price=9223372036854775807",
                              "search=",
                              "search=%25",
                              "search=_",
                              "search=%5C",
                              "search='",
                              "search=%22",
                              "search=%F0%9F%8D%9B",
                              "search=%e2%80%ae",
                              "search=';DROP+TABLE+foods;--",
                              "search=%5C%25",
                              "tag=*",
                              "category=%3Cb%3E",
                              "available=false",
                              "available=1",
                              "available=TRUE",
                              "available=yes",
                              "sort=",
                              "max_price=1e3",
                              "unknown=1",
                              "Limit=1",
                              "limit%5B%5D=1",
                              "limit[]=1",
                              "=1",
                              "__proto__=1",
                              "sort=-rating",
                              "search=(",
                              "search=%0d%0aX:y",
                              "search=%1b%5b31m"})
        rows.push_back(answered(query, get("/foods/?" + std::string(query)),
                                {query == std::string_view("limit=-0&limit") ? 422 : 200}));
    rows.push_back(
        answered("a long search", get("/foods/?search=" + std::string(7000, 'x')), {422}));
    std::string many = "/foods/?";
    while (many.size() < 8000) many += "a=&";
    rows.push_back(answered("2,600 parameters", get(many), {200}));
    expect_every_way(rows);
}

// Links are made from the authority of the request; what makes them must not let a client write
// into them.
TEST_F(Hostile, LinksCannotBeWrittenInto) {
    for (int i = 0; i < 3; ++i) server.food("Dish " + std::to_string(i), 1000);
    const auto next_of = [&](const std::string& bytes) {
        RawClient client(port());
        client.send(bytes);
        const auto response = client.read_response();
        return response && response->status == 200
                   ? parse_json(response->body).value_or(Json())["next"]
                   : Json("no answer");
    };
    EXPECT_EQ(next_of("GET /foods/?limit=1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: "
                      "evil\r\nForwarded: host=evil\r\n\r\n"),
              Json("http://a/foods/?limit=1&offset=1"));
    EXPECT_EQ(next_of("GET http://b:81/foods/?limit=1 HTTP/1.1\r\nHost: evil\r\n\r\n"),
              Json("http://b:81/foods/?limit=1&offset=1"));
    EXPECT_EQ(next_of("GET /foods/?limit=1&search=%22%3E%0d%0a HTTP/1.1\r\nHost: a\r\n\r\n"),
              Json(nullptr));
}

}  // namespace kitchen::tests
