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

#include "kitchen/plugin.h"
#include "kitchen/result.h"

namespace kitchen::plugin {

/// A descriptor that has passed the gate, and the settings that its plugin describes.
class Manifest {
public:
    Manifest(const PluginDescriptor& descriptor, std::vector<SettingKey> settings,
             std::filesystem::path file)
        : descriptor_(&descriptor), settings_(std::move(settings)), file_(std::move(file)) {}

    std::string_view id() const noexcept { return descriptor_->id; }
    std::string_view version() const noexcept { return descriptor_->version; }
    std::string_view summary() const noexcept { return descriptor_->summary; }
    std::span<const InterfaceUse> interfaces() const noexcept { return descriptor_->interfaces; }
    const std::vector<SettingKey>& settings() const noexcept { return settings_; }
    const PluginDescriptor& descriptor() const noexcept { return *descriptor_; }
    const std::filesystem::path& file() const noexcept { return file_; }

    /// Whether it may ask for the interface: needs it, or may use it.
    bool uses(std::string_view interface_name) const noexcept;
    bool provides(std::string_view interface_name) const noexcept;

private:
    const PluginDescriptor* descriptor_;
    std::vector<SettingKey> settings_;
    std::filesystem::path file_;
};

/// Reads the note of `file`, loads it when that fits, checks its descriptor and asks it for its
/// settings. The error's detail is a phrase that goes on after "plugin 'x': ".
Result<Manifest> load_library(const std::filesystem::path& file, std::string_view id);

/// The ids of the libraries in a directory, sorted: for suggestions. Empty when it cannot be read.
std::vector<std::string> library_ids(const std::filesystem::path& directory);

}  // namespace kitchen::plugin
