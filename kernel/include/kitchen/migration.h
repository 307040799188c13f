// A plugin's schema changes: numbered SQL files, embedded into the plugin by
// kitchen_add_plugin(MIGRATIONS …).
//
// The kernel applies them before it starts the plugin, in dependency order, each in a transaction,
// under the store's migration lock; it records plugin, number and checksum in the table
// kitchen_migrations and refuses to start when an applied file has changed since (drift). A
// published migration is never edited: add the next number.
//
// A file's first line says what it means for servers of an older version that run beside it, while
// one after another is restarted:
//
//   -- expand                 they go on as they were: a new table, a column with a default
//   -- contract               they would fail: a column dropped, a rule that they do not keep
//   -- contract after 0002    likewise, but for those that know migration 0002
//
// A contract is refused while a server that it would break runs, and such a server does not start
// after it. So what old and new cannot share is changed in two versions: one that adds the new, and
// the next that takes the old away, after the number of the first. The line is not part of the
// checksum.
#pragma once

#include <cstdint>
#include <string_view>

namespace kitchen {

struct Migration {
    std::int64_t number;    ///< 1, 2, 3 …, without gaps: the digits the file's name begins with
    std::string_view name;  ///< "0001_users"
    std::string_view sql;   ///< statements separated by ';'; tokens of store.h allowed. Without the
                            ///< first line no running server stops it, and no older one starts
                            ///< after it
};

}  // namespace kitchen
