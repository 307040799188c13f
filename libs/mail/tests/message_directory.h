// A directory of messages that goes with the test, and what is in it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kitchen/testkit/temporary_directory.h"

namespace kitchen {

class MessageDirectory {
public:
    std::filesystem::path root() const { return root_.path(); }
    std::filesystem::path path() const { return root() / "data" / "messages"; }

    /// The names in it, sorted, hidden ones too.
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(path()))
            out.push_back(entry.path().filename());
        std::sort(out.begin(), out.end());
        return out;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(path() / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    testkit::TemporaryDirectory root_;
};

}  // namespace kitchen
