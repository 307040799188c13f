// A folder that goes with its object.
#pragma once

#include <string>

#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::sqlite {

class TempDir {
public:
    std::string file(const std::string& name = "kitchen.db") const {
        return (directory_.path() / name).string();
    }

private:
    testkit::TemporaryDirectory directory_;
};

}  // namespace kitchen::sqlite
