#include "message_files.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idempotency_keys.h"
#include "kitchen/unique_fd.h"

namespace kitchen {

namespace {

// 20260131T090500.000Z: RFC 3339 without what file names had better not hold.
std::string sortable(Timestamp at) {
    std::string text = format_rfc3339(at);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

MessageFiles::MessageFiles(std::filesystem::path directory, std::string kind, std::string extension,
                           Logger& log)
    : directory_(std::move(directory)),
      kind_(std::move(kind)),
      extension_(std::move(extension)),
      log_(log) {}

Error MessageFiles::unwritable(int reason) const {
    return Error(Errc::unavailable, kind_ + "_directory_unwritable",
                 "The " + kind_ + " could not be written to the " + kind_ +
                     " directory. Check its permissions and the space on its disk.")
        .with_subject(std::generic_category().message(reason));
}

// The digest in the name of a message; "" when the name is not of that form.
std::string MessageFiles::digest_in(std::string_view name) const {
    constexpr std::size_t length = key_digest_length;
    if (!name.ends_with(extension_)) return {};
    name.remove_suffix(extension_.size());
    if (name.size() <= length || name[name.size() - length - 1] != '-') return {};
    name = name.substr(name.size() - length);
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'p'; })
               ? std::string(name)
               : "";
}

Status MessageFiles::make_directory() const {
    std::filesystem::path so_far;
    for (const auto& part : directory_) {
        so_far /= part;
        if (::mkdir(so_far.c_str(), 0700) == 0 || errno == EEXIST) continue;
        const int reason = errno;  // a read-only file system says so even of what exists
        struct stat existing {};
        if (::stat(so_far.c_str(), &existing) != 0) return unwritable(reason);
    }
    return {};
}

Status MessageFiles::open() {
    if (Status made = make_directory(); !made) return made;
    std::error_code failure;
    std::filesystem::directory_iterator entries(directory_, failure);
    if (failure) return unwritable(failure.value());
    std::lock_guard lock(mutex_);
    for (; entries != std::filesystem::directory_iterator(); entries.increment(failure)) {
        if (failure) return unwritable(failure.value());
        if (std::string digest = digest_in(entries->path().filename().native()); !digest.empty())
            taken_.insert(std::move(digest));
    }
    return check();
}

Status MessageFiles::check() const {
    return ::access(directory_.c_str(), W_OK | X_OK) == 0 ? Status() : unwritable(errno);
}

Status MessageFiles::write(const std::string& digest, Timestamp at, std::string_view bytes) {
    const std::string name = sortable(at) + '-' + digest + extension_;
    std::lock_guard lock(mutex_);
    if (taken_.contains(digest)) return {};
    if (Status written = write_file(name, digest, bytes); !written) {
        log_.warn(kind_ + " could not be written", {{"reason", written.error().subject}});
        return written;
    }
    taken_.insert(digest);
    log_.info(kind_ + " written", {{"file", name}});
    return {};
}

Status MessageFiles::write_file(const std::string& name, const std::string& digest,
                                std::string_view bytes) const {
    if (Status made = make_directory(); !made)
        return made;  // it may have been cleared away meanwhile
    const UniqueFd directory(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return unwritable(errno);

    const std::string temporary = '.' + digest + ".tmp";
    ::unlinkat(directory.get(), temporary.c_str(), 0);  // left by a crash
    UniqueFd file(::openat(directory.get(), temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return unwritable(errno);
    // Some file systems report a failed write only when the file is closed.
    const bool whole =
        write_all(file.get(), bytes) && ::fsync(file.get()) == 0 && ::close(file.release()) == 0 &&
        ::renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) == 0;
    if (!whole) {
        const int reason = errno;
        ::unlinkat(directory.get(), temporary.c_str(), 0);
        return unwritable(reason);
    }
    if (::fsync(directory.get()) != 0) {  // the name may not last: as if it had not been written
        const int reason = errno;
        ::unlinkat(directory.get(), name.c_str(), 0);
        return unwritable(reason);
    }
    return {};
}

}  // namespace kitchen
