// Where the plugins lie when the configuration does not say.
//
// Thread-safety: pure function, apart from looking at the file system.
#pragma once

#include <filesystem>

namespace kitchen::host {

/// `<executable>/../plugins` (a build tree) when there is one, otherwise the library directory
/// beside the installed executable.
std::filesystem::path default_plugin_dir();

}  // namespace kitchen::host
