// Loads a plugin's shared library and hands out its descriptor once the gate has passed it.
//
// A library is never unloaded: code of a plugin may still be on a stack or in a callback when its
// kernel has gone. Loading the same file twice gives the same library, so many kernels can live in
// one process.
//
// Thread-safety: load_library() from any thread. A Manifest is immutable and stays valid until the
// process ends.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/abi.h"
#include "kitchen/result.h"

namespace kitchen::plugin {

/// A descriptor that has passed the gate.
class Manifest {
public:
    Manifest(const kitchen_plugin_descriptor& descriptor, std::filesystem::path file)
        : descriptor_(&descriptor), file_(std::move(file)) {}

    std::string_view id() const noexcept { return descriptor_->id; }
    std::string_view version() const noexcept { return descriptor_->version; }
    std::string_view summary() const noexcept { return descriptor_->summary; }
    std::span<const kitchen_need> needs() const noexcept {
        return {descriptor_->needs, descriptor_->need_count};
    }
    std::span<const char* const> provides() const noexcept {
        return {descriptor_->provides, descriptor_->provide_count};
    }
    std::span<const kitchen_config_key> config() const noexcept {
        return {descriptor_->config, descriptor_->config_count};
    }
    const kitchen_plugin_descriptor& descriptor() const noexcept { return *descriptor_; }
    const std::filesystem::path& file() const noexcept { return file_; }

    bool declares_need(std::string_view interface_name) const noexcept;
    bool declares_provide(std::string_view interface_name) const noexcept;

private:
    const kitchen_plugin_descriptor* descriptor_;
    std::filesystem::path file_;
};

/// Loads `file` and checks its descriptor. The error's detail is a phrase that goes on after
/// "plugin 'x': ".
Result<Manifest> load_library(const std::filesystem::path& file, std::string_view id);

/// The ids of the libraries in a directory, sorted: for suggestions. Empty when it cannot be read.
std::vector<std::string> library_ids(const std::filesystem::path& directory);

}  // namespace kitchen::plugin
