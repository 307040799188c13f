// Takes over a menu from a file: all of it in one transaction, or nothing. A food that is there, by
// its id or else by its name, is changed where the file says something else; the others are added;
// none is removed. Knows nothing of HTTP.
//
// The file is read, checked and compared with the menu beforehand, in portions, so that the
// transaction only writes what differs. What the file does not change may be changed by others
// meanwhile; what it changes is written over the food as it is then.
//
// Memory: what differs, so no more than the file and some 400 bytes a row. Thread-safety: all
// calls, from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "kitchen/food_edits.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "menu_rows.h"

namespace kitchen::transfer {

/// How many foods.
struct Imported {
    std::int64_t created = 0, changed = 0, unchanged = 0;
    bool dry_run = false;
};

class MenuImport {
public:
    static constexpr std::size_t longest_row = 64 << 10;  ///< bytes
    static constexpr std::size_t most_faults = 100;       ///< listed; all are counted

    /// All must live longer.
    MenuImport(Store& store, Catalog& catalog, FoodEdits& foods, std::int64_t max_rows);

    /// `dry_run`: only finds out what would be. `by_user` goes into the stock journal. Errors
    /// beside the store's: unprocessable "import_invalid", whose faults name the lines and whose
    /// member "fault_count" says how many there are; payload_too_large "import_too_long"; conflict
    /// "menu_changed", when others have changed the menu meanwhile so that it does not fit;
    /// unavailable "upload_lost".
    Result<Imported> run(const std::filesystem::path& file, MenuFormat format, bool dry_run,
                         std::int64_t by_user);

private:
    class Plan;

    Store& store_;
    Catalog& catalog_;
    FoodEdits& foods_;
    const std::int64_t max_rows_;
};

}  // namespace kitchen::transfer
