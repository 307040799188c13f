#include "host/paths.h"

#ifndef KITCHEN_LIBDIR
#define KITCHEN_LIBDIR "lib"
#endif

namespace kitchen::host {

std::filesystem::path default_plugin_dir() {
    std::error_code failure;
    const std::filesystem::path here =
        std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    const std::filesystem::path built = (here / ".." / "plugins").lexically_normal();
    if (std::filesystem::is_directory(built, failure)) return built;
    return (here / ".." / KITCHEN_LIBDIR / "chuks-kitchen" / "plugins").lexically_normal();
}

}  // namespace kitchen::host
