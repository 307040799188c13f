// A directory of a test's own, removed with everything in it.
//
// Thread-safety: a plain owner.
#pragma once

#include <filesystem>

namespace kitchen::testkit {

class TemporaryDirectory {
public:
    /// Below the system's temporary directory. Throws std::runtime_error.
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace kitchen::testkit
