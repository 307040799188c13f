// The test client against the server that it is for.
#include "kitchen/testkit/http_client.h"

#include <gtest/gtest.h>

#include "http/server.h"
#include "support.h"

namespace kitchen::http {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;

class HttpClientTest : public testing::Test {
protected:
    HttpClientTest() {
        const auto add = [this](Route route) {
            route.plugin = "test";
            routes_.push_back(std::move(route));
        };
        add(Route::get("/set/{value}/")
                .runs_inline()
                .handle([](Request& request) -> Result<Response> {
                    return Response(204).with_cookie(
                        {.name = "sid",
                         .value = std::string(request.path_text("value")),
                         .max_age_seconds = 600});
                }));
        add(Route::get("/clear/").runs_inline().handle([](Request&) -> Result<Response> {
            return Response(204).with_cookie({.name = "sid", .value = "", .max_age_seconds = 0});
        }));
        add(Route::get("/seen/").uses_cookie("sid").runs_inline().handle(
            [](Request& request) -> Result<Response> {
                Json json = Json::object({{"cookie", request.cookie("sid").value_or("none")}});
                json.set("authorization", request.header("authorization")
                                              ? Json(*request.header("authorization"))
                                              : Json());
                return Response::json(200, json);
            }));
        add(Route::post("/size/")
                .runs_inline()
                .body(Schema::string())
                .handle([](Request& request) -> Result<Response> {
                    return Response::json(200,
                                          Json(static_cast<std::int64_t>(request.body.size())));
                }));
        add(Route::get("/close/").runs_inline().handle([](Request&) -> Result<Response> {
            Response response(200);
            response.stream = [](std::shared_ptr<EventStream> stream) {
                stream->write("to the end");
                stream->close();
            };
            return response;
        }));
        add(Route::get("/on/").runs_inline().handle([this](Request&) -> Result<Response> {
            Response response(200);
            response.stream = [this](std::shared_ptr<EventStream> stream) {
                stream->write("and on");
                open_.push_back(std::move(stream));
            };
            return response;
        }));
        start();
    }
    void start(std::uint16_t port = 0) {
        server_.reset();
        ServerOptions options;
        options.pool_threads = 1;
        options.body_limit = 1024 * 1024;
        options.transport.port = port;
        server_.emplace(options, ServerTable{routes_, {}}, log_, clock_, random_);
        server_->start();
    }

    std::vector<Route> routes_;
    testkit::RecordingLogger log_;
    testkit::ManualClock clock_;
    testkit::SeededRandom random_;
    std::vector<std::shared_ptr<EventStream>> open_;
    std::optional<Server> server_;
};

TEST_F(HttpClientTest, KeepsAndDropsCookies) {
    HttpClient client(server_->port());
    EXPECT_EQ(client.get("/seen/").json["cookie"], Json("none"));
    client.get("/set/one/");
    EXPECT_EQ(client.get("/seen/").json["cookie"], Json("one"));
    client.get("/set/two/");
    EXPECT_EQ(client.get("/seen/").json["cookie"], Json("two"));
    client.get("/clear/");
    EXPECT_EQ(client.get("/seen/").json["cookie"], Json("none"));
    client.get("/set/three/");
    EXPECT_EQ(client.clear_cookies().get("/seen/").json["cookie"], Json("none"));
}

TEST_F(HttpClientTest, LeavesAResponseWithoutAnEnd) {
    HttpClient client(server_->port());
    const HttpResponse response =
        client.stream("/on/", [](std::string_view body) { return body == "and on"; });
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "and on");
    EXPECT_EQ(client.stream("/close/", [](std::string_view) { return false; }).body, "to the end");
    EXPECT_EQ(client.get("/seen/").status, 200);
    EXPECT_EQ(client.stream("/seen/", [](std::string_view) { return true; }).json["cookie"],
              Json("none"))
        << "an answer of a known length is read";
}

TEST_F(HttpClientTest, SendsCredentials) {
    HttpClient client(server_->port());
    EXPECT_EQ(client.basic("12", "pass:word").get("/seen/").json["authorization"],
              Json("Basic MTI6cGFzczp3b3Jk"));
    EXPECT_EQ(client.basic("1", "").get("/seen/").json["authorization"], Json("Basic MTo="));
    EXPECT_EQ(client.basic("1", "a").get("/seen/").json["authorization"], Json("Basic MTph"));
    EXPECT_EQ(client.basic("1", "ab").get("/seen/").json["authorization"], Json("Basic MTphYg=="));
    EXPECT_EQ(client.bearer("tok").get("/seen/").json["authorization"], Json("Bearer tok"));
    EXPECT_TRUE(client.anonymous().get("/seen/").json["authorization"].is_null());
}

TEST_F(HttpClientTest, WaitsForContinue) {
    HttpClient client(server_->port());
    EXPECT_EQ(client.post("/size/", "hello", {{"Expect", "100-continue"}}).json, Json(7));
    EXPECT_EQ(client.post("/nothing/", "hello", {{"Expect", "100-continue"}}).status, 404);
    EXPECT_EQ(client.post("/size/", Json(std::string(500'000, 'x'))).json, Json(500'002));
}

TEST_F(HttpClientTest, ReadsToTheEndWithoutALength) {
    HttpClient client(server_->port());
    EXPECT_EQ(client.get("/close/").body, "to the end");
    EXPECT_EQ(client.get("/close/").body, "to the end");
    EXPECT_EQ(client.send("HEAD", "/seen/").body, "");
}

TEST_F(HttpClientTest, ConnectsAnewAfterTheServerClosed) {
    HttpClient client(server_->port());
    EXPECT_EQ(client.get("/seen/").status, 200);
    start(server_->port());
    EXPECT_EQ(client.post("/size/", "again").json, Json(7));
}

TEST_F(HttpClientTest, ThrowsWhenNobodyAnswers) {
    const std::uint16_t port = server_->port();
    server_.reset();
    EXPECT_THROW(HttpClient(port).get("/seen/"), std::runtime_error);
    EXPECT_THROW(HttpClient(1, "not an address").get("/"), std::runtime_error);
}

}  // namespace
}  // namespace kitchen::http
