// The operating system's files with faults on demand: what a disk does that is full or dying.
//
// Thread-safety: faults may be switched from any thread. It must outlive every connection that was
// opened by its name.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <string>

namespace kitchen::sqlite {

class FaultVfs {
public:
    explicit FaultVfs(std::string name);
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    const std::string& name() const noexcept { return name_; }

    // Result codes that the write-ahead log's operations give; SQLITE_OK: they work.
    std::atomic<int> log_write{SQLITE_OK};
    std::atomic<int> log_sync{SQLITE_OK};
    std::atomic<int> file_read{SQLITE_OK};  ///< of the database itself
    std::atomic<int> syncs{0};              ///< of the log, done
    std::atomic<int> exclusive_locks{0};    ///< of the database itself, tried

private:
    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                    int* out_flags);
    std::string name_;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
};

}  // namespace kitchen::sqlite
