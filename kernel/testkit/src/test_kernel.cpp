#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/test_kernel.h"

#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "host/kernel.h"
#include "host/paths.h"

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

    Impl(const std::string& yaml, TestKernelOptions options) {
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
        kernel->start();
        port = kernel->port();
    }

    std::shared_ptr<Lines> lines = std::make_shared<Lines>();
    std::shared_ptr<ManualClock> clock;
    std::unique_ptr<host::Kernel> kernel;
    std::uint16_t port = 0;
};

TestKernel::TestKernel(const std::string& yaml, TestKernelOptions options)
    : impl_(std::make_unique<Impl>(yaml, std::move(options))) {}

TestKernel::~TestKernel() = default;

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
    void* found = impl_->kernel->service(interface_name);
    if (!found)
        throw std::logic_error("no provider of " + std::string(interface_name) + " is bound");
    return found;
}

void TestKernel::stop() { impl_->kernel->stop(); }

}  // namespace kitchen::testkit
