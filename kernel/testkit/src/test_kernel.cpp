#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/test_kernel.h"

#include <cstdlib>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "host/kernel.h"
#include "kitchen/testkit/traffic.h"

namespace kitchen::testkit {

namespace {

std::filesystem::path find_plugin_dir(const std::filesystem::path& wanted) {
    if (!wanted.empty()) return wanted;
    if (const char* named = std::getenv("KITCHEN_TEST_PLUGIN_DIR"); named && *named) return named;
    if (std::error_code failure; std::filesystem::is_directory(built_plugin_dir(), failure))
        return built_plugin_dir();
    return host::default_plugin_dir();
}

}  // namespace

struct TestKernel::Impl {
    /// Shared with the kernel's log sink.
    struct Lines {
        std::mutex mutex;
        std::vector<std::string> lines;
    };

    Impl(const std::string& yaml, TestKernelOptions options) : stop_within(options.stop_within) {
        if (options.manual_clock) clock = std::make_shared<ManualClock>();
        host::KernelOptions wanted;
        wanted.file = "test.yaml";
        wanted.text = yaml;
        wanted.environment = [environment = std::move(options.environment)](
                                 const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        };
        wanted.plugin_dir = find_plugin_dir(options.plugin_dir);
        wanted.listen = "127.0.0.1:0";
        wanted.clock = clock;
        wanted.log_sink = [kept = lines](std::string_view line) {
            std::lock_guard lock(kept->mutex);
            kept->lines.emplace_back(line);
        };
        kernel = std::make_unique<host::Kernel>(std::move(wanted));
        try {
            kernel->start();
        } catch (...) {
            stop();
            throw;
        }
        port = kernel->port();
        record_begin(port);
    }

    void stop() {
        if (!kernel) return;
        if (port != 0) record_document(HttpClient(port));
        const auto& times = kernel->settings().server;
        std::packaged_task<void()> work([this] { kernel->stop(); });
        std::future<void> done = work.get_future();
        std::thread stopping(std::move(work));
        if (done.wait_for(times.notice + times.drain_timeout + stop_within) ==
            std::future_status::timeout) {
            wait_until([&] { return !kernel->plugins().busy().empty(); }, std::chrono::seconds(5));
            const std::string plugin = kernel->plugins().busy();
            stopping.detach();
            (void)kernel.release();  // the thread still uses it
            throw std::runtime_error(plugin.empty() ? "a request or a job does not end"
                                                    : "plugin '" + plugin + "' does not stop");
        }
        stopping.join();
        done.get();
    }

    std::shared_ptr<Lines> lines = std::make_shared<Lines>();
    std::shared_ptr<ManualClock> clock;
    const std::chrono::seconds stop_within;
    std::unique_ptr<host::Kernel> kernel;
    std::uint16_t port = 0;
};

TestKernel::TestKernel(const std::string& yaml, TestKernelOptions options)
    : impl_(std::make_unique<Impl>(yaml, std::move(options))) {}

TestKernel::~TestKernel() {
    try {
        stop();
    } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
    }
}

std::uint16_t TestKernel::port() const { return impl_->port; }

ManualClock& TestKernel::clock() {
    if (!impl_->clock)
        throw std::logic_error("TestKernel::clock() needs TestKernelOptions::manual_clock");
    return *impl_->clock;
}

std::vector<std::string> TestKernel::log_lines() const {
    std::lock_guard lock(impl_->lines->mutex);
    return impl_->lines->lines;
}

void* TestKernel::lookup(std::string_view interface_name) {
    void* found = impl_->kernel ? impl_->kernel->service(interface_name) : nullptr;
    if (!found)
        throw std::logic_error("no provider of " + std::string(interface_name) + " is bound");
    return found;
}

void TestKernel::stop() { impl_->stop(); }

}  // namespace kitchen::testkit
