// Many buyers at once, on the store in memory and on a file.
#include <atomic>
#include <barrier>
#include <thread>

#include "catalog_fixture.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::catalog {
namespace {

class FileStore {
public:
    std::unique_ptr<Store> open() const {
        return sqlite::open_sqlite({.path = (folder_.path() / "kitchen.db").string()});
    }

private:
    testkit::TemporaryDirectory folder_;
};

/// A base, so that the folder outlives the store in it.
class StockRace : private FileStore,
                  public CatalogTest,
                  public testing::WithParamInterface<const char*> {
protected:
    StockRace()
        : CatalogTest(GetParam() == std::string_view("file") ? open() : sqlite::open_memory()) {}

    static constexpr int threads = 32;
    /// Runs the work on all threads at the same moment.
    template <class Work>
    void race(Work work) {
        std::barrier ready(threads);
        std::vector<std::thread> running;
        for (int i = 0; i < threads; ++i)
            running.emplace_back([&, i] {
                ready.arrive_and_wait();
                work(i);
            });
        for (std::thread& thread : running) thread.join();
    }
};

TEST_P(StockRace, TenPortionsMakeTenBuyersHappy) {
    const Food food = add_counted("Isi Ewu", 10);
    std::atomic<int> sold = 0, refused = 0;
    race([&](int i) {
        const Status done = take({{food.id, 1}}, "order " + std::to_string(i));
        if (done)
            ++sold;
        else if (done.error().code == "insufficient_stock" && done.error().kind == Errc::conflict)
            ++refused;
    });
    EXPECT_EQ(sold, 10);
    EXPECT_EQ(refused, threads - 10);
    EXPECT_EQ(stored(food.id).available_quantity, 0);
    EXPECT_EQ(stored(food.id).stock_moves, 10);
    EXPECT_EQ(journal_sum(food.id), 0);
}

TEST_P(StockRace, BuyersOfSeveralFoodsNeverBlockEachOtherForGood) {
    std::vector<Food> menu;
    for (const char* name : {"a", "b", "c"}) menu.push_back(add_counted(name, 40));
    std::atomic<int> failed = 0;
    race([&](int i) {
        std::vector<Portion> portions;
        for (int k = 0; k < 3; ++k)
            portions.push_back(
                {menu[static_cast<std::size_t>((i + k * (i % 2 ? 1 : 2)) % 3)].id, 1});
        if (!take(portions)) ++failed;
        if (i % 4 == 0 && !give_back(portions)) ++failed;
    });
    EXPECT_EQ(failed, 0);
    for (const Food& food : menu) {
        EXPECT_EQ(stored(food.id).available_quantity, 40 - threads + threads / 4);
        EXPECT_EQ(journal_sum(food.id), stored(food.id).available_quantity);
    }
}

TEST_P(StockRace, TheJournalAddsUpWhateverHappensAtOnce) {
    const Food food = add_counted("Suya", 100);
    race([&](int i) {
        switch (i % 4) {
            case 0: (void)take({{food.id, 3}}); break;
            case 1: (void)give_back({{food.id, 1}}); break;
            case 2:
                (void)service->adjust_stock(food.id, i % 8 == 2 ? 5 : -5, "recount", any_count, 1);
                break;
            // Too far apart for the others to get there: a change to what it is already is none,
            // and counts no version.
            default:
                (void)service->change(
                    food.id, [i](FoodDraft& d) { d.available_quantity = 1000 * i; }, any_version,
                    1);
                break;
        }
    });
    EXPECT_EQ(journal_sum(food.id), stored(food.id).available_quantity);
    EXPECT_EQ(stored(food.id).version, 1 + threads / 4);
}

TEST_P(StockRace, OneOfManyEditorsOfTheSameVersionWins) {
    const Food food = add("Eba");
    std::atomic<int> won = 0, stale = 0;
    race([&](int i) {
        const Result<Food> done = service->change(
            food.id, [i](FoodDraft& d) { d.price = 1000 + i; }, only_version(1), 1);
        if (done)
            ++won;
        else if (done.error().kind == Errc::precondition_failed)
            ++stale;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, threads - 1);
    EXPECT_EQ(stored(food.id).version, 2);
}

TEST_P(StockRace, ANameIsGivenOnce) {
    std::atomic<int> won = 0, taken = 0;
    race([&](int i) {
        const Result<Food> done = service->create(draft(i % 2 ? "Eba" : "EBA"), 1);
        if (done)
            ++won;
        else if (done.error().code == "food_name_taken")
            ++taken;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(taken, threads - 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, StockRace, testing::Values("memory", "file"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace kitchen::catalog
