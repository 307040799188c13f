#include "http/request_metrics.h"

#include <thread>

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "support.h"

namespace kitchen::http {
namespace {

using std::chrono::milliseconds;

std::string requests(const std::string& method, const std::string& route, int status) {
    return "kitchen_http_requests_total{method=\"" + method + "\",route=\"" + route +
           "\",status=\"" + std::to_string(status) + "\"}";
}
std::string durations(const std::string& method, const std::string& route) {
    return "kitchen_http_request_duration_seconds{method=\"" + method + "\",route=\"" + route +
           "\"}";
}

TEST(RequestMetrics, TellsRoutesMethodsAndStatusesApart) {
    testkit::RecordingMetrics metrics;
    const std::vector<Route> routes{Route::get("/foods/"), Route::post("/foods/")};
    RequestMetrics counted(metrics, routes);
    counted.answered(&routes[0], "GET", 200, milliseconds(1));
    counted.answered(&routes[0], "GET", 200, milliseconds(1));
    counted.answered(&routes[0], "GET", 304, milliseconds(1));
    counted.answered(&routes[0], "HEAD", 200, milliseconds(1));
    counted.answered(&routes[1], "POST", 201, milliseconds(1));
    counted.answered(nullptr, "-", 400, milliseconds(1));
    EXPECT_EQ(metrics.value(requests("GET", "/foods/", 200)), 2);
    EXPECT_EQ(metrics.value(requests("GET", "/foods/", 304)), 1);
    EXPECT_EQ(metrics.value(requests("HEAD", "/foods/", 200)), 1);
    EXPECT_EQ(metrics.value(requests("POST", "/foods/", 201)), 1);
    EXPECT_EQ(metrics.value(requests("-", "-", 400)), 1);
    EXPECT_EQ(metrics.value(durations("GET", "/foods/")), 3);
    EXPECT_EQ(metrics.value(durations("POST", "/foods/")), 1);
}

TEST(RequestMetrics, LosesNothingBetweenThreads) {
    testkit::RecordingMetrics metrics;
    const std::vector<Route> routes{Route::get("/a/"), Route::get("/b/")};
    RequestMetrics counted(metrics, routes);
    constexpr int rounds = 2000;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i)
                counted.answered(&routes[i % 2], "GET", 200 + i % 10, milliseconds(1));
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(metrics.value(requests("GET", "/a/", 204)), 4 * rounds / 10);
    EXPECT_EQ(metrics.value(durations("GET", "/b/")), 4 * rounds / 2);
}

}  // namespace
}  // namespace kitchen::http
