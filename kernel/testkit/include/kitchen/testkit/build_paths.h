// Where the build has put what its tests use. They are compiled into one source, so that no other
// differs between two checkouts.
#pragma once

#include <string>

namespace kitchen::testkit {

std::string built_plugin_dir();
std::string built_executable();  ///< chuks-kitchen
std::string source_dir();        ///< the root of the tree

}  // namespace kitchen::testkit
