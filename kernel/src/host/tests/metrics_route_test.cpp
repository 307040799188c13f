#include "host/operations_routes.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/exposition.h"
#include "kitchen/testkit/test_kernel.h"

namespace kitchen::host {
namespace {

using testing::HasSubstr;
using testkit::Exposition;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::TestKernel;

Exposition scrape(HttpClient& client) {
    const HttpResponse response = client.get("/metrics");
    if (response.status != 200)
        throw std::runtime_error("status " + std::to_string(response.status));
    return Exposition::parse(response.body);
}

std::string requests(const std::string& method, const std::string& route, int status) {
    return "kitchen_http_requests_total{method=\"" + method + "\",route=\"" + route +
           "\",status=\"" + std::to_string(status) + "\"}";
}

TEST(InternalAddress, IsRecognised) {
    for (const char* inside :
         {"127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.4.5",
          "169.254.1.1", "100.64.0.1", "100.127.255.255", "::1", "fe80::1", "fd00::1",
          "fc00::", "::ffff:10.0.0.1"})
        EXPECT_TRUE(is_internal_address(inside)) << inside;
    for (const char* outside :
         {"8.8.8.8", "11.0.0.1", "172.15.255.255", "172.32.0.0", "192.169.0.1", "100.63.0.0",
          "100.128.0.0", "126.255.255.255", "128.0.0.1", "0.0.0.0", "::", "2001:db8::1", "fe00::1",
          "::ffff:8.8.8.8", "", "localhost", "10.0.0.1 ", "10.1"})
        EXPECT_FALSE(is_internal_address(outside)) << outside;
}

TEST(MetricsRoute, ResponsesInThePrometheusFormat) {
    TestKernel kernel("plugins: []");
    HttpClient client = kernel.client();
    const HttpResponse response = client.get("/metrics");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    const Exposition seen = Exposition::parse(response.body);
    for (const char* family :
         {"kitchen_build_info", "kitchen_http_connections", "kitchen_http_requests_in_flight",
          "kitchen_http_pool_threads", "kitchen_http_pool_busy_threads",
          "kitchen_http_pool_waiting_requests", "kitchen_jobs_waiting",
          "process_start_time_seconds", "process_resident_memory_bytes", "process_open_fds"})
        EXPECT_EQ(seen.types.contains(family) ? seen.types.at(family) : "none", "gauge") << family;
    for (const char* family :
         {"kitchen_http_connections_accepted_total", "kitchen_http_connections_refused_total",
          "kitchen_http_received_bytes_total", "kitchen_http_sent_bytes_total",
          "kitchen_http_pool_refused_total", "kitchen_jobs_failed_total",
          "process_cpu_seconds_total"})
        EXPECT_EQ(seen.types.contains(family) ? seen.types.at(family) : "none", "counter")
            << family;
    EXPECT_EQ(seen.value("kitchen_http_pool_busy_threads"), 1);  // this very request
    EXPECT_EQ(seen.value("kitchen_http_requests_in_flight"), 1);
    EXPECT_EQ(seen.value("kitchen_http_connections"), 1);
    EXPECT_THAT(client.get("/openapi.json").json["paths"]["/metrics"]["get"].dump(),
                HasSubstr("text/plain"));
}

TEST(MetricsRoute, CountsExactlyTheRequestsMade) {
    TestKernel kernel("plugins: []");
    HttpClient client = kernel.client();
    const Exposition before = scrape(client);
    for (int i = 0; i < 25; ++i) client.get("/livez");
    for (int i = 0; i < 7; ++i) client.get("/admin/plugins/");
    for (int i = 0; i < 3; ++i) client.send("HEAD", "/livez");
    for (int i = 0; i < 4; ++i) client.send("DELETE", "/livez");
    for (int i = 0; i < 2; ++i) client.send("BREW", "/livez");
    const Exposition after = scrape(client);
    const auto moved = [&](const std::string& series) {
        return after.value(series) - before.value(series);
    };
    EXPECT_EQ(moved(requests("GET", "/livez", 200)), 25);
    EXPECT_EQ(moved(requests("GET", "/admin/plugins/", 401)), 7);
    EXPECT_EQ(moved(requests("HEAD", "/livez", 200)), 3);
    EXPECT_EQ(moved(requests("DELETE", "-", 405)), 4);
    EXPECT_EQ(moved(requests("-", "-", 501)), 2);
    EXPECT_EQ(moved(requests("GET", "/metrics", 200)), 1);  // the scrape before this one
    EXPECT_EQ(moved("kitchen_http_request_duration_seconds_count{method=\"GET\",route=\"/livez\"}"),
              25);
    EXPECT_EQ(moved("kitchen_http_connections_accepted_total"), 0);
    EXPECT_GT(moved("kitchen_http_received_bytes_total"), 42 * 40);
    EXPECT_GT(moved("kitchen_http_sent_bytes_total"), 42 * 100);
}

TEST(MetricsRoute, CountsTheBytesOfAResponse) {
    TestKernel kernel("plugins: []");
    HttpClient client = kernel.client();
    const double before = scrape(client).value("kitchen_http_sent_bytes_total");
    const std::size_t body = client.get("/openapi.json").body.size();
    const HttpResponse last = client.get("/metrics");
    EXPECT_GT(Exposition::parse(last.body).value("kitchen_http_sent_bytes_total") - before,
              static_cast<double>(body));
}

TEST(MetricsRoute, StaysBoundedWhateverClientsSend) {
    TestKernel kernel("plugins: []\nlog: {level: error}");
    HttpClient client = kernel.client();
    const auto provoke = [&](int i) {
        const std::string name = "dish" + std::to_string(i);
        client.get("/" + name);
        client.get("/livez/" + name + "?q=" + name);
        client.get("/livez?" + name);
        client.get("/%zz" + name);
        client.send("M" + name, "/livez");
        client.send("GET", "/livez", {},
                    {{"traceparent", name}, {"x-request-id", name}, {"host", name}});
    };
    provoke(0);
    scrape(client);
    const Exposition first = scrape(client);
    for (int i = 1; i < 200; ++i) provoke(i);
    const Exposition last = scrape(client);
    EXPECT_EQ(first.samples.size(), last.samples.size());
    EXPECT_EQ(last.value(requests("GET", "-", 404)), 400);
    for (const auto& [series, value] : last.samples)
        EXPECT_EQ(series.find("dish"), std::string::npos) << series;
}

TEST(MetricsRoute, InternalRefusesWhatAProxyHasPassedOn) {
    TestKernel kernel("plugins: []");
    HttpClient client = kernel.client();
    for (const char* field :
         {"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"}) {
        const HttpResponse response = client.get("/metrics", {{field, "127.0.0.1"}});
        EXPECT_EQ(response.status, 403) << field;
        EXPECT_EQ(response.problem_code(), "metrics_internal");
    }
    EXPECT_EQ(client.get("/metrics").status, 200);
}

TEST(MetricsRoute, IsAsOpenAsConfigured) {
    {
        TestKernel kernel("server: {metrics: {access: open}}\nplugins: []");
        EXPECT_EQ(kernel.client().get("/metrics", {{"X-Forwarded-For", "8.8.8.8"}}).status, 200);
    }
    {
        TestKernel kernel("server: {metrics: {access: admin}}\nplugins: []");
        EXPECT_EQ(kernel.client().get("/metrics").status, 401);
    }
    {
        TestKernel kernel("server: {metrics: {access: off}}\nplugins: []");
        EXPECT_EQ(kernel.client().get("/metrics").status, 404);
        EXPECT_FALSE(kernel.client().get("/openapi.json").json["paths"].find("/metrics"));
    }
}

TEST(MetricsService, IsThereForPlugins) {
    TestKernel kernel("plugins: []");
    kernel.service<Metrics>().counter("kitchen_test_total", "A test.").add(3);
    HttpClient client = kernel.client();
    EXPECT_EQ(scrape(client).value("kitchen_test_total"), 3);
}

TEST(AccessLine, NamesTheTrace) {
    TestKernel kernel("plugins: []\nlog: {format: json}");
    HttpClient client = kernel.client();
    client.get("/livez",
               {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                {"authorization", "Basic dG9wOnNlY3JldA=="}});
    client.get("/livez?password=tops3cret", {{"traceparent", "00-nonsense"}});
    std::vector<Json> lines;
    for (const std::string& line : kernel.log_lines())
        if (const Json json = parse_json(line).value_or(Json()); json["message"] == Json("request"))
            lines.push_back(json);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0]["trace_id"], Json("4bf92f3577b34da6a3ce929d0e0e4736"));
    EXPECT_EQ(lines[0]["client"], Json("127.0.0.1"));
    EXPECT_EQ(lines[0]["method"], Json("GET"));
    EXPECT_EQ(lines[0]["route"], Json("/livez"));
    EXPECT_EQ(lines[0]["status"], Json(200));
    EXPECT_EQ(lines[1]["trace_id"].as_string().size(), 32u);
    EXPECT_NE(lines[1]["trace_id"], lines[0]["trace_id"]);
    for (const std::string& line : kernel.log_lines()) {
        EXPECT_EQ(line.find("tops3cret"), std::string::npos);
        EXPECT_EQ(line.find("dG9wOnNlY3JldA"), std::string::npos);
    }
}

}  // namespace
}  // namespace kitchen::host
