#include "backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "sqlite_error.h"

namespace kitchen::sqlite {

namespace {

namespace fs = std::filesystem;

struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, Close>;

Error about(const fs::path& path, Error error) {
    if (error.kind == Errc::corrupt)
        error.detail = "The file " + path.string() + " is damaged, or is not an SQLite database.";
    else
        error.detail = path.string() + ": " + error.detail;
    return error;
}

Error system_error(const fs::path& path, int number) {
    const bool full = number == ENOSPC || number == EDQUOT;
    return Error(full ? Errc::storage_full : Errc::unavailable, "store_file",
                 path.string() + ": " + std::generic_category().message(number) + ".");
}

Result<Database> open(const fs::path& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE, nullptr);
    Database db(raw);
    if (!raw)
        return Error(Errc::unavailable, "store_unavailable",
                     "There is not enough memory to open a database.");
    if (code != SQLITE_OK) return about(path, to_error(SqliteFailure::of(raw, code), ""));
    sqlite3_busy_timeout(raw, 5000);
    return db;
}

/// Runs one statement and gives the first cell of its last row as text.
Result<std::string> ask(sqlite3* db, const fs::path& path, const char* sql) {
    std::string result;
    const auto keep = [](void* out, int count, char** cells, char**) {
        if (count > 0 && cells[0]) *static_cast<std::string*>(out) = cells[0];
        return 0;
    };
    const int code = sqlite3_exec(db, sql, keep, &result, nullptr);
    if (code != SQLITE_OK) return about(path, to_error(SqliteFailure::of(db, code), sql));
    return result;
}

Status check(sqlite3* db, const fs::path& path) {
    const auto sound = ask(db, path, "PRAGMA integrity_check(1)");
    if (!sound) return sound.error();
    if (*sound != "ok") return about(path, to_error({SQLITE_CORRUPT, 0, *sound}, ""));
    return {};
}

/// Another program's database is none of ours, nor is an empty file: SQLite takes both.
Status recognise(sqlite3* db, const fs::path& path) {
    const auto found =
        ask(db, path, "SELECT count(*) FROM sqlite_schema WHERE name = 'kitchen_migrations'");
    if (!found) return found.error();
    if (*found != "0") return {};
    return Error(Errc::conflict, "not_a_backup",
                 "The file " + path.string() +
                     (fs::file_size(path) == 0
                          ? " is empty."
                          : " is no backup of a kitchen: it has no table kitchen_migrations."));
}

Status sync(const fs::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int failed = errno;
    if (fd >= 0) ::close(fd);
    if (!synced) return system_error(path, failed);
    return {};
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Copies all pages in one step, and so from one snapshot. What was written is checked and durable,
/// in one file without a log. Damage is the source's, and so is the name that it is told with.
Result<BackupReport> copy(sqlite3* source, const fs::path& from, const fs::path& to) {
    auto opened = open(to, SQLITE_OPEN_READWRITE);
    if (!opened) return std::move(opened).error();
    sqlite3* const target = opened->get();
    if (const auto unsynced = ask(target, to, "PRAGMA synchronous = OFF"); !unsynced)
        return unsynced.error();  // synced at the end
    sqlite3_backup* const backup = sqlite3_backup_init(target, "main", source, "main");
    if (!backup)
        return about(to, to_error(SqliteFailure::of(target, sqlite3_extended_errcode(target)), ""));
    int code = sqlite3_backup_step(backup, -1);
    if (const int finished = sqlite3_backup_finish(backup);
        code == SQLITE_DONE && finished != SQLITE_OK)
        code = finished;
    if (code != SQLITE_DONE)
        return about((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB ? from : to,
                     to_error({code, sqlite3_system_errno(target), sqlite3_errstr(code)}, ""));

    if (const auto single = ask(target, to, "PRAGMA journal_mode = DELETE"); !single)
        return single.error();
    if (Status sound = check(target, from); !sound) return std::move(sound).error();
    const auto tables =
        ask(target, to,
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    if (!tables) return tables.error();
    opened->reset();
    if (Status durable = sync(to, O_RDWR); !durable) return std::move(durable).error();
    return BackupReport{static_cast<std::int64_t>(fs::file_size(to)), std::stoll(*tables)};
}

/// A new, empty file for the owner only, removed again unless it was given its final name.
class NewFile {
public:
    static Result<std::unique_ptr<NewFile>> make(fs::path path) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) return system_error(path, errno);
        ::close(fd);
        return std::unique_ptr<NewFile>(new NewFile(std::move(path)));
    }
    ~NewFile() {
        if (path_.empty()) return;
        for (const char* suffix : {"", "-journal", "-wal", "-shm"})
            ::unlink((path_.string() + suffix).c_str());
    }
    const fs::path& path() const noexcept { return path_; }

    /// Fails with conflict when something of that name is there.
    Status rename_to(const fs::path& name) {
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) != 0) {
            if (errno != EEXIST) return system_error(name, errno);
            return Error(
                Errc::conflict, "file_exists",
                name.string() + " exists already. Name another file, or move that one away.");
        }
        path_.clear();
        return sync(folder_of(name), O_RDONLY | O_DIRECTORY);
    }

private:
    explicit NewFile(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

Error missing(const fs::path& path) {
    return Error(Errc::not_found, "no_database", "There is no file " + path.string() + ".");
}

/// Succeeds only for the last one who has the file open, and empties its log: leaving write-ahead
/// logging needs the file alone.
Status take_alone(sqlite3* db, const fs::path& path) {
    sqlite3_busy_timeout(db, 0);
    const auto mode = ask(db, path, "PRAGMA journal_mode = DELETE");
    if (mode && *mode == "delete") return {};
    if (!mode && mode.error().kind != Errc::busy) return mode.error();
    return Error(Errc::conflict, "store_in_use",
                 path.string() + " is in use. Stop the server first, then try again.");
}

/// Moves the old database out of the way, under the first name that is free.
Result<std::string> set_aside(const fs::path& path) {
    for (int n = 1;; ++n) {
        const std::string name = path.string() + ".before-restore-" + std::to_string(n);
        if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0)
            return name;
        if (errno != EEXIST) return system_error(path, errno);
    }
}

}  // namespace

Result<BackupReport> back_up(const std::string& database, const std::string& to) {
    const fs::path from = fs::absolute(database), target = fs::absolute(to);
    if (!fs::exists(from)) return missing(from);
    if (fs::exists(target))
        return Error(
            Errc::conflict, "file_exists",
            target.string() + " exists already. Name another file, or move that one away.");
    auto source = open(from, SQLITE_OPEN_READWRITE);
    if (!source) return std::move(source).error();
    auto part = NewFile::make(target.string() + ".part-" + std::to_string(::getpid()));
    if (!part) return std::move(part).error();
    auto copied = copy(source->get(), from, (*part)->path());
    if (!copied) return std::move(copied).error();
    if (Status named = (*part)->rename_to(target); !named) return std::move(named).error();
    return copied;
}

Status check_openable(const std::string& database) {
    const fs::path path = database;
    std::error_code none;
    if (!fs::exists(path, none)) {
        fs::path folder = folder_of(path);
        while (!fs::exists(folder, none) && folder.has_relative_path()) folder = folder_of(folder);
        if (!fs::is_directory(folder, none)) return system_error(folder, ENOTDIR);
        if (::access(folder.c_str(), W_OK | X_OK) != 0) return system_error(folder, errno);
        return {};
    }
    if (::access(path.c_str(), R_OK | W_OK) != 0) return system_error(path, errno);
    auto opened = open(path, SQLITE_OPEN_READONLY);
    if (!opened) return std::move(opened).error();
    const auto read = ask(opened->get(), path, "SELECT count(*) FROM sqlite_schema");
    return read ? Status() : Status(read.error());
}

Status check_unused(const std::string& database) {
    if (!fs::exists(database)) return {};
    auto opened = open(database, SQLITE_OPEN_READWRITE);
    if (!opened) return {};
    Status alone = take_alone(opened->get(), database);
    if (!alone && alone.error().kind == Errc::conflict) return alone;
    return {};
}

Result<RestoreReport> restore(const std::string& from, const std::string& database) {
    const fs::path source_path = fs::absolute(from), target = fs::absolute(database);
    if (!fs::exists(source_path)) return missing(source_path);
    auto source = open(source_path, SQLITE_OPEN_READONLY);
    if (!source) return std::move(source).error();
    if (Status known = recognise(source->get(), source_path); !known)
        return std::move(known).error();
    auto part = NewFile::make(target.string() + ".part-" + std::to_string(::getpid()));
    if (!part) return std::move(part).error();
    RestoreReport report;
    auto copied = copy(source->get(), source_path, (*part)->path());
    if (!copied) return std::move(copied).error();
    report.backup = *copied;

    if (fs::exists(target)) {
        auto old = open(target, SQLITE_OPEN_READWRITE);
        if (!old) return std::move(old).error();
        // A damaged database is what one restores a backup for: it is set aside as it is.
        if (Status alone = take_alone(old->get(), target);
            !alone && alone.error().kind != Errc::corrupt)
            return std::move(alone).error();
        old->reset();
        auto previous = set_aside(target);
        if (!previous) return std::move(previous).error();
        report.previous = *previous;
        for (const char* suffix : {"-wal", "-shm"})
            if (const std::string log = target.string() + suffix; fs::exists(log))
                fs::rename(log, report.previous + suffix);
    }
    if (Status named = (*part)->rename_to(target); !named) {
        if (!report.previous.empty()) (void)::rename(report.previous.c_str(), target.c_str());
        return std::move(named).error();
    }
    return report;
}

}  // namespace kitchen::sqlite
