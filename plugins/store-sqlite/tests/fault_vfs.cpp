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

int close(sqlite3_file* file) { return self(file)->real()->pMethods->xClose(self(file)->real()); }
int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    if (self(file)->database) {
        if (const int fault = self(file)->owner->file_read) return fault;
    }
    return self(file)->real()->pMethods->xRead(self(file)->real(), out, size, at);
}
int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (self(file)->log) {
        if (const int fault = self(file)->owner->log_write) return fault;
    }
    return self(file)->real()->pMethods->xWrite(self(file)->real(), bytes, size, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return self(file)->real()->pMethods->xTruncate(self(file)->real(), size);
}
int sync(sqlite3_file* file, int flags) {
    if (self(file)->log) {
        if (const int fault = self(file)->owner->log_sync) return fault;
        ++self(file)->owner->syncs;
    }
    return self(file)->real()->pMethods->xSync(self(file)->real(), flags);
}
int size(sqlite3_file* file, sqlite3_int64* out) {
    return self(file)->real()->pMethods->xFileSize(self(file)->real(), out);
}
int lock(sqlite3_file* file, int level) {
    const int code = self(file)->real()->pMethods->xLock(self(file)->real(), level);
    if (self(file)->database && level == SQLITE_LOCK_EXCLUSIVE)
        ++self(file)->owner->exclusive_locks;
    return code;
}
int unlock(sqlite3_file* file, int level) {
    return self(file)->real()->pMethods->xUnlock(self(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* out) {
    return self(file)->real()->pMethods->xCheckReservedLock(self(file)->real(), out);
}
int control(sqlite3_file* file, int op, void* arg) {
    return self(file)->real()->pMethods->xFileControl(self(file)->real(), op, arg);
}
int sector(sqlite3_file* file) {
    return self(file)->real()->pMethods->xSectorSize(self(file)->real());
}
int traits(sqlite3_file* file) {
    return self(file)->real()->pMethods->xDeviceCharacteristics(self(file)->real());
}
int shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
    return self(file)->real()->pMethods->xShmMap(self(file)->real(), page, bytes, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return self(file)->real()->pMethods->xShmLock(self(file)->real(), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
    self(file)->real()->pMethods->xShmBarrier(self(file)->real());
}
int shm_unmap(sqlite3_file* file, int remove) {
    return self(file)->real()->pMethods->xShmUnmap(self(file)->real(), remove);
}

constexpr sqlite3_io_methods methods = {
    2,       close,  read,   write,   truncate, sync,        size,      lock,    unlock, check_lock,
    control, sector, traits, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

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
    if (wrapped->real()->pMethods) wrapped->base.pMethods = &methods;
    return code;
}

}  // namespace kitchen::sqlite
