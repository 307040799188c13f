// The plugin `menu-transfer`: the menu from a file, and into one.
#include <filesystem>

#include "kitchen/plugin.h"

#include <string>

#include "transfer_routes.h"

namespace kitchen::transfer {
namespace {

struct TransferSettings {
    Bytes max_bytes = mebibytes(8);
    std::int64_t max_rows = 5'000;
    std::filesystem::path folder = "/var/tmp";

    static void describe(Fields<TransferSettings>& field) {
        using S = TransferSettings;
        field("max_bytes", &S::max_bytes,
              "Most bytes of an import; it takes as much memory at most")
            .between(kibibytes(64), mebibytes(64));
        field("max_rows", &S::max_rows,
              "Most foods of an import, which is one transaction: others cannot write for so long")
            .between(1, 100'000);
        field("folder", &S::folder, "Where an export lies, without a name, until it has been sent");
    }
};

class MenuTransferPlugin final : public Plugin {
public:
    using Settings = TransferSettings;

    MenuTransferPlugin(const TransferSettings& settings, Setup& setup, Store& store,
                       Catalog& catalog, FoodEdits& foods, const Clock& clock)
        : importer_(store, catalog, foods, settings.max_rows),
          exporter_(store, catalog, foods, settings.folder),
          routes_(setup, importer_, exporter_, clock,
                  static_cast<std::size_t>(settings.max_bytes.count)) {}

private:
    MenuImport importer_;
    const MenuExport exporter_;
    const TransferRoutes routes_;
};

}  // namespace
}  // namespace kitchen::transfer

KITCHEN_PLUGIN(kitchen::transfer::MenuTransferPlugin, "menu-transfer", "1.0.0",
               "The menu as a file: import and export", kitchen::Store, kitchen::Catalog,
               kitchen::FoodEdits, kitchen::Clock)
