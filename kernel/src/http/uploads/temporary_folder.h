// Where the files of uploads lie while their requests run: a folder of this process alone, in the
// one that server.uploads.folder names.
//
// The process holds a lock on its folder (flock), which the system takes away when it ends, however
// it ends. A process that starts deletes the folders that none holds.
//
// Thread-safety: all calls from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "kitchen/result.h"
#include "kitchen/unique_fd.h"

namespace kitchen::http {

class TemporaryFolder {
public:
    /// Makes its folder in `parent`, and that too when it is not there. `max_bytes`: of all files
    /// at once. Throws std::runtime_error.
    TemporaryFolder(const std::filesystem::path& parent, std::uint64_t max_bytes);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Deletes its file, unless it has been renamed. On one thread.
    class File {
    public:
        File(TemporaryFolder& folder, std::filesystem::path path, UniqueFd fd);
        ~File();
        File(const File&) = delete;
        File& operator=(const File&) = delete;

        /// Errors: storage_full when the disk is, unavailable at `max_bytes` of the folder.
        Status write(std::string_view bytes);
        /// No more will be written.
        Status close();
        const std::filesystem::path& path() const noexcept { return path_; }
        std::uint64_t size() const noexcept { return size_; }

    private:
        TemporaryFolder& folder_;
        const std::filesystem::path path_;
        UniqueFd fd_;
        std::uint64_t size_ = 0;
    };
    /// An empty one with a random name.
    Result<std::unique_ptr<File>> create();

    const std::filesystem::path& path() const noexcept { return path_; }
    std::uint64_t bytes() const noexcept { return bytes_.load(); }  ///< of all files now

private:
    bool reserve(std::uint64_t bytes) noexcept;

    const std::uint64_t max_bytes_;
    std::filesystem::path path_;
    UniqueFd lock_;
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace kitchen::http
