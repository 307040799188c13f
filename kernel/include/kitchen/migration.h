// A plugin's schema changes: numbered SQL files, embedded into the plugin by
// kitchen_add_plugin(MIGRATIONS …).
//
// The kernel applies them before it starts the plugin, in dependency order, each in a transaction,
// under the store's migration lock; it records plugin, number and checksum in the table
// kitchen_migrations and refuses to start when an applied file has changed since (drift). A
// published migration is never edited: add the next number.
#pragma once

#include <cstdint>
#include <string_view>

namespace kitchen {

struct Migration {
    std::int64_t number;    ///< 1, 2, 3 …, without gaps: the digits the file's name begins with
    std::string_view name;  ///< "0001_users"
    std::string_view sql;   ///< statements separated by ';'; tokens of store.h allowed
};

}  // namespace kitchen
