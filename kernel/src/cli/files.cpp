#include "cli/files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "config/yaml_reader.h"

namespace kitchen::cli {

host::KernelOptions kernel_options(const std::string& config_file) {
    const auto refuse = [&](const std::string& why) {
        return host::StartError(host::ExitCode::configuration,
                                config_file + ": error: cannot be read: " + why);
    };
    std::error_code failure;
    if (std::filesystem::is_directory(config_file, failure)) throw refuse("it is a directory");
    std::ifstream in(config_file, std::ios::binary);
    if (!in) throw refuse(std::strerror(errno));
    host::KernelOptions options;
    options.file = config_file;
    options.environment = config::process_environment();
    options.environment.folder = std::filesystem::absolute(config_file).parent_path();
    // One byte past the limit is enough for the reader to see that the file is too large.
    options.text.resize(config::YamlLimits{}.file_bytes + 1);
    in.read(options.text.data(), static_cast<std::streamsize>(options.text.size()));
    options.text.resize(static_cast<std::size_t>(in.gcount()));
    options.text.shrink_to_fit();  // the kernel keeps it
    return options;
}

host::KernelOptions quiet_kernel_options(const std::string& config_file) {
    host::KernelOptions options = kernel_options(config_file);
    options.quiet = true;
    return options;
}

}  // namespace kitchen::cli
