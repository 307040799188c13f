#include "kitchen/testkit/temporary_directory.h"

#include <stdexcept>
#include <string>
#include <system_error>

#include <stdlib.h>

namespace kitchen::testkit {

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "kitchen-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory can be made");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace kitchen::testkit
