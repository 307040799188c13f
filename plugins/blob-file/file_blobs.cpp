#include "file_blobs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "kitchen/unique_fd.h"

namespace kitchen {
namespace {

/// No blob begins so.
constexpr std::string_view unfinished = ".put-";
/// One that is older is of a process that is gone.
constexpr std::time_t longest_put = 3600;

std::string message_of(int error) { return std::generic_category().message(error); }

Error unusable(int reason) {
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
        return Error(Errc::storage_full, "blob_storage_full",
                     "There is no room left in the folder for files.")
            .with_subject(message_of(reason));
    return Error(Errc::unavailable, "blob_folder_unusable",
                 "The folder for files cannot be used now. Check its permissions and its disk.")
        .with_subject(message_of(reason));
}

Result<UniqueFd> open_folder(const std::filesystem::path& folder) {
    UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) return unusable(errno);
    return opened;
}

/// In portions of the kernel's own choice. 0, or the error of the side that failed.
struct CopyError {
    int source = 0, target = 0;
};
CopyError copy(int source, int target) {
    std::vector<char> portion(128 * 1024);
    for (;;) {
        const ssize_t got = ::read(source, portion.data(), portion.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {errno, 0};
        if (got == 0) return {};
        for (ssize_t done = 0; done < got;) {
            const ssize_t written =
                ::write(target, portion.data() + done, static_cast<std::size_t>(got - done));
            if (written < 0 && errno != EINTR) return {0, errno};
            if (written > 0) done += written;
        }
    }
}

}  // namespace

FileBlobs::FileBlobs(std::filesystem::path folder, Random& random)
    : folder_(std::move(folder)), random_(random) {}

Status FileBlobs::start() {
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    if (failure && !std::filesystem::is_directory(folder_)) return unusable(failure.value());
    const Result<UniqueFd> folder = open_folder(folder_);
    if (!folder) return folder.error();
    for (std::filesystem::directory_iterator entry(folder_, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        const std::string name = entry->path().filename();
        struct stat status {};
        if (name.starts_with(unfinished) &&
            ::fstatat(folder->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_mtim.tv_sec + longest_put < std::time(nullptr))
            ::unlinkat(folder->get(), name.c_str(), 0);
    }
    if (failure) return unusable(failure.value());
    return check();
}

Status FileBlobs::check() const {
    return ::access(folder_.c_str(), R_OK | W_OK | X_OK) == 0 ? Status() : unusable(errno);
}

Status FileBlobs::put(std::string_view name, const std::filesystem::path& file) {
    if (Status good = check_blob_name(name); !good) return good;
    const UniqueFd source(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (const auto size = blob_size_of(source.get()); !size) return size.error();
    const Result<UniqueFd> folder = open_folder(folder_);
    if (!folder) return folder.error();

    const std::string temporary = std::string(unfinished) + random_.hex(16);
    UniqueFd target(::openat(folder->get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!target) return unusable(errno);
    const auto give_up = [&](int reason) {
        ::unlinkat(folder->get(), temporary.c_str(), 0);
        return unusable(reason);
    };
    if (const CopyError failed = copy(source.get(), target.get()); failed.source || failed.target) {
        const Error error = give_up(failed.target);
        if (failed.target) return error;
        return Error(Errc::internal, "blob_source_unreadable",
                     "The file that is to be kept cannot be read.")
            .with_subject(message_of(failed.source));
    }
    // Some file systems report a failed write only at close().
    if (::fsync(target.get()) != 0 || ::close(target.release()) != 0) return give_up(errno);
    if (::renameat(folder->get(), temporary.c_str(), folder->get(), std::string(name).c_str()) != 0)
        return give_up(errno);
    if (::fsync(folder->get()) != 0) return unusable(errno);
    return {};
}

Result<std::shared_ptr<const http::FileBody>> FileBlobs::open(std::string_view name,
                                                              BlobRange range) {
    if (Status good = check_blob_name(name); !good) return good.error();
    const Result<UniqueFd> folder = open_folder(folder_);
    if (!folder) return folder.error();
    UniqueFd file(::openat(folder->get(), std::string(name).c_str(),
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    const int reason = file ? 0 : errno;
    struct stat status {};
    // A link or a folder of this name is no blob: nothing here makes one.
    if (reason == ENOENT || reason == ELOOP ||
        (file && ::fstat(file.get(), &status) == 0 && !S_ISREG(status.st_mode)))
        return Error(Errc::not_found, "no_such_blob", "There is no such file.");
    if (!file) return unusable(reason);
    const Result<BlobRange> part = part_of_blob(range, static_cast<std::uint64_t>(status.st_size));
    if (!part) return part.error();
    return std::make_shared<const http::FileBody>(file.release(), part->first, part->most);
}

Status FileBlobs::remove(std::string_view name) {
    if (Status good = check_blob_name(name); !good) return good;
    const Result<UniqueFd> folder = open_folder(folder_);
    if (!folder) return folder.error();
    if (::unlinkat(folder->get(), std::string(name).c_str(), 0) != 0 && errno != ENOENT)
        return unusable(errno);
    return {};
}

}  // namespace kitchen
