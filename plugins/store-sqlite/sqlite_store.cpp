#include "sqlite_store.h"

#include "backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <system_error>

namespace kitchen::sqlite {

namespace {

namespace fs = std::filesystem;

Error about_file(Error error, const fs::path& path) {
    if (error.kind == Errc::corrupt) {
        error.detail = "The file " + path.string() +
                       " is damaged, or is not an SQLite database. Restore it from a backup, or "
                       "name another path.";
    } else {
        error.detail = "The database " + path.string() + " cannot be opened: " + error.detail;
    }
    return error;
}

/// The file and its missing folders, for the owner only; SQLite gives the log beside it the same
/// rights.
Status make_file(const fs::path& path) {
    std::error_code failed;
    fs::path made;
    for (const auto& part : path.parent_path()) {
        made /= part;
        if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST) {
            failed.assign(errno, std::generic_category());
            if (!fs::is_directory(made)) break;
        }
        failed.clear();
    }
    if (!failed) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) {
            ::close(fd);
            return {};
        }
        failed.assign(errno, std::generic_category());
    }
    const bool full = failed.value() == ENOSPC || failed.value() == EDQUOT;
    return Error(full ? Errc::storage_full : Errc::unavailable, "store_open",
                 "The database " + path.string() + " cannot be opened: " + failed.message() + ".");
}

}  // namespace

SqliteStore::~SqliteStore() { close(); }

Status SqliteStore::open(const Options& options) {
    const fs::path path =
        fs::absolute(options.path);  // SQLite reads ":memory:" and "file:…" as something else
    if (Status made = make_file(path); !made) return made;

    ConnectionOptions each{Role::writer,           path.string(),
                           options.busy_timeout,   options.cache_size.count,
                           options.max_size.count, options.vfs};
    auto writer = Connection::open(each, texts_);
    if (!writer) return about_file(std::move(writer).error(), path);
    if (options.check_on_start) {
        if (Status sound = (*writer)->quick_check(); !sound)
            return about_file(std::move(sound).error(), path);
    }
    each.role = Role::reader;
    std::vector<std::unique_ptr<Connection>> readers;
    for (int i = 0; i < std::max(options.readers, 1); ++i) {
        auto reader = Connection::open(each, texts_);
        if (!reader) return about_file(std::move(reader).error(), path);
        readers.push_back(*std::move(reader));
    }
    readers_.open(std::move(readers), options.busy_timeout);
    writer_.start(*std::move(writer), static_cast<std::size_t>(std::max(options.group_limit, 1)),
                  options.busy_timeout);
    return {};
}

void SqliteStore::close() noexcept {
    readers_.close();  // first: the log can be emptied only when no connection reads
    writer_.stop();
}

Dialect SqliteStore::dialect() const {
    return {"sqlite", "INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"};
}

Status SqliteStore::read(const Body& body, Staleness) {  // it is never stale
    if (writer_.is_this_thread()) return nested_error();
    auto lease = readers_.acquire();
    if (!lease) return std::move(lease).error();
    return run_read(**lease, std::cref(body));
}

// One writer at a time: every transaction is serializable.
Status SqliteStore::transact(const Body& body, Isolation) {
    if (writer_.is_this_thread() || readers_.held_here()) return nested_error();
    return writer_.transact(std::cref(body));
}

Status SqliteStore::migrate(const std::function<Status(SchemaTransaction&)>& body) {
    if (writer_.is_this_thread() || readers_.held_here()) return nested_error();
    return writer_.alone(std::cref(body));
}

Status SqliteStore::verify() {
    auto lease = readers_.acquire();
    if (!lease) return std::move(lease).error();
    return check_all(texts_, **lease);
}

Status SqliteStore::reach() { return check_openable(path_); }

Status SqliteStore::alone() { return check_unused(path_); }

Result<std::vector<TransferTable>> SqliteStore::tables() {
    auto lease = readers_.acquire();
    if (!lease) return std::move(lease).error();
    return (*lease)->tables();
}

Status SqliteStore::ping() {
    auto lease = readers_.acquire();
    if (!lease) return std::move(lease).error();
    return (*lease)->ping();
}

std::unique_ptr<Store> open_sqlite(const Options& options) {
    auto store = std::make_unique<SqliteStore>();
    if (Status opened = store->open(options); !opened)
        throw std::runtime_error(opened.error().detail);
    return store;
}

}  // namespace kitchen::sqlite
