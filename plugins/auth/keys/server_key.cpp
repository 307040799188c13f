#include "keys/server_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "kitchen/unique_fd.h"

namespace kitchen::auth {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what, int error) {
    throw std::runtime_error("key_file " + path.string() + ": " + what + ": " +
                             std::generic_category().message(error));
}

void make_private_folders(const fs::path& folder) {
    if (folder.empty() || fs::exists(folder)) return;
    make_private_folders(folder.parent_path());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        fail(folder, "the folder cannot be made", errno);
}

/// Nothing when there is no such file.
std::optional<std::string> read_key(const fs::path& path, Logger& log) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT) return std::nullopt;
        fail(path, "cannot be opened", errno);
    }
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) fail(path, "cannot be examined", errno);
    if (!S_ISREG(info.st_mode))
        throw std::runtime_error("key_file " + path.string() + ": is not a regular file");
    if ((info.st_mode & 077) !=
        0)  // not refused: secrets mounted into containers often look like this
        log.warn("the key file can be read by other users; chmod 600 it",
                 {{"path", path.string()}});

    std::string text(4096, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(path, "cannot be read", errno);
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
        text.pop_back();
    if (text.size() < ServerKeySource::min_length)
        throw std::runtime_error(
            "key_file " + path.string() +
            ": holds fewer than 32 characters; put the right key back, or remove "
            "the file to have a new one made (which signs everybody out)");
    return text;
}

void write_all(int fd, std::string_view text, const fs::path& path) {
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) fail(path, "cannot be written", errno);
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

/// A file that goes away again.
class Draft {
public:
    explicit Draft(fs::path path) : path_(std::move(path)) {}
    ~Draft() { ::unlink(path_.c_str()); }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

/// Makes the file whole or not at all: link(2) fails when another process was first, and then its
/// file stands. True when the file is ours.
bool make_key(const fs::path& path, Random& random) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    make_private_folders(folder);
    const Draft draft(folder / ("." + path.filename().string() + "." + random.hex(8)));
    {
        const UniqueFd file(
            ::open(draft.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file) fail(draft.path(), "cannot be made", errno);
        write_all(file.get(), random.hex(SecretKey::size) + "\n", draft.path());
        if (::fsync(file.get()) != 0) fail(draft.path(), "cannot be written", errno);
    }
    const bool made = ::link(draft.path().c_str(), path.c_str()) == 0;
    if (!made && errno != EEXIST) fail(path, "cannot be made", errno);
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
    return made;
}

}  // namespace

ServerKey::ServerKey(ServerKeySource source) : source_(std::move(source)) { prepare_crypto(); }

void ServerKey::open(Random& random, Logger& log) {
    const fs::path& file = source_.key_file;
    std::optional<std::string> text;
    if (!source_.key.empty()) {
        text = source_.key;
    } else if (file.empty()) {
        log.warn(
            "neither key nor key_file is set: tokens and pending sign-ups end with this process, "
            "and replicas cannot share them");
        text = random.hex(SecretKey::size);
    } else if (text = read_key(file, log); !text) {
        if (make_key(file, random)) log.info("made a new server key", {{"path", file.string()}});
        text = read_key(file, log);
    }
    if (!text)
        throw std::runtime_error("key_file " + file.string() +
                                 ": disappeared while it was being made");
    key_ = SecretKey::from_text(*text);
}

const SecretKey& ServerKey::get() const {
    if (!key_) throw std::logic_error("the server key is used before it is there");
    return *key_;
}

}  // namespace kitchen::auth
