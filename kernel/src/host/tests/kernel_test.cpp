#include "host/kernel.h"

#include <algorithm>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/test_kernel.h"

// What needs no plugin. Life with plugins, good and broken ones, is tested in tests/fixtures and
// tests/api.
namespace kitchen::host {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testkit::HttpClient;
using testkit::TestKernel;

KernelOptions options(std::string text) {
    KernelOptions out;
    out.file = "f";
    out.text = std::move(text);
    out.environment = [](const std::string&) { return std::nullopt; };
    out.plugin_dir = "/nowhere";
    out.listen = "127.0.0.1:0";
    out.log_sink = [](std::string_view) {};
    return out;
}

TEST(Kernel, ServesItsOwnRoutesWithoutAnyPlugin) {
    TestKernel kernel("plugins: []");
    HttpClient client = kernel.client();
    for (const char* path : {"/livez", "/livez/", "/readyz", "/health/", "/health"}) {
        const auto response = client.get(path);
        EXPECT_EQ(response.status, 200) << path;
        EXPECT_EQ(response.json["status"], Json("ok")) << path;
        EXPECT_EQ(response.header("cache-control"), "no-store");
    }
    EXPECT_EQ(client.get("/health/").json["checks"], Json(Json::Object()));
    EXPECT_EQ(client.get("/admin/plugins/").status, 401);
    EXPECT_EQ(client.post("/livez", Json::object()).status, 405);
    EXPECT_EQ(client.get("/nowhere").status, 404);
}

TEST(Kernel, ManyLiveInOneProcess) {
    std::vector<std::unique_ptr<TestKernel>> kernels;
    for (int i = 0; i < 5; ++i) kernels.push_back(std::make_unique<TestKernel>("plugins: []"));
    for (const auto& kernel : kernels) EXPECT_EQ(kernel->client().get("/readyz").status, 200);
    kernels[0]->stop();
    kernels[0]->stop();
    EXPECT_EQ(kernels[1]->client().get("/readyz").status, 200);
}

TEST(Kernel, TellsItsLifeInTheLog) {
    TestKernel kernel("plugins: []");
    kernel.stop();
    const auto lines = kernel.log_lines();
    EXPECT_THAT(lines,
                AllOf(Contains(AllOf(HasSubstr("serving"), HasSubstr("url=http://127.0.0.1:"),
                                     HasSubstr("startup_ms="))),
                      Contains(HasSubstr("draining")),
                      Contains(AllOf(HasSubstr("stopped"), HasSubstr("clean=true")))));
}

TEST(Kernel, HonoursTheLogLevel) {
    TestKernel kernel("plugins: []\nlog: {level: error}");
    kernel.stop();
    EXPECT_TRUE(kernel.log_lines().empty());
}

TEST(Kernel, ReportsEveryMistakeAtOnceAndPrefersTheConfigurationsCode) {
    Kernel kernel(options("server: {workers: many}\nplugins: [{id: nobody}]\nbidn: {}\n"));
    try {
        kernel.load();
        FAIL() << "loaded";
    } catch (const StartError& e) {
        EXPECT_EQ(e.code(), ExitCode::configuration);
        EXPECT_THAT(
            e.lines(),
            ElementsAre(HasSubstr("f:1:19: error: server.workers"),
                        HasSubstr("f:2:16: error: plugin 'nobody': there is no file"),
                        HasSubstr("f:3:1: error: bidn: unknown key; did you mean 'bind'?")));
    }
}

TEST(Kernel, AMissingPluginAloneIsAPluginError) {
    Kernel kernel(options("plugins: [{id: nobody}]\n"));
    try {
        kernel.load();
        FAIL() << "loaded";
    } catch (const StartError& e) {
        EXPECT_EQ(e.code(), ExitCode::plugin);
    }
}

TEST(Kernel, AnOptionalPluginThatIsMissingIsLeftOut) {
    Kernel kernel(options("plugins: [{id: nobody, required: false}]\n"));
    kernel.start();
    EXPECT_TRUE(kernel.is_ready());
    ASSERT_EQ(kernel.plugins().skipped().size(), 1u);
    EXPECT_EQ(kernel.plugins().skipped()[0].id, "nobody");
    EXPECT_TRUE(kernel.stop());
    EXPECT_FALSE(kernel.is_ready());
}

TEST(Kernel, StopsDuringStartUpWhenASignalCame) {
    KernelOptions wanted = options("plugins: []\n");
    wanted.cancelled = [] { return true; };
    Kernel kernel(std::move(wanted));
    try {
        kernel.start();
        FAIL() << "started";
    } catch (const StartError& e) {
        EXPECT_EQ(e.code(), ExitCode::start_up);
    }
}

TEST(Kernel, APortInUseIsAStartUpErrorThatNamesIt) {
    TestKernel first("plugins: []");
    KernelOptions wanted = options("plugins: []\n");
    wanted.listen = "127.0.0.1:" + std::to_string(first.port());
    Kernel second(std::move(wanted));
    try {
        second.start();
        FAIL() << "started";
    } catch (const StartError& e) {
        EXPECT_EQ(e.code(), ExitCode::start_up);
        EXPECT_THAT(e.what(), HasSubstr(std::to_string(first.port())));
    }
}

TEST(Kernel, ListensOnIpv6) {
    KernelOptions wanted = options("plugins: []\n");
    wanted.listen = "[::1]:0";
    Kernel kernel(std::move(wanted));
    try {
        kernel.start();
    } catch (const StartError& e) {
        GTEST_SKIP() << "no IPv6 here: " << e.what();
    }
    EXPECT_THAT(kernel.url(), HasSubstr("http://[::1]:"));
    EXPECT_EQ(HttpClient(kernel.port(), "::1").get("/livez").status, 200);
}

TEST(Kernel, StoppingWithoutStartingIsNothing) {
    Kernel kernel(options("plugins: []\n"));
    EXPECT_TRUE(kernel.stop());
    Kernel configured(options("plugins: []\n"));
    configured.load();
    configured.construct();
}

TEST(TestKernel, ThrowsEveryMistakeAndSeesOnlyItsEnvironment) {
    try {
        TestKernel kernel(
            "server: {workers: '${WORKERS}'}\nplugins: [{id: nobody}]",
            {.plugin_dir = "/nowhere", .environment = {{"X", "1"}}, .manual_clock = false});
        FAIL() << "started";
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), AllOf(HasSubstr("WORKERS is not set"), HasSubstr("'nobody'")));
    }
    testkit::TestKernelOptions two;
    two.environment = {{"WORKERS", "2"}};
    TestKernel kernel("server: {workers: '${WORKERS}'}\nplugins: []", two);
    EXPECT_EQ(kernel.client().get("/livez").status, 200);
    EXPECT_THROW(kernel.clock(), std::logic_error);
}

}  // namespace
}  // namespace kitchen::host
