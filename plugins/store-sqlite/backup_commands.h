// `chuks-kitchen backup` and `chuks-kitchen restore`: backup.h for the command line.
#pragma once

#include <string>

#include "kitchen/plugin.h"

namespace kitchen::sqlite {

/// `database` is the configured path. The commands work on files and need no open store: a damaged
/// database can be restored.
void add_backup_commands(Setup& setup, const std::string& database);

}  // namespace kitchen::sqlite
