#include "backup.h"

namespace kitchen::sqlite {

namespace {

std::string size_text(const BackupReport& report) {
    return std::to_string(report.bytes) + " bytes, " + std::to_string(report.tables) + " tables";
}

}  // namespace

void add_backup_commands(Setup& setup, const std::string& database) {
    setup.add_command({"backup",
                       "Copy the SQLite database to a new file, also while the server runs",
                       {{"to", "The file to write; must not exist"}},
                       [database](CommandContext& context) -> Status {
                           const auto done = back_up(database, context.option("to"));
                           if (!done) return done.error();
                           context.print("backed up " + database + " to " + context.option("to") +
                                         ": " + size_text(*done));
                           return {};
                       },
                       false});
    setup.add_command(
        {"restore",
         "Put a backup in the place of the SQLite database; the server must be stopped",
         {{"from", "The backup"}},
         [database](CommandContext& context) -> Status {
             const auto done = restore(context.option("from"), database);
             if (!done) return done.error();
             context.print("restored " + database + " from " + context.option("from") + ": " +
                           size_text(done->backup));
             if (!done->previous.empty())
                 context.print("the database before it is kept as " + done->previous);
             return {};
         },
         false});
}

}  // namespace kitchen::sqlite
