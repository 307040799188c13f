// A copy of the database file while it is in use, and putting one back; also on the command line.
//
// Both work on files, not on an open store: the server may run during back_up(), and must not
// during restore().
//
// Thread-safety: plain functions, on different files from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "kitchen/plugin.h"
#include "kitchen/result.h"

namespace kitchen::sqlite {

struct BackupReport {
    std::int64_t bytes = 0;   ///< of the copy
    std::int64_t tables = 0;  ///< that it holds, the kernel's own among them
};

/// Writes one consistent snapshot of `database` to the new file `to` (0600) by SQLite's online
/// backup, which lets readers and writers go on; checks the copy whole, makes it durable, and only
/// then gives it its name: a file called `to` is always a good backup. Errors: conflict (there is
/// such a file already, or it is the database itself), not_found (there is no such database),
/// storage_full, unavailable, corrupt.
Result<BackupReport> back_up(const std::string& database, const std::string& to);

/// Error: what opening it would meet, for the first time too. Changes nothing.
Status check_openable(const std::string& database);
/// Error: conflict "store_in_use" while another process has the database open. Where there is no
/// such file, or one that cannot be read, no process works on it.
Status check_unused(const std::string& database);

struct RestoreReport {
    BackupReport backup;
    std::string previous;  ///< where the database that stood there has gone; "" when there was none
};

/// Puts a copy of the backup `from` in the place of `database`, after a check of the whole backup.
/// What stood there is kept beside it as `<database>.before-restore-<n>`. Errors: conflict
/// (another process has the database open, or `from` is another program's or empty), not_found
/// (there is no such backup), corrupt, storage_full, unavailable; after an error the database is as
/// it was.
Result<RestoreReport> restore(const std::string& from, const std::string& database);

/// `chuks-kitchen backup` and `chuks-kitchen restore`. `database` is the configured path. The
/// commands work on files and need no open store: a damaged database can be restored.
void add_backup_commands(Setup& setup, const std::string& database);

}  // namespace kitchen::sqlite
