// The whole server over a real socket.
#include "http/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/http/page.h"
#include "kitchen/testkit/http_client.h"
#include "support.h"

namespace kitchen::http {
namespace {

using test::constant;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testkit::HttpClient;
using testkit::HttpResponse;

/// Bytes to a port, and back until the server closes.
std::string raw_exchange(std::uint16_t port, std::string_view bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    std::string out;
    char chunk[4096];
    for (ssize_t got; (got = ::recv(fd, chunk, sizeof chunk, 0)) > 0;)
        out.append(chunk, static_cast<std::size_t>(got));
    ::close(fd);
    return out;
}

class ServerTest : public testing::Test {
protected:
    ServerTest() {
        options_.pool_threads = 2;
        options_.pool_queue = 2;
        options_.body_limit = 10'000;
        options_.service_version = "9.9";
    }
    ~ServerTest() override {
        if (!released_) release_.open();
    }
    void release() {
        released_ = true;
        release_.open();
    }

    Server& start() {
        Route page = Route::get("/page/").handle([](Request& request) -> Result<Response> {
            return Response::raw_json(200,
                                      page_json(request, page_of(request).value(), "1,2", 2, 5));
        });
        add(std::move(page.answers_page("A page", Schema::integer(), "Numbers")));
        add(constant(Route::get("/inline/"), "\"inline\""));
        add(Route::get("/blocking/{n:id}/").handle([](Request& request) -> Result<Response> {
            return Response::raw_json(200, std::string(request.path_text("n")));
        }));
        add(Route::post("/things/")
                .body(Schema::object({{"a", Schema::integer()}}))
                .handle([](Request& request) -> Result<Response> {
                    return Response::json(201, request.json);
                }));
        add(Route::post("/small/")
                .body(Schema::object({}).open())
                .body_limit(10)
                .handle([](Request&) -> Result<Response> { return Response(204); }));
        add(Route::get("/throw/").handle(
            [](Request&) -> Result<Response> { throw std::runtime_error("database password"); }));
        add(Route::get("/tagged/").handle([](Request&) -> Result<Response> {
            return Response::raw_json(200, std::string("\"seven\"")).with_version(7);
        }));
        add(Route::get("/me/").signed_in().handle(
            [](Request&) -> Result<Response> { return Response(204); }));
        add(Route::get("/wait/").handle([this](Request&) -> Result<Response> {
            ++waiting_;
            waiting_.notify_all();
            release_.wait();
            return Response::raw_json(200, std::string("\"waited\""));
        }));
        add(Route::get("/events/").handle([](Request&) -> Result<Response> {
            Response response = Response(200).with_header("Content-Type", "text/event-stream");
            response.stream = [](std::shared_ptr<EventStream> stream) {
                stream->write("data: 1\n\n");
                stream->close();
            };
            return response;
        }));
        table_.middleware.push_back({Phase::identify, "identify", "test",
                                     [](Request&, const Next& next) { return next(); }});
        server_.emplace(options_, std::move(table_), log_, clock_, random_);
        server_->start();
        return *server_;
    }
    HttpClient client() { return HttpClient(server_->port()); }

    void add(Route route) {
        route.plugin = "test";
        table_.routes.push_back(std::move(route));
    }

    ServerOptions options_;
    ServerTable table_;
    testkit::RecordingLogger log_;
    testkit::ManualClock clock_;
    testkit::SeededRandom random_;
    test::Gate release_;
    bool released_ = false;
    std::atomic<int> waiting_{0};
    std::optional<Server> server_;
};

TEST_F(ServerTest, ResponsesRoutesOfBothKinds) {
    start();
    HttpClient c = client();
    const HttpResponse response = c.get("/inline");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.json, Json("inline"));
    EXPECT_EQ(response.header("x-request-id").size(), 32u);
    EXPECT_NE(response.header("date"), "");
    EXPECT_EQ(c.get("/blocking/42/").body, "42");
    EXPECT_EQ(c.post("/things/", Json::object({{"a", 1}})).status, 201);
    EXPECT_EQ(
        c.get("/page/?limit=2&offset=2").json["prev"],
        Json("http://127.0.0.1:" + std::to_string(server_->port()) + "/page/?limit=2&offset=0"));
}

TEST_F(ServerTest, RefusesWhatDoesNotFit) {
    start();
    HttpClient c = client();
    EXPECT_EQ(c.get("/nothing").problem_code(), "no_such_path");
    const HttpResponse wrong = c.del("/inline/");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(c.send("BREW", "/inline/").status, 501);
    EXPECT_EQ(c.get("/%00").status, 400);
    EXPECT_EQ(c.get("/a/%2e%2e/b").status, 400);
    EXPECT_EQ(c.get(std::string(8000, '/')).status, 404);
    EXPECT_EQ(c.send("POST", "/things/", "{}", {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(c.send("POST", "/things/", "{\"a\":", {{"Content-Type", "application/json"}}).status,
              400);
    EXPECT_EQ(c.post("/things/", Json::object({{"b", 1}})).status, 422);
    EXPECT_EQ(c.get("/inline/?x=1").status, 200);
    EXPECT_EQ(c.get("/me/").status, 401);
    EXPECT_EQ(c.get("/page/?limit=101").json["errors"].as_array().at(0)["pointer"], Json("?limit"));
    EXPECT_EQ(c.get("/inline/").status, 200);
}

TEST_F(ServerTest, RefusesBodiesThatAreTooLarge) {
    start();
    HttpClient c = client();
    const HttpResponse response =
        c.post("/things/", Json::object({{"a", std::string(20'000, 'x')}}));
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
    EXPECT_EQ(response.header("x-request-id").size(), 32u);
    EXPECT_EQ(c.post("/small/", Json::object({{"a", "0123456789"}})).status, 413);
    EXPECT_EQ(c.post("/small/", Json::object({{"a", 1}})).status, 204);
}

TEST_F(ServerTest, ResponsesHeadAndOptions) {
    start();
    HttpClient c = client();
    const HttpResponse head = c.send("HEAD", "/inline/");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), "8");
    const HttpResponse options = c.send("OPTIONS", "/things/");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("allow"), "POST, OPTIONS");
    EXPECT_EQ(c.send("OPTIONS", "*").status, 204);
    EXPECT_EQ(c.send("HEAD", "/nothing").status, 404);
    EXPECT_EQ(c.get("/inline/").status, 200);
}

TEST_F(ServerTest, ResponsesNotModified) {
    start();
    HttpClient c = client();
    EXPECT_EQ(c.get("/tagged/").header("etag"), "\"7\"");
    const HttpResponse same = c.get("/tagged/", {{"If-None-Match", "\"7\""}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.header("etag"), "\"7\"");
    EXPECT_EQ(c.get("/tagged/", {{"If-None-Match", "\"8\""}}).status, 200);
}

TEST_F(ServerTest, EchoesTheRequestId) {
    start();
    HttpClient c = client();
    EXPECT_EQ(c.get("/inline/", {{"X-Request-Id", "mine-1"}}).header("x-request-id"), "mine-1");
    EXPECT_EQ(c.get("/nothing/", {{"X-Request-Id", "mine-2"}}).json["request_id"], Json("mine-2"));
    EXPECT_EQ(c.get("/inline/", {{"X-Request-Id", "not good"}}).header("x-request-id").size(), 32u);
}

TEST_F(ServerTest, SurvivesAHandlerThatThrows) {
    start();
    HttpClient c = client();
    const HttpResponse response = c.get("/throw/");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.problem_code(), "internal");
    EXPECT_THAT(response.body, Not(HasSubstr("password")));
    EXPECT_TRUE(log_.contains("what=database password"));
    EXPECT_EQ(c.get("/inline/").status, 200);
}

TEST_F(ServerTest, KeepsPipelinedResponsesInOrder) {
    start();
    std::string requests;
    for (int i = 1; i <= 20; ++i)
        requests +=
            (i % 2 ? "GET /blocking/" + std::to_string(i) + "/" : std::string("GET /inline/")) +
            " HTTP/1.1\r\nHost: a\r\n" + (i == 20 ? "Connection: close\r\n" : "") + "\r\n";
    const std::string responses = raw_exchange(server_->port(), requests);
    std::size_t at = 0;
    for (int i = 1; i <= 20; ++i) {
        const std::string body = "\r\n\r\n" + (i % 2 ? std::to_string(i) : "\"inline\"");
        at = responses.find(body, at);
        ASSERT_NE(at, std::string::npos) << "answer " << i;
        at += body.size();
    }
    EXPECT_EQ(at, responses.size());
}

TEST_F(ServerTest, ResponsesOverloadAtOnce) {
    start();
    std::vector<std::thread> clients;
    std::atomic<int> waited{0};
    for (int i = 0; i < 2; ++i)
        clients.emplace_back([&] { waited += client().get("/wait/").status == 200; });
    for (int seen; (seen = waiting_) < 2;) waiting_.wait(seen);
    // Both threads are taken; two more may wait, and the rest must not.
    std::atomic<int> refused{0}, served{0};
    std::vector<std::thread> others;
    for (int i = 0; i < 6; ++i)
        others.emplace_back([&] {
            const HttpResponse response = client().get("/blocking/1/");
            if (response.status == 503) {
                EXPECT_EQ(response.header("retry-after"), "1");
                if (++refused == 4) refused.notify_all();
            } else {
                served += response.status == 200;
            }
        });
    for (int seen; (seen = refused) < 4;) refused.wait(seen);
    EXPECT_EQ(client().get("/inline/").status, 200);
    release();
    for (std::thread& thread : clients) thread.join();
    for (std::thread& thread : others) thread.join();
    EXPECT_EQ(waited, 2);
    EXPECT_EQ(served, 2);
    EXPECT_EQ(refused, 4);
}

TEST_F(ServerTest, StreamsEvents) {
    start();
    const HttpResponse response = client().get("/events/");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("content-type"), "text/event-stream");
    EXPECT_EQ(response.body, "data: 1\n\n");
}

TEST_F(ServerTest, FramesStrictlyAndSaysSo) {
    start();
    const std::string response =
        raw_exchange(server_->port(), "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    EXPECT_THAT(response, HasSubstr("HTTP/1.1 400 "));
    EXPECT_THAT(response, HasSubstr("X-Request-Id: "));
    EXPECT_THAT(response, HasSubstr("\"code\":\"duplicate_host\""));
}

TEST_F(ServerTest, PublishesItsDescription) {
    start();
    HttpClient c = client();
    const HttpResponse document = c.get("/openapi.json");
    EXPECT_EQ(document.status, 200);
    EXPECT_EQ(document.json["openapi"], Json("3.1.0"));
    EXPECT_EQ(document.json["info"]["version"], Json("9.9"));
    for (const char* path : {"/inline/", "/blocking/{n}/", "/things/", "/openapi.json", "/docs/"})
        EXPECT_NE(document.json["paths"].find(path), nullptr) << path;
    EXPECT_EQ(c.get("/openapi.json", {{"If-None-Match", document.header("etag")}}).status, 304);
    const HttpResponse first = c.get("/docs/"),
                       again = c.get("/docs/", {{"If-None-Match", first.header("etag")}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.header("content-security-policy"), first.header("content-security-policy"))
        << "browsers take a 304's for the page's";
    EXPECT_EQ(again.header("content-type"), "");

    const HttpResponse docs = c.get("/docs");
    EXPECT_EQ(docs.header("content-type"), "text/html; charset=utf-8");
    EXPECT_THAT(docs.header("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(docs.body, HasSubstr("<code>/blocking/{n}/</code>"));
    EXPECT_EQ(c.get("/docs/style.css").header("content-type"), "text/css; charset=utf-8");
}

TEST_F(ServerTest, DrainsWhatIsUnderWay) {
    start();
    HttpResponse slow;
    std::thread waiter([&] { slow = client().get("/wait/"); });
    for (int seen; (seen = waiting_) < 1;) waiting_.wait(seen);
    server_->begin_drain();
    EXPECT_EQ(client().get("/inline/").header("connection"), "close");
    EXPECT_FALSE(server_->finish_drain(std::chrono::milliseconds(1)));
    release();
    EXPECT_TRUE(server_->finish_drain(std::chrono::seconds(30)));
    waiter.join();
    EXPECT_EQ(slow.json, Json("waited"));
    server_->stop();
    server_->stop();
    EXPECT_THROW(client().get("/inline/"), std::runtime_error);
}

TEST_F(ServerTest, StopsWithRequestsUnderWay) {
    start();
    std::vector<std::thread> clients;
    const auto add_client = [&](const char* path) {
        clients.emplace_back(
            [this, path] { EXPECT_THROW(client().get(path), std::runtime_error); });
    };
    for (int i = 0; i < 2; ++i) add_client("/wait/");
    for (int seen; (seen = waiting_) < 2;) waiting_.wait(seen);
    add_client("/blocking/1/");  // waits in the queue, and is dropped with it
    while (server_->stats().in_flight < 3) std::this_thread::yield();
    std::thread stopper([&] { server_->stop(); });
    for (std::thread& thread : clients)
        thread.join();  // their connections are closed while handlers still run
    release();
    stopper.join();
}

}  // namespace
}  // namespace kitchen::http
