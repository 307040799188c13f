// What the files of deploy/nginx do, whatever stands behind them.
#include <algorithm>

#include "kitchen/testkit/raw_client.h"
#include "nginx_front.h"
#include "scripted_replica.h"

#include <gtest/gtest.h>

namespace kitchen::tests {
namespace {

using testkit::ChildProcess;
using testkit::HttpClient;
using testkit::HttpResponse;

/// Three servers with one script.
class Nginx : public testing::Test {
protected:
    explicit Nginx(ScriptedReplica::Script script =
                       [](const std::string&) { return ScriptedReplica::response("ok"); })
        : replicas_{ScriptedReplica(script), ScriptedReplica(script), ScriptedReplica(script)},
          nginx_({replicas_[0].port(), replicas_[1].port(), replicas_[2].port()}) {}

    std::vector<std::string> requests() const {
        std::vector<std::string> all;
        for (const ScriptedReplica& replica : replicas_)
            for (const std::string& request : replica.requests()) all.push_back(request);
        return all;
    }

    /// The line is written after the response.
    bool logs(const std::string& text) const {
        return testkit::wait_until(
            [&] { return nginx_.access_log().find(text) != std::string::npos; });
    }

    ScriptedReplica replicas_[NginxFront::replicas];
    NginxFront nginx_;
};

void expect_problem(const HttpResponse& response, int status, const std::string& code) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.problem_code(), code) << response.body;
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
    EXPECT_EQ(response.json["status"], Json(status)) << response.body;
    EXPECT_EQ(response.json["request_id"], Json(response.header("x-request-id"))) << response.body;
    for (const char* field : {"x-content-type-options", "strict-transport-security",
                              "content-security-policy", "cache-control"})
        EXPECT_NE(response.header(field), "") << field;
    EXPECT_EQ(response.header("server"), "nginx") << "without a version";
}

// --- Repeating
// --------------------------------------------------------------------------------------------------------------------

/// They take every request, and are lost before they answer.
class LostReplicas : public Nginx {
protected:
    LostReplicas() : Nginx([](const std::string&) { return ""; }) {}
    void expect_order_is_asked_of_all(const std::string& path) {
        expect_problem(nginx_.client().post(path, Json::object({{"tip", 5}}),
                                            {{"Idempotency-Key", "dinner-1"}}),
                       502, "server_lost");
        for (const ScriptedReplica& replica : replicas_) {
            ASSERT_EQ(replica.requests().size(), 1u);
            const std::string seen = replica.requests()[0];
            EXPECT_TRUE(seen.starts_with("POST " + path + " HTTP/1.1\r\n")) << seen;
            EXPECT_NE(seen.find("Idempotency-Key: dinner-1\r\n"), std::string::npos) << seen;
            EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"tip\":5}")) << seen;
        }
    }
};

TEST_F(LostReplicas, WhatMayHaveBeenDoneIsNotDoneAgain) {
    const Json body = Json::object({{"food_id", 1}});
    std::size_t expected = 0;
    const auto expect_one = [&](const HttpResponse& response) {
        expect_problem(response, 502, "server_lost");
        EXPECT_EQ(response.header("retry-after"), "1");
        EXPECT_EQ(requests().size(), ++expected);
    };
    expect_one(nginx_.client().post("/cart/", body));
    expect_one(nginx_.client().patch("/cart/1/", body));
    expect_one(nginx_.client().post("/orders/", body));
    expect_one(nginx_.client().post("/orders/7/cancel/", body,
                                    {{"Idempotency-Key", "k"}}));  // a key means nothing there
}

TEST_F(LostReplicas, AnOrderWithAKeyIsAskedOfEveryReplica) {
    expect_order_is_asked_of_all("/orders/");
}
TEST_F(LostReplicas, AlsoWithoutTheSlash) { expect_order_is_asked_of_all("/orders"); }

TEST_F(LostReplicas, ReadingIsRepeated) {
    expect_problem(nginx_.client().get("/foods/"), 502, "server_lost");
    EXPECT_EQ(requests().size(), 3u);
}

TEST(NginxWithDeadReplicas, ARequestNobodyHasTakenGoesToWhoeverLives) {
    ScriptedReplica alive([](const std::string&) { return ScriptedReplica::response("ok"); });
    NginxFront nginx({testkit::lasting_port(), alive.port(), testkit::lasting_port()});
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(nginx.client().post("/cart/", Json::object({{"n", i}})).status, 200);
    EXPECT_EQ(alive.requests().size(), 20u);
}

// --- What the servers see
// -----------------------------------------------------------------------------------------------------------

TEST_F(Nginx, WhatAClientSaysOfItselfEndsHere) {
    HttpClient client = nginx_.client();
    ASSERT_EQ(client
                  .get("/foods/?a=%2F&b", {{"X-Forwarded-For", "6.6.6.6"},
                                           {"X-Forwarded-Proto", "gopher"},
                                           {"X-Forwarded-Host", "evil.example"},
                                           {"Forwarded", "for=6.6.6.6"},
                                           {"X-Request-Id", "not allowed: spaces"}})
                  .status,
              200);
    const std::string seen = requests().at(0);
    EXPECT_TRUE(seen.starts_with("GET /foods/?a=%2F&b HTTP/1.1\r\n")) << "as it was sent: " << seen;
    EXPECT_EQ(seen.find("6.6.6.6"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("evil"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("spaces"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("\r\nConnection:"), std::string::npos) << seen;
    for (const std::string& field :
         {std::string("Host: kitchen.example"),
          "X-Forwarded-Host: kitchen.example:" + std::to_string(nginx_.port()),
          std::string("X-Forwarded-Proto: https"), std::string("X-Forwarded-For: 127.0.0.1")})
        EXPECT_NE(seen.find("\r\n" + field + "\r\n"), std::string::npos) << field << " in " << seen;
    const std::size_t id = seen.find("\r\nX-Request-Id: ");
    ASSERT_NE(id, std::string::npos) << seen;
    EXPECT_TRUE(logs("\"request_id\":\"" +
                     seen.substr(id + 16, seen.find("\r\n", id + 16) - id - 16) + "\""))
        << nginx_.access_log();

    ASSERT_EQ(client.get("/foods/", {{"X-Request-Id", "till-7.order_3"}}).status, 200);
    const auto all = requests();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const auto& r) {
        return r.find("X-Request-Id: till-7.order_3\r\n") != std::string::npos;
    }));
}

TEST_F(Nginx, ConnectionsToTheServersAreKept) {
    HttpClient client = nginx_.client();
    for (int i = 0; i < 30; ++i) ASSERT_EQ(client.get("/foods/").status, 200);
    EXPECT_EQ(requests().size(), 30u);
    // Two workers of nginx, each with one connection to each server at most.
    EXPECT_LE(replicas_[0].connections() + replicas_[1].connections() + replicas_[2].connections(),
              6);
}

TEST_F(Nginx, NoSecretReachesItsLog) {
    HttpClient client = nginx_.client();
    client.basic("ada@mail.example", "jollof-is-life");
    ASSERT_EQ(client.get("/cart/", {{"Cookie", "signup_session_id=s3cr3t"}}).status, 200);
    EXPECT_TRUE(logs("\"uri\":\"/cart/\",\"status\":200"));
    const std::string log = nginx_.access_log();
    EXPECT_EQ(log.find("Basic"), std::string::npos) << log;
    EXPECT_EQ(log.find("s3cr3t"), std::string::npos) << log;
}

// --- Limits
// -------------------------------------------------------------------------------------------------------------------------

TEST_F(Nginx, OneMebibyteIsTakenAndAByteMoreIsNot) {
    ASSERT_EQ(nginx_.client().send("POST", "/foods/", std::string(1024 * 1024, 'x')).status, 200);
    const std::size_t before = requests().size();
    expect_problem(nginx_.client().send("POST", "/foods/", std::string(1024 * 1024 + 1, 'x')), 413,
                   "body_too_large");
    EXPECT_EQ(requests().size(), before);
}

TEST_F(Nginx, WhatTheServerRefusesItselfReachesIt) {
    EXPECT_EQ(nginx_.client().get("/" + std::string(9'000, 'a')).status, 200)
        << "past 8 KiB: the server says 414";
    EXPECT_EQ(nginx_.client().get("/", {{"X-Long", std::string(15'000, 'a')}}).status, 200)
        << "with the others past 16 KiB: the server says 431";
    EXPECT_EQ(requests().size(), 2u);
    expect_problem(nginx_.client().get("/" + std::string(20'000, 'a')), 414, "target_too_long");
    expect_problem(nginx_.client().get("/", {{"X-Long", std::string(20'000, 'a')}}), 431,
                   "headers_too_large");
    expect_problem(nginx_.client().get("/", {{"Host", "two words"}}), 400, "bad_request");
    EXPECT_EQ(requests().size(), 2u);
}

TEST_F(Nginx, OperationsAreNotForOutside) {
    for (const char* path : {"/metrics",     "/metrics/",         "//metrics",
                             "/%6detrics",   "/foods/../metrics", "/./livez",
                             "/livez/",      "/readyz?x",         "/metrics%2f",
                             "/health/",     "/health",           "/docs/",
                             "/docs",        "/docs/app.js",      "/openapi.json",
                             "/admin/",      "/admin/plugins/",   "/foods/../admin/mail/",
                             "//admin/data", "/%61dmin/plugins/"})
        expect_problem(nginx_.client().get(path), 404, "not_found");
    EXPECT_EQ(requests().size(), 0u);
    for (const char* path : {"/metricss", "/healthy/", "/administrators/", "/docs.html"})
        EXPECT_EQ(nginx_.client().get(path).status, 200) << "another path";
    expect_problem(nginx_.client().get("/chuks-kitchen-problem"), 404, "not_found");
}

// --- Streams
// ------------------------------------------------------------------------------------------------------------------------

class Stream : public Nginx {
protected:
    Stream()
        : Nginx([](const std::string&) {
              return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n9\r\ndata: 1\n\n\r\n";  // and no end
          }) {}
};

TEST_F(Stream, EventsArriveAtOnce) {
    for (const char* path : {"/orders/events/", "/orders/17/events/", "/orders/events"}) {
        ChildProcess client(
            {"openssl", "s_client", "-quiet", "-connect",
             "127.0.0.1:" + std::to_string(nginx_.port()), "-servername", NginxFront::name},
            {.input = "GET " + std::string(path) + " HTTP/1.1\r\nHost: kitchen.example\r\n\r\n"});
        EXPECT_TRUE(client.wait_for("data: 1")) << path << client.output();
    }
}

// --- TLS
// ----------------------------------------------------------------------------------------------------------------------------

std::string s_client(const NginxFront& nginx, std::vector<std::string> arguments) {
    std::vector<std::string> command = {"openssl",  "s_client",
                                        "-connect", "127.0.0.1:" + std::to_string(nginx.port()),
                                        "-CAfile",  nginx.certificate()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    ChildProcess client(command);
    (void)client.wait();
    return client.output();
}

TEST_F(Nginx, TlsIsModernAndForThisNameOnly) {
    const std::string good =
        s_client(nginx_, {"-servername", NginxFront::name, "-alpn", "h2,http/1.1"});
    EXPECT_NE(good.find("Verify return code: 0 (ok)"), std::string::npos) << good;
    EXPECT_NE(good.find("TLSv1.3"), std::string::npos) << good;
    EXPECT_NE(good.find("ALPN protocol: h2"), std::string::npos) << good;
    EXPECT_NE(s_client(nginx_, {"-servername", NginxFront::name, "-tls1_2"})
                  .find("Verify return code: 0 (ok)"),
              std::string::npos);
    for (const std::vector<std::string>& refused :
         {std::vector<std::string>{"-servername", NginxFront::name, "-tls1_1", "-cipher",
                                   "ALL:@SECLEVEL=0"},
          {"-servername", NginxFront::name, "-tls1_2", "-cipher", "AES128-SHA"},
          {"-servername", "other.example"},
          {"-noservername"}})
        EXPECT_NE(s_client(nginx_, refused).find("no peer certificate available"),
                  std::string::npos)
            << refused.back();
}

TEST_F(Nginx, PlainHttpIsSentToTls) {
    HttpClient plain(nginx_.plain_port());
    const HttpResponse moved =
        plain.post("/orders/?a=1", Json::object(), {{"Host", "evil.example"}});
    EXPECT_EQ(moved.status, 308);
    EXPECT_EQ(moved.header("location"), "https://kitchen.example/orders/?a=1")
        << "not to where Host says";
    EXPECT_EQ(plain.get("/.well-known/acme-challenge/none").status, 404)
        << "for the certificate authority";
    EXPECT_EQ(requests().size(), 0u);
}

class StrictServers : public Nginx {
protected:
    StrictServers()
        : Nginx([](const std::string&) {
              return "HTTP/1.1 404 Not Found\r\nStrict-Transport-Security: max-age=7\r\nETag: "
                     "\"3\"\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok";
          }) {}
};

TEST_F(StrictServers, AResponsePassesAsItIs) {
    const HttpResponse response = nginx_.client().get(
        "/orders/1/",
        {{"Accept-Encoding",
          "gzip"}});  // 404 and HTML: nginx would compress it, or put its own in its place
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.header("etag"), "\"3\"") << "still strong";
    const auto is_strict = [](const auto& field) {
        return field.first == "strict-transport-security";
    };
    EXPECT_EQ(std::count_if(response.headers.begin(), response.headers.end(), is_strict), 1);
    EXPECT_EQ(response.header("strict-transport-security"), "max-age=7");
}

}  // namespace
}  // namespace kitchen::tests
