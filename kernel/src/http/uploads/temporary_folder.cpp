#include "temporary_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace kitchen::http {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "chuks-kitchen-uploads-";

std::string message_of(int error) { return std::generic_category().message(error); }

Error write_error(int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        return Error(Errc::storage_full, "disk_full", "There is no room for this on the server.");
    return Error(Errc::unavailable, "upload_not_stored", "The upload cannot be stored now.")
        .with_subject(message_of(error));
}

/// A folder of this user, held from now on; empty, with the reason in `error`, when another process
/// holds it, or it is not ours.
UniqueFd hold(const fs::path& folder, int& error) {
    errno = 0;
    UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (fd && ::fstat(fd.get(), &status) == 0 && status.st_uid == ::geteuid() &&
        ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0)
        return fd;
    error = errno != 0 ? errno : EPERM;  // no call has failed: it is another user's
    return {};
}

/// Of processes that have ended without doing it themselves.
void sweep(const fs::path& parent) {
    std::error_code ignored;  // what cannot be deleted is no reason not to start
    int reason = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored))
        if (entry.path().filename().native().starts_with(prefix))
            if (const UniqueFd held = hold(entry.path(), reason))
                fs::remove_all(entry.path(), ignored);
}

}  // namespace

TemporaryFolder::TemporaryFolder(const fs::path& parent, std::uint64_t max_bytes)
    : max_bytes_(max_bytes) {
    std::error_code error;
    fs::create_directories(parent, error);
    sweep(parent);
    // Another process that starts at this moment may take it for a forgotten one before it is held.
    int reason = 0;
    for (int attempts = 5; !lock_; --attempts) {
        std::string name = (parent / prefix).native() + "XXXXXX";
        const bool is_made = attempts > 0 && ::mkdtemp(name.data());
        if (!is_made)
            throw std::runtime_error("server.uploads.folder: cannot make a folder in " +
                                     parent.native() + ": " +
                                     message_of(attempts > 0 ? errno : reason));
        path_ = name;
        lock_ = hold(path_, reason);
        struct stat held {
        }, there{};
        if (lock_ && (::fstat(lock_.get(), &held) != 0 || ::stat(path_.c_str(), &there) != 0 ||
                      held.st_ino != there.st_ino)) {
            lock_.reset();
            reason = EBUSY;
        }
        if (!lock_) ::rmdir(path_.c_str());
    }
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<TemporaryFolder::File>> TemporaryFolder::create() {
    std::string name = (path_ / "XXXXXX").native();
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
    if (!fd) return write_error(errno);
    return std::make_unique<File>(*this, fs::path(name), std::move(fd));
}

bool TemporaryFolder::reserve(std::uint64_t bytes) noexcept {
    if (bytes_.fetch_add(bytes) + bytes <= max_bytes_) return true;
    bytes_.fetch_sub(bytes);
    return false;
}

TemporaryFolder::File::File(TemporaryFolder& folder, fs::path path, UniqueFd fd)
    : folder_(folder), path_(std::move(path)), fd_(std::move(fd)) {}

TemporaryFolder::File::~File() {
    ::unlink(path_.c_str());
    folder_.bytes_.fetch_sub(size_);
}

Status TemporaryFolder::File::write(std::string_view bytes) {
    if (!folder_.reserve(bytes.size()))
        return Error(Errc::unavailable, "uploads_full",
                     "Other uploads take all the room there is. Try again in a moment.");
    size_ += bytes.size();
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return write_error(errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// Some file systems say only now that there was no room.
Status TemporaryFolder::File::close() {
    if (const int fd = fd_.release(); fd >= 0 && ::close(fd) != 0 && errno != EINTR)
        return write_error(errno);
    return {};
}

}  // namespace kitchen::http
