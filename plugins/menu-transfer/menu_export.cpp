#include "menu_export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_text.h"
#include "food_columns.h"
#include "kitchen/unique_fd.h"

namespace kitchen::transfer {
namespace {

constexpr std::int64_t foods_at_once = 100;

Status append(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return Error(Errc::storage_full, "export_no_room",
                         "There is no room for the export on the server. Try again later.");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

MenuExport::MenuExport(Store& store, Catalog& catalog, FoodEdits& foods,
                       std::filesystem::path folder)
    : store_(store), catalog_(catalog), foods_(foods), folder_(std::move(folder)) {}

Result<std::shared_ptr<const http::FileBody>> MenuExport::write(MenuFormat format) const {
    std::string name = folder_ / "kitchen-menu-XXXXXX";
    UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file)
        return Error(Errc::unavailable, "export_no_file",
                     "The server has no place for the export. Look at its setting 'folder'.");
    ::unlink(name.c_str());
    const Status done = store_.read([&](Transaction& tx) -> Status {
        if (::ftruncate(file.get(), 0) != 0 || ::lseek(file.get(), 0, SEEK_SET) != 0)
            return Error(Errc::unavailable, "export_no_file", "The export cannot be written.");
        return write_foods(tx, format, file.get());
    });
    if (!done) return done.error();
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    return std::make_shared<const http::FileBody>(file.release(), 0,
                                                  static_cast<std::uint64_t>(size));
}

Status MenuExport::write_foods(Transaction& tx, MenuFormat format, int file) const {
    const bool is_csv = format == MenuFormat::csv;
    // Spreadsheets take a file without the mark for one in the system's own encoding.
    std::string text(is_csv ? byte_order_mark : "[");
    if (is_csv) append_header(text);
    bool is_first = true;
    for (std::int64_t last = 0;;) {
        const Result<std::vector<Food>> foods = foods_.foods_after(tx, last, foods_at_once);
        if (!foods) return foods.error();
        for (const Food& food : *foods) {
            if (is_csv) {
                append_food(text, food);
                continue;
            }
            text += std::exchange(is_first, false) ? "\n" : ",\n";
            JsonWriter out(text);
            catalog_.write(out, food);
        }
        const bool is_over = foods->size() < static_cast<std::size_t>(foods_at_once);
        if (is_over && !is_csv) text += "\n]\n";
        if (Status written = append(file, text); !written || is_over) return written;
        text.clear();
        last = foods->back().id;
    }
}

}  // namespace kitchen::transfer
