#include "fault_vfs.h"

#include <new>

namespace kitchen::sqlite {

namespace {

// SQLite allocates szOsFile bytes: this, and the real file behind it.
struct FaultFile {
    sqlite3_file base;
    FaultVfs* owner;
    bool log;
    bool database;
    sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultFile* self(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file); }

int fault_close(sqlite3_file* file) {
    return self(file)->real()->pMethods->xClose(self(file)->real());
}
int fault_read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    if (self(file)->database) {
        if (const int fault = self(file)->owner->file_read) return fault;
    }
    return self(file)->real()->pMethods->xRead(self(file)->real(), out, size, at);
}
int fault_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (self(file)->log) {
        if (const int fault = self(file)->owner->log_write) return fault;
    }
    return self(file)->real()->pMethods->xWrite(self(file)->real(), bytes, size, at);
}
int fault_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return self(file)->real()->pMethods->xTruncate(self(file)->real(), size);
}
int fault_sync(sqlite3_file* file, int flags) {
    if (self(file)->log) {
        if (const int fault = self(file)->owner->log_sync) return fault;
        ++self(file)->owner->syncs;
    }
    return self(file)->real()->pMethods->xSync(self(file)->real(), flags);
}
int fault_size(sqlite3_file* file, sqlite3_int64* out) {
    return self(file)->real()->pMethods->xFileSize(self(file)->real(), out);
}
int fault_lock(sqlite3_file* file, int level) {
    const int code = self(file)->real()->pMethods->xLock(self(file)->real(), level);
    if (self(file)->database && level == SQLITE_LOCK_EXCLUSIVE)
        ++self(file)->owner->exclusive_locks;
    return code;
}
int fault_unlock(sqlite3_file* file, int level) {
    return self(file)->real()->pMethods->xUnlock(self(file)->real(), level);
}
int fault_check_lock(sqlite3_file* file, int* out) {
    return self(file)->real()->pMethods->xCheckReservedLock(self(file)->real(), out);
}
int fault_control(sqlite3_file* file, int op, void* arg) {
    return self(file)->real()->pMethods->xFileControl(self(file)->real(), op, arg);
}
int fault_sector(sqlite3_file* file) {
    return self(file)->real()->pMethods->xSectorSize(self(file)->real());
}
int fault_traits(sqlite3_file* file) {
    return self(file)->real()->pMethods->xDeviceCharacteristics(self(file)->real());
}
int fault_shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
    return self(file)->real()->pMethods->xShmMap(self(file)->real(), page, bytes, extend, out);
}
int fault_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return self(file)->real()->pMethods->xShmLock(self(file)->real(), offset, count, flags);
}
void fault_shm_barrier(sqlite3_file* file) {
    self(file)->real()->pMethods->xShmBarrier(self(file)->real());
}
int fault_shm_unmap(sqlite3_file* file, int remove) {
    return self(file)->real()->pMethods->xShmUnmap(self(file)->real(), remove);
}

constexpr sqlite3_io_methods fault_methods = {2,
                                              fault_close,
                                              fault_read,
                                              fault_write,
                                              fault_truncate,
                                              fault_sync,
                                              fault_size,
                                              fault_lock,
                                              fault_unlock,
                                              fault_check_lock,
                                              fault_control,
                                              fault_sector,
                                              fault_traits,
                                              fault_shm_map,
                                              fault_shm_lock,
                                              fault_shm_barrier,
                                              fault_shm_unmap,
                                              nullptr,
                                              nullptr};

}  // namespace

FaultVfs::FaultVfs(std::string name)
    : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.pNext = nullptr;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
    vfs_.xOpen = &FaultVfs::open;
    sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

int FaultVfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                   int* out_flags) {
    auto* owner = static_cast<FaultVfs*>(vfs->pAppData);
    auto* wrapped = new (file) FaultFile{
        {nullptr}, owner, (flags & SQLITE_OPEN_WAL) != 0, (flags & SQLITE_OPEN_MAIN_DB) != 0};
    const int code = owner->real_->xOpen(owner->real_, name, wrapped->real(), flags, out_flags);
    if (wrapped->real()->pMethods) wrapped->base.pMethods = &fault_methods;
    return code;
}

}  // namespace kitchen::sqlite
