// A folder that goes with its object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace kitchen::sqlite {

class TempDir {
public:
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "store-sqlite-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    std::string file(const std::string& name = "kitchen.db") const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace kitchen::sqlite
