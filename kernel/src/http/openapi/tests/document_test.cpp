#include "http/openapi/openapi.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Schema food() {
    return Schema::object({{"id", Schema::integer().min(1)},
                           {"name", Schema::string().min(1).max(80)},
                           {"tags", Schema::array(Schema::string()), optional}})
        .named("Food");
}

Route with_plugin(Route route, std::string plugin = "catalog") {
    route.plugin = std::move(plugin);
    return route;
}

std::vector<Route> documented_routes() {
    Route list = Route::get("/foods/")
                     .summary("Foods")
                     .describe("A <b>page</b> of them.")
                     .answers(200, "The page", Schema::array(food()));
    list.query({"limit", Schema::integer().min(1).max(100), "Page size.", "10"})
        .query({"search", Schema::string(), "", "", true});
    list.header({"If-None-Match", Schema::string(), ""});
    const Route one = Route::get("/foods/{id:id}/")
                          .answers(200, "The food", food())
                          .answers(404, "Unknown or deleted (food_not_found)")
                          .runs_inline();
    const Route change = Route::patch("/foods/{food_id:id}/")
                             .roles({"admin"})
                             .if_match()
                             .body(food())
                             .answers(200, "The food", food());
    Route watch = Route::get("/orders/events/").signed_in();
    watch.answers(200, "Changes", food(), "text/event-stream")
        .response_header("X-Seen", "How many.");
    const Route cancel =
        Route::post("/orders/{id:id}/cancel/")
            .signed_in()
            .body(Schema::object({{"reason", Schema::string().or_null(), optional}}))
            .optional_body()
            .answers(204, "Done");
    Route receipt =
        Route::get("/orders/{id:id}/receipt/").signed_in().answers(200, "The receipt", food());
    receipt.answers(200, "As a page", Schema::string(), "text/html");
    return {with_plugin(list),
            with_plugin(one),
            with_plugin(change),
            with_plugin(cancel, "orders"),
            with_plugin(receipt, "orders"),
            with_plugin(watch, "orders"),
            with_plugin(Route::get("/foods/by_id/"))};
}

class OpenApi : public testing::Test {
protected:
    std::vector<std::string> problems_;
    Json document_ = build_openapi(documented_routes(),
                                   {"Chuks Kitchen",
                                    "1.2.3",
                                    "https://kitchen.example",
                                    {{"basic", "user_id:password"}, {"bearer", "An access token."}},
                                    {{"orders", "Orders, from cart to door"}}},
                                   problems_);
    const Json& operation(const char* path, const char* method) const {
        return document_["paths"][path][method];
    }
};

std::vector<std::string> keys(const Json& object) {
    std::vector<std::string> out;
    for (const auto& [name, value] : object.as_object()) out.push_back(name);
    return out;
}

/// Visits every value below.
template <class Visit>
void walk(const Json& value, const Visit& visit) {
    visit(value);
    if (value.is_array()) {
        for (const Json& item : value.as_array()) walk(item, visit);
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.as_object()) walk(member, visit);
    }
}

TEST_F(OpenApi, IsTheVersionItSays) {
    EXPECT_THAT(problems_, IsEmpty());
    EXPECT_EQ(document_["openapi"], Json("3.1.0"));
    EXPECT_EQ(document_["info"]["title"], Json("Chuks Kitchen"));
    EXPECT_EQ(document_["info"]["version"], Json("1.2.3"));
    EXPECT_EQ(document_["servers"],
              Json::array({Json::object({{"url", "https://kitchen.example"}})}));
    EXPECT_TRUE(parse_json(document_.dump())) << "no duplicate key, not too deep";
}

TEST_F(OpenApi, ListsPathsAsTheirPatterns) {
    EXPECT_THAT(keys(document_["paths"]),
                ElementsAre("/foods/", "/foods/{id}/", "/orders/{id}/cancel/",
                            "/orders/{id}/receipt/", "/orders/events/", "/foods/by_id/"));
    // One shape is one path, whatever its parameters are called.
    EXPECT_THAT(keys(document_["paths"]["/foods/{id}/"]), ElementsAre("get", "patch"));
    EXPECT_EQ(operation("/foods/{id}/", "patch")["parameters"].as_array().at(0)["name"],
              Json("id"));
}

TEST_F(OpenApi, ResolvesEveryReference) {
    int references = 0;
    walk(document_, [&](const Json& value) {
        const Json* reference = value.find("$ref");
        if (!reference) return;
        ++references;
        std::string_view pointer = reference->as_string();
        ASSERT_TRUE(pointer.starts_with("#/"));
        const Json* target = &document_;
        for (pointer.remove_prefix(2); target && !pointer.empty();) {
            const std::size_t slash = std::min(pointer.find('/'), pointer.size());
            target = target->find(pointer.substr(0, slash));
            pointer.remove_prefix(std::min(slash + 1, pointer.size()));
        }
        EXPECT_NE(target, nullptr) << reference->as_string();
    });
    EXPECT_GT(references, 20);
}

TEST_F(OpenApi, HasUniqueOperationIds) {
    std::set<std::string> ids;
    for (const auto& [path, item] : document_["paths"].as_object())
        for (const auto& [method, op] : item.as_object())
            EXPECT_TRUE(ids.insert(op["operationId"].as_string()).second)
                << op["operationId"].as_string();
    // "/foods/{id}/" and "/foods/by_id/" would read the same.
    EXPECT_THAT(ids, testing::IsSupersetOf({"get_foods", "get_foods_by_id", "get_foods_by_id_2",
                                            "patch_foods_by_food_id"}));
}

TEST_F(OpenApi, DescribesParameters) {
    EXPECT_EQ(
        operation("/foods/", "get")["parameters"],
        *parse_json(
            R"([{"name":"limit","in":"query","required":false,"schema":{"type":"integer","format":"int64","minimum":1,"maximum":100,"default":10},"description":"Page size."},
                              {"name":"search","in":"query","required":true,"schema":{"type":"string"}},
                              {"name":"If-None-Match","in":"header","required":false,"schema":{"type":"string"}}])"));
    EXPECT_EQ(
        operation("/foods/{id}/", "get")["parameters"],
        *parse_json(
            R"([{"name":"id","in":"path","required":true,"schema":{"type":"integer","format":"int64","minimum":1}}])"));
}

TEST_F(OpenApi, DescribesBodies) {
    EXPECT_EQ(
        operation("/foods/{id}/", "patch")["requestBody"],
        *parse_json(
            R"({"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/FoodInput"},"example":{"id":1,"name":"text"}}}})"));
    EXPECT_EQ(operation("/orders/{id}/cancel/", "post")["requestBody"]["required"], Json(false));
    EXPECT_EQ(operation("/foods/", "get").find("requestBody"), nullptr);
}

TEST_F(OpenApi, ShowsTheResponsesOfTheKernelToo) {
    EXPECT_THAT(keys(operation("/foods/", "get")["responses"]),
                ElementsAre("200", "400", "422", "429", "500", "503", "default"));
    EXPECT_THAT(keys(operation("/foods/{id}/", "get")["responses"]),
                ElementsAre("200", "304", "400", "404", "422", "500", "default"));
    EXPECT_THAT(keys(operation("/foods/{id}/", "patch")["responses"]),
                ElementsAre("200", "400", "401", "403", "404", "412", "413", "415", "422", "429",
                            "500", "503", "default"));
    // What the route says itself goes first.
    EXPECT_EQ(operation("/foods/{id}/", "get")["responses"]["404"]["description"],
              Json("Unknown or deleted (food_not_found)"));
    EXPECT_NE(operation("/foods/{id}/", "get")["responses"]["404"]["content"].find(
                  "application/problem+json"),
              nullptr);
    EXPECT_EQ(
        operation("/orders/{id}/cancel/", "post")["responses"]["204"],
        *parse_json(
            R"({"description":"Done","headers":{"X-Request-Id":{"$ref":"#/components/headers/X-Request-Id"}}})"));
    EXPECT_THAT(keys(operation("/orders/{id}/receipt/", "get")["responses"]["200"]["content"]),
                ElementsAre("application/json", "text/html"));
}

TEST_F(OpenApi, ResponsesAreOpenAndHaveHeadersAndExamples) {
    const Json& schemas = document_["components"]["schemas"];
    EXPECT_FALSE(schemas["Food"].has("additionalProperties"));
    EXPECT_EQ(schemas["FoodInput"]["additionalProperties"], Json(false));
    const Json& read = operation("/foods/{id}/", "get")["responses"];
    EXPECT_THAT(keys(read["200"]["headers"]), ElementsAre("X-Request-Id", "ETag"));
    EXPECT_EQ(read["200"]["content"]["application/json"]["example"]["tags"], Json::array({"text"}));
    EXPECT_FALSE(read["304"].has("content"));
    EXPECT_TRUE(
        document_["components"]["responses"]["TooManyRequests"]["headers"].has("Retry-After"));
    EXPECT_EQ(document_["info"]["license"]["identifier"], Json("Apache-2.0"));
    EXPECT_EQ(
        document_["tags"].dump(),
        R"([{"name":"catalog"},{"name":"orders","description":"Orders, from cart to door"}])");
}

TEST_F(OpenApi, NamesTheCodesOfProblems) {
    const Json& schema = operation(
        "/foods/{id}/", "get")["responses"]["404"]["content"]["application/problem+json"]["schema"];
    EXPECT_EQ(schema["allOf"].as_array().at(1)["properties"]["code"]["enum"],
              Json::array({"food_not_found", "no_such_path"}));
    EXPECT_EQ(document_["components"]["responses"]["ContentTooLarge"]["content"]
                       ["application/problem+json"]["schema"]["allOf"]
                           .as_array()
                           .at(1)["properties"]["code"]["enum"],
              Json::array({"body_too_large", "form_text_too_large"}));
}

TEST_F(OpenApi, AStreamOfEventsIsAText) {
    const Json& response = operation("/orders/events/", "get")["responses"]["200"];
    const Json& media = response["content"]["text/event-stream"];
    EXPECT_EQ(media["schema"]["type"], Json("string"));
    EXPECT_EQ(media["x-event-data"]["$ref"], Json("#/components/schemas/Food"));
    EXPECT_THAT(keys(response["headers"]), ElementsAre("X-Request-Id", "X-Seen"));
}

TEST_F(OpenApi, SaysWhoMayCall) {
    EXPECT_EQ(operation("/foods/", "get")["security"], Json::array());
    EXPECT_EQ(operation("/orders/{id}/cancel/", "post")["security"],
              *parse_json(R"([{"basic":[]},{"bearer":[]}])"));
    EXPECT_EQ(operation("/orders/{id}/cancel/", "post").find("x-roles"), nullptr);
    EXPECT_EQ(operation("/foods/{id}/", "patch")["x-roles"], Json::array({"admin"}));
    EXPECT_EQ(operation("/foods/{id}/", "patch")["x-scopes"], Json::array({"admin"}));
    EXPECT_EQ(document_["components"]["securitySchemes"]["basic"]["scheme"], Json("basic"));
    EXPECT_EQ(document_["components"]["securitySchemes"]["bearer"]["scheme"], Json("bearer"));
}

TEST(OpenApiProblems, NameTheRoute) {
    const std::vector<Route> routes{
        with_plugin(Route::post("/a/").body(Schema::string().named("Thing")), "one"),
        with_plugin(Route::post("/b/").body(Schema::integer().named("Thing")), "two"),
        with_plugin(Route::post("/c/").body(Schema::integer().named("Not good")), "three")};
    std::vector<std::string> problems;
    build_openapi(routes, {"T", "", "", {}}, problems);
    EXPECT_THAT(problems,
                ElementsAre("POST /b/ (plugin two): two different schemas are both named 'Thing'",
                            HasSubstr("'Not good' cannot be the name of a schema")));
}

TEST_F(OpenApi, MakesExamplesThatItsOwnSchemasTake) {
    const Json food_schema = Json::object({{"$ref", "#/components/schemas/Food"}});
    std::vector<Fault> faults;
    food().validate(example_of(document_, food_schema), "", faults);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(curl_example(document_, "/foods/{id}/", "PATCH", operation("/foods/{id}/", "patch")),
              "curl -X PATCH -u USER_ID:PASSWORD -H 'Content-Type: application/json' \\\n"
              "  -d '{\"id\":1,\"name\":\"text\",\"tags\":[\"text\"]}' \\\n  "
              "'https://kitchen.example/foods/1/'");
    EXPECT_EQ(curl_example(document_, "/foods/", "GET", operation("/foods/", "get")),
              "curl 'https://kitchen.example/foods/?search=text'");
}

TEST_F(OpenApi, BecomesAPageToRead) {
    const std::string page = render_docs(document_, "/docs/style.css");
    for (const auto& [path, item] : document_["paths"].as_object())
        for (const auto& [method, op] : item.as_object())
            EXPECT_THAT(page, HasSubstr("<article id=\"" + op["operationId"].as_string() + "\">"));
    EXPECT_THAT(page, HasSubstr("<article id=\"schema-Food\">"));
    EXPECT_THAT(page, HasSubstr("For: admin."));
    EXPECT_THAT(page, HasSubstr("A &lt;b&gt;page&lt;/b&gt; of them."));
    EXPECT_THAT(page, HasSubstr("curl -X PATCH"));
    // Nothing to run, and nothing from elsewhere.
    for (const char* word :
         {"<script", "<b>page", "style=\"", "onclick", "src=", "@import", "url("})
        EXPECT_THAT(page, Not(HasSubstr(word)));
    EXPECT_THAT(docs_policy(), HasSubstr("default-src 'none'"));
    EXPECT_THAT(docs_policy(), Not(HasSubstr("unsafe")));
    EXPECT_THAT(docs_style(), Not(HasSubstr("url(")));
}

TEST(OpenApiBehindAPrefix, IsFoundBelowIt) {
    std::vector<std::string> problems;
    const Json document =
        build_openapi(documented_routes(), {"T", "1", "https://site.example/api", {}}, problems);
    EXPECT_EQ(document["servers"].as_array().at(0)["url"], Json("https://site.example/api"));
    const std::string page = render_docs(document, "/docs/style.css");
    EXPECT_THAT(page, HasSubstr("href=\"/api/docs/style.css\""));
    EXPECT_THAT(page, HasSubstr("href=\"/api/openapi.json\""));
    EXPECT_THAT(page, HasSubstr("https://site.example/api/foods/"));
    EXPECT_EQ(build_openapi({}, {"T", "1", "", {}}, problems)["servers"].as_array().at(0)["url"],
              Json("/"));
}

class OpenApiOfFiles : public testing::Test {
protected:
    OpenApiOfFiles() {
        Route form = Route::post("/form/").takes_form(
            {{"image", {"image/png", "image/jpeg"}, 1, 1, "What it looks like."},
             {"more", {"*/*"}, 0, 3}},
            1000, Schema::object({{"text", Schema::string().max(9)}}).named("Caption"));
        Route file = Route::post("/file/").takes_file({"image/png", "text/*"}, 1000);
        Route report = Route::get("/report/").answers(200, "Lines", "text/csv");
        report.answers(200, "To print", "application/pdf").answers(204, "Nothing");
        document_ = build_openapi({with_plugin(form), with_plugin(file), with_plugin(report)}, {},
                                  problems_);
        EXPECT_THAT(problems_, IsEmpty());
    }
    std::vector<std::string> problems_;
    Json document_;
};

TEST_F(OpenApiOfFiles, FormsAreOneObject) {
    const Json& operation = document_["paths"]["/form/"]["post"];
    EXPECT_EQ(operation["requestBody"]["content"].dump(),
              R"({"multipart/form-data":{"schema":{"type":"object","properties":{)"
              R"("text":{"type":"string","maxLength":9},)"
              R"("image":{"type":"string","format":"binary","description":"What it looks like."},)"
              R"("more":{"type":"array","items":{"type":"string","format":"binary"},)"
              R"("minItems":0,"maxItems":3}},)"
              R"("required":["text","image"],"additionalProperties":false},)"
              R"("encoding":{"image":{"contentType":"image/png, image/jpeg"},)"
              R"("more":{"contentType":"*/*"}}}})");
    for (const char* status : {"413", "415", "422", "507"})
        EXPECT_TRUE(operation["responses"].has(status)) << status;
    const std::string page = render_docs(document_, "/style.css");
    EXPECT_THAT(page, HasSubstr("-F &#39;text=text&#39;"));
    EXPECT_THAT(page, HasSubstr("-F &#39;image=@FILE&#39;"));
}

TEST_F(OpenApiOfFiles, AFileIsABinaryString) {
    EXPECT_EQ(document_["paths"]["/file/"]["post"]["requestBody"].dump(),
              R"({"required":true,"content":{)"
              R"("image/png":{"schema":{"type":"string","format":"binary"}},)"
              R"("text/*":{"schema":{"type":"string","format":"binary"}}}})");
    EXPECT_THAT(render_docs(document_, "/style.css"), HasSubstr("--data-binary @FILE"));
}

TEST_F(OpenApiOfFiles, ResponsesOfOtherTypesAreListed) {
    const Json& responses = document_["paths"]["/report/"]["get"]["responses"];
    EXPECT_EQ(responses["200"]["content"].dump(),
              R"({"text/csv":{"schema":{"type":"string"}},)"
              R"("application/pdf":{"schema":{"type":"string","format":"binary"}}})");
    EXPECT_FALSE(responses["204"].has("content"));
}

}  // namespace
}  // namespace kitchen::http
