// Writes the menu as it is at one moment into a file without a name, to be sent from there.
//
// Memory: a page of foods. Thread-safety: all calls, from any thread.
#pragma once

#include <filesystem>
#include <memory>

#include "kitchen/food_edits.h"
#include "kitchen/http/response.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "menu_rows.h"

namespace kitchen::transfer {

class MenuExport {
public:
    /// All must live longer. `folder` takes the files.
    MenuExport(Store& store, Catalog& catalog, FoodEdits& foods, std::filesystem::path folder);

    /// Errors beside the store's: unavailable "export_no_file", storage_full.
    Result<std::shared_ptr<const http::FileBody>> write(MenuFormat format) const;

private:
    Status write_foods(Transaction& tx, MenuFormat format, int file) const;

    Store& store_;
    Catalog& catalog_;
    FoodEdits& foods_;
    const std::filesystem::path folder_;
};

}  // namespace kitchen::transfer
