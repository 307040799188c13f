#include "test_kitchen.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/migrate.h"
#include "sqlite_store.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

namespace {

void migrate(Store& store, const std::string& plugin) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(testkit::source_dir()) / "plugins" /
                                                    plugin / "migrations"))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> names, texts;
    for (const fs::path& file : files) {
        std::ifstream in(file, std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        names.push_back(file.stem().string());
    }
    std::vector<Migration> migrations;
    for (std::size_t i = 0; i < files.size(); ++i)
        migrations.push_back({static_cast<std::int64_t>(i) + 1, names[i], texts[i]});
    testkit::apply_migrations(store, plugin, migrations);
}

std::unique_ptr<Store> open(Storage storage, const fs::path& directory,
                            const std::vector<std::string>& plugins) {
    sqlite::Options options;
    options.path = (directory / "kitchen.db").string();
    options.busy_timeout = std::chrono::seconds(60);
    std::unique_ptr<Store> store =
        storage == Storage::memory ? sqlite::open_memory() : sqlite::open_sqlite(options);
    for (const char* plugin : {"catalog", "cart"}) migrate(*store, plugin);
    for (const std::string& plugin : plugins) migrate(*store, plugin);
    return store;
}

}  // namespace

TestKitchen::TestKitchen(Storage storage, std::vector<std::string> plugins, cart::CartLimits limits)
    : store(open(storage, directory_.path(), plugins)),
      foods(*store, "NGN"),
      stock(*store),
      menu(*store, clock, foods, stock, changes),
      catalog(clock, foods, stock, changes),
      carts(*store, catalog, clock, limits) {
    store->verify().value();
}

std::int64_t TestKitchen::food(const std::string& name, std::int64_t price,
                               std::optional<std::int64_t> quantity, SideRule protein,
                               SideRule extra) {
    FoodDraft draft;
    draft.name = name;
    draft.price = price;
    draft.category = "Mains";
    draft.available_quantity = quantity;
    draft.side_protein = std::move(protein);
    draft.extra_side = std::move(extra);
    return menu.create(draft, std::nullopt).value().id;
}

void TestKitchen::edit(std::int64_t food_id, const std::function<void(FoodDraft&)>& change) {
    menu.change(food_id, change, any_version, std::nullopt).value();
}

void TestKitchen::remove(std::int64_t food_id) { menu.remove(food_id, any_version).value(); }

std::optional<std::int64_t> TestKitchen::stock_of(std::int64_t food_id) {
    return store
        ->read<std::optional<std::int64_t>>(
            [&](Transaction& tx) -> Result<std::optional<std::int64_t>> {
                return catalog.foods(tx, std::span(&food_id, 1)).value().at(0).available_quantity;
            })
        .value();
}

std::int64_t TestKitchen::journal_lines(std::int64_t food_id) {
    return menu.journal(food_id, 1, 0).value().total_count;
}

cart::ChangedLine TestKitchen::put(std::int64_t user_id, std::int64_t food_id,
                                   std::int64_t quantity, cart::Sides sides) {
    return carts.add(user_id, {food_id, std::move(sides), quantity, ""}, any_version).value();
}

CartContents TestKitchen::cart_of(std::int64_t user_id) {
    return carts.view(user_id).value().contents;
}

}  // namespace kitchen::tests
