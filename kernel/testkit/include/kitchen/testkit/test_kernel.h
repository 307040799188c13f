// A whole kernel inside a test: the real loader, real plugins, a real socket on a free port of
// 127.0.0.1.
//
//     TestKernel kernel(R"(plugins: [{id: store-memory}, {id: cache-memory}, …])");
//     HttpClient client = kernel.client();
//     EXPECT_EQ(client.get("/foods/").status, 200);
//
// Several kernels may live in one process at the same time.
//
// Thread-safety: construction and stop() on one thread; the rest from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/http_client.h"

namespace kitchen::testkit {

struct TestKernelOptions {
    std::filesystem::path
        plugin_dir{};  ///< empty: KITCHEN_TEST_PLUGIN_DIR of the build, else next to the executable
    std::map<std::string, std::string>
        environment{};                     ///< what ${X} and !env see, instead of the process's own
    bool manual_clock = false;             ///< false: real time
    std::chrono::seconds stop_within{30};  ///< beyond server.timeouts.notice and drain
};

class TestKernel {
public:
    /// Loads, configures, migrates, starts and listens (whatever server.listen says, on 127.0.0.1
    /// port 0). Throws std::runtime_error with every message when anything refuses.
    explicit TestKernel(const std::string& yaml, TestKernelOptions options = {});
    /// stop(), and what that throws is a failure of the test.
    ~TestKernel();

    std::uint16_t port() const;
    HttpClient client() const { return HttpClient(port()); }
    /// Only with manual_clock.
    ManualClock& clock();
    /// Every log line so far, as text.
    std::vector<std::string> log_lines() const;
    /// The bound provider of an interface.
    template <class T>
    T& service() {
        return *static_cast<T*>(lookup(T::interface_name));
    }
    /// Drains and stops; idempotent. Throws std::runtime_error with the name of the plugin that has
    /// not stopped in time; that kernel is left as it is until the process ends.
    void stop();

private:
    void* lookup(std::string_view interface_name);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::testkit
