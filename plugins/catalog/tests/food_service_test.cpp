#include "food_service.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FoodServiceTest : public CatalogTest {
protected:
    static Edit rename(std::string name) {
        return [name = std::move(name)](FoodDraft& draft) { draft.name = name; };
    }
    static Edit count(std::optional<std::int64_t> quantity) {
        return [quantity](FoodDraft& draft) { draft.available_quantity = quantity; };
    }
    /// "delta quantity_after reason by" of each line, newest first.
    std::vector<std::string> journal(std::int64_t id) {
        const StockRows found = service->journal(id, 100, 0).value();
        std::vector<std::string> list;
        for (const Row row : found.rows) {
            const StockLine line(row);
            list.push_back(std::to_string(line.delta) + " " +
                           (line.quantity_after ? std::to_string(*line.quantity_after) : "none") +
                           " " + std::string(line.reason) + " " +
                           (line.by_user ? std::to_string(*line.by_user) : "nobody"));
        }
        return list;
    }
};

TEST_F(FoodServiceTest, NamesAreUniqueWhateverTheirCase) {
    add("Ọ̀fadà Rice");
    const Result<Food> again = service->create(draft(" ọ̀FADÀ rice "), 1);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().kind, Errc::conflict);
    EXPECT_EQ(again.error().code, "food_name_taken");
    EXPECT_THAT(faults_of(again.error()), ElementsAre("taken /name"));

    const Food other = add("Coconut Rice");
    const Result<Food> renamed = service->change(other.id, rename("Ọ̀FADÀ RICE"), any_version, 1);
    ASSERT_FALSE(renamed.has_value());
    EXPECT_EQ(renamed.error().code, "food_name_taken");
    EXPECT_EQ(stored(other.id).name, "Coconut Rice");
    EXPECT_EQ(stored(other.id).version, 1);
}

TEST_F(FoodServiceTest, WhatLooksAlikeIsOneNameAndWhatSoundsAlikeIsFound) {
    FoodDraft made = draft("Ẹ̀bà", 100'000, "Òkèlè");
    made.tags = {"Àmàlà"};
    add(made);
    add("Eba full");
    EXPECT_EQ(service
                  ->create(draft("E\xCC\xA3\xCC\x80"
                                 "ba\xCC\x80"),
                           1)
                  .error()
                  .code,
              "food_name_taken");
    for (const char* alike : {"\xEF\xBC\xA5"
                              "ba full",
                              "Eba  full"})
        EXPECT_EQ(service->create(draft(alike), 1).error().code, "food_name_taken") << alike;
    FoodQuery query;
    query.search = " EBA";
    EXPECT_THAT(names(query), ElementsAre("Ẹ̀bà", "Eba full"));
    query.search = "ẹ̀bà";
    EXPECT_THAT(names(query), ElementsAre("Ẹ̀bà", "Eba full"));
    query.category = "okele";
    query.tag = "\xEF\xBC\xA1mala";
    EXPECT_THAT(names(query), ElementsAre("Ẹ̀bà"));
}

TEST_F(FoodServiceTest, KeysOfAnOlderVersionAreWrittenOnce) {
    FoodDraft made = draft("Ẹ̀wà", 100'000, "Bean s");
    made.tags = {"Àmàlà"};
    const Food ewa = add(made), eba = add("Eba");
    const Statement old[] = {
        store->prepare("UPDATE foods SET search_key = 'x', category_key = 'y', name_key = 'z' "
                       "WHERE id = 1"),
        store->prepare("UPDATE food_tags SET tag_key = 'x'"),
        // Two that were two names, and now look alike.
        store->prepare("INSERT INTO foods (name, name_key, description, search_key, price, "
                       "category, category_key, is_available, tags, side_rules, created_at, "
                       "updated_at) SELECT 'Eba ', 'eba ', description, search_key, price, "
                       "category, category_key, 1, tags, side_rules, 1, 1 FROM foods WHERE id = "
                       "2")};
    for (const Statement statement : old)
        ASSERT_TRUE(
            store->transact([&](Transaction& tx) { return tx.execute(statement); }).has_value());
    ASSERT_EQ(store->transact<std::int64_t>([&](Transaction& tx) { return foods->write_keys(tx); })
                  .value(),
              3);
    FoodQuery query;
    query.search = "ewa";
    query.category = "bean s";
    query.tag = "amala";
    EXPECT_THAT(names(query), ElementsAre("Ẹ̀wà"));
    EXPECT_EQ(service->create(draft("ẸWÀ"), 1).value().id, 4);
    EXPECT_EQ(service->create(draft("Ẹ̀WÀ"), 1).error().code, "food_name_taken");
}

TEST_F(FoodServiceTest, AFoodMayChangeTheCaseOfItsOwnName) {
    const Food food = add("Eba");
    EXPECT_EQ(service->change(food.id, rename("EBA"), any_version, 1).value().name, "EBA");
}

TEST_F(FoodServiceTest, DeletingFreesTheNameAndHappensOnce) {
    const Food food = add("Eba");
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(service->remove(food.id, any_version).has_value());
    EXPECT_EQ(service->remove(food.id, any_version).error().kind, Errc::not_found);
    EXPECT_EQ(service->read(food.id).error().code, "food_not_found");
    EXPECT_EQ(service->change(food.id, rename("x"), any_version, 1).error().kind, Errc::not_found);
    EXPECT_EQ(service->adjust_stock(food.id, 1, "x", any_count, 1).error().kind, Errc::not_found);
    EXPECT_THAT(names({}), IsEmpty());
    EXPECT_TRUE(stored(food.id).deleted);
    EXPECT_EQ(stored(food.id).version, 2);

    const Food again = add("Eba");
    EXPECT_NE(again.id, food.id);
    ASSERT_TRUE(service->remove(again.id, any_version).has_value());
    add("eba");
}

TEST_F(FoodServiceTest, PurgingRemovesWhatWasDeletedLongAgoAndNothingElse) {
    FoodDraft made = draft("Eba");
    made.tags = {"swallow"};
    made.available_quantity = 3;
    const Food old = add(made), living = add_counted("Amala", 3), young = add_counted("Fufu", 3);
    service->remove(old.id, any_version).value();
    clock.advance(std::chrono::hours(1));
    const Timestamp then = clock.now();
    clock.advance(std::chrono::milliseconds(1));
    service->remove(young.id, any_version).value();

    EXPECT_EQ(service->purge(then).value(), 1);
    EXPECT_THAT(events.emitted().back(), HasSubstr("\"food_id\":1,\"what\":\"purged\""));
    EXPECT_EQ(service->restore(old.id).error().code, "food_not_deleted");
    EXPECT_EQ(service->journal(old.id, 10, 0).error().code, "food_not_found");
    EXPECT_EQ(service->restore(young.id).value().available_quantity, 3);
    EXPECT_THAT(journal(living.id), ElementsAre("3 3 Put on the menu 1"));
    EXPECT_EQ(service->purge(then).value(), 0);
    EXPECT_NE(add("Eba").id, old.id);
    // An order that had some of it can still be cancelled.
    EXPECT_TRUE(give_back({{old.id, 1}}).has_value());
}

TEST_F(FoodServiceTest, PurgingGoesOnUntilAllAreGone) {
    for (int i = 0; i < 201; ++i)
        service->remove(add("food " + std::to_string(i)).id, any_version).value();
    EXPECT_EQ(service->purge(clock.now()).value(), 200) << "the newest keeps its id taken";
    EXPECT_TRUE(stored(201).deleted);
}

TEST_F(FoodServiceTest, EveryChangeMovesVersionAndTime) {
    const Food food = add("Eba");
    clock.advance(std::chrono::seconds(5));
    const Food changed = service->change(food.id, rename("Yellow Eba"), any_version, 1).value();
    EXPECT_EQ(changed.version, 2);
    EXPECT_EQ(changed.updated_at, food.updated_at + 5000);
    EXPECT_EQ(changed.created_at, food.created_at);
    const Food read = stored(food.id);
    EXPECT_EQ(read.version, 2);
    EXPECT_EQ(read.name, "Yellow Eba");
    EXPECT_EQ(read.updated_at, changed.updated_at);
}

TEST_F(FoodServiceTest, AnEditThatChangesNothingLeavesTheVersion) {
    const Food food = add("Eba");
    clock.advance(std::chrono::seconds(5));
    EXPECT_EQ(service->change(food.id, rename(" Eba "), any_version, 1).value().version, 1);
    EXPECT_EQ(stored(food.id).updated_at, food.updated_at);
}

TEST_F(FoodServiceTest, ChangesOfTextAndTagsReachTheFilters) {
    FoodDraft made = draft("Eba");
    made.tags = {"vegan", "old"};
    const Food food = add(made);
    service
        ->change(
            food.id,
            [](FoodDraft& d) {
                d.name = "Amala";
                d.description = "Dark";
                d.category = "Swallow";
                d.tags = {"vegan", "new"};
            },
            any_version, 1)
        .value();
    FoodQuery query;
    query.search = "eba";
    EXPECT_THAT(names(query), IsEmpty());
    query.search = "dark";
    query.category = "swallow";
    query.tag = "new";
    EXPECT_THAT(names(query), ElementsAre("Amala"));
    query.tag = "old";
    EXPECT_THAT(names(query), IsEmpty());
}

TEST_F(FoodServiceTest, AStaleVersionStopsEveryWrite) {
    const Food food = add_counted("Eba", 5);
    const CountCheck stale = [](const Food& now) { return only_version(1)(now.version); };
    service->change(food.id, rename("Eba 2"), only_version(1), 1).value();
    EXPECT_EQ(service->change(food.id, rename("Eba 3"), only_version(1), 1).error().kind,
              Errc::precondition_failed);
    EXPECT_EQ(service->adjust_stock(food.id, 1, "x", stale, 1).error().kind,
              Errc::precondition_failed);
    EXPECT_EQ(service->remove(food.id, only_version(1)).error().kind, Errc::precondition_failed);
    const Food read = stored(food.id);
    EXPECT_EQ(read.name, "Eba 2");
    EXPECT_EQ(read.available_quantity, 5);
    EXPECT_FALSE(read.deleted);
    EXPECT_TRUE(service->remove(food.id, only_version(2)).has_value());
}

TEST_F(FoodServiceTest, RefusesWhatBreaksTheRulesAndWritesNothing) {
    EXPECT_EQ(service->create(draft(" "), 1).error().code, "validation_failed");
    const Food food = add("Eba");
    EXPECT_EQ(service->change(food.id, rename(""), any_version, 1).error().code,
              "validation_failed");
    FoodQuery query;
    query.min_price = 2;
    query.max_price = 1;
    EXPECT_EQ(service->list(query, 10, 0).error().kind, Errc::unprocessable);
    EXPECT_THAT(names({}), ElementsAre("Eba"));
}

TEST_F(FoodServiceTest, AllowedSidesMustBeOnTheMenu) {
    const Food dodo = add("Dodo"), gone = add("Gone");
    ASSERT_TRUE(service->remove(gone.id, any_version).has_value());
    FoodDraft made = draft("Jollof");
    made.side_protein.allowed = {999};
    made.extra_side.allowed = {dodo.id, gone.id};
    const Result<Food> refused = service->create(made, 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_THAT(faults_of(refused.error()),
                ElementsAre("food_not_found /side_rules/side_protein/allowed/0",
                            "food_not_found /side_rules/extra_side/allowed/1"));
    EXPECT_THAT(refused.error().faults[0].detail, HasSubstr("999"));
    EXPECT_THAT(names({}), ElementsAre("Dodo"));
}

TEST_F(FoodServiceTest, AListOfSidesMayOutliveASideUntilItIsChanged) {
    const Food dodo = add("Dodo"), moi_moi = add("Moi Moi");
    FoodDraft made = draft("Jollof");
    made.extra_side.allowed = {dodo.id, moi_moi.id};
    const Food food = add(made);
    ASSERT_TRUE(service->remove(dodo.id, any_version).has_value());
    EXPECT_TRUE(service->change(food.id, rename("Party Jollof"), any_version, 1).has_value());
    const Edit touch = [&](FoodDraft& d) { d.extra_side.allowed = {moi_moi.id, dodo.id}; };
    EXPECT_THAT(faults_of(service->change(food.id, touch, any_version, 1).error()),
                ElementsAre("food_not_found /side_rules/extra_side/allowed/1"));
}

TEST_F(FoodServiceTest, ManyAreWrittenTogetherAndToldOnce) {
    const Food jollof = add_counted("Jollof", 5);
    const int before = forgotten;
    std::vector<FoodEdit> edits = {{jollof.id, count(3)},
                                   {std::nullopt, [](FoodDraft& food) { food = draft(" Dodo "); }}};
    std::size_t at = 0;
    const auto write = [&] {
        return store->transact([&](Transaction& tx) {
            at = 0;
            return service->write(
                tx,
                [&]() -> std::optional<FoodEdit> {
                    return at < edits.size() ? std::optional(edits[at++]) : std::nullopt;
                },
                7);
        });
    };
    ASSERT_TRUE(write());
    EXPECT_EQ(forgotten, before + 1);
    EXPECT_EQ(stored(jollof.id).available_quantity, 3);
    EXPECT_EQ(stored(jollof.id + 1).name, "Dodo");
    EXPECT_EQ(journal_sum(jollof.id), 3);

    edits = {{jollof.id, rename("Rice")},
             {std::nullopt, [](FoodDraft& food) { food = draft("dodo"); }}};
    EXPECT_EQ(write().error().code, "food_name_taken");
    EXPECT_EQ(at, 2u) << "it is about the last";
    EXPECT_EQ(stored(jollof.id).name, "Jollof") << "nothing is left of it";
    edits = {{jollof.id, rename("Rice"), only_version(1)}};
    EXPECT_EQ(write().error().code, "stale");
}

TEST_F(FoodServiceTest, SaysBeforehandWhatWouldBeRefused) {
    add("Jollof");
    const Food other = add("Dodo");
    FoodDraft food = draft("x");
    EXPECT_EQ(
        faults_of(service->read(*parse_json(R"({"price": -1, "colour": 2})"), food).error()).size(),
        2u);
    ASSERT_TRUE(service->read(*parse_json(R"({"name": " Rice ", "price": 7})"), food));
    EXPECT_EQ(food.price, 7);
    food.extra_side.allowed = {other.id, 99};
    const Status refused =
        store->read([&](Transaction& tx) { return service->check(tx, food, {}); });
    EXPECT_THAT(faults_of(refused.error()),
                ElementsAre("food_not_found /side_rules/extra_side/allowed/1"));
    EXPECT_EQ(food.name, "Rice");
    EXPECT_EQ(service->name_key(" JOLLOF"), service->name_key("jollof"));
    ASSERT_TRUE(service->remove(other.id, any_version));
    const auto named = [&](const char* name) {
        return store
            ->read<std::optional<Food>>(
                [&](Transaction& tx) { return service->find_by_name(tx, name); })
            .value()
            .has_value();
    };
    EXPECT_TRUE(named("jollof "));
    EXPECT_FALSE(named("Dodo"));
    const auto after = store->read<std::vector<Food>>(
        [&](Transaction& tx) { return service->foods_after(tx, 0, 10); });
    ASSERT_EQ(after->size(), 1u);
    EXPECT_EQ(after->front().name, "Jollof");
}

TEST_F(FoodServiceTest, AdjustsStockAndKeepsAJournal) {
    const Food food = add_counted("Eba", 5);
    clock.advance(std::chrono::seconds(1));
    const Food more = service->adjust_stock(food.id, 10, " delivery ", any_count, 2).value();
    EXPECT_EQ(more.available_quantity, 15);
    EXPECT_EQ(etag_of(more), "\"1-1\"");
    EXPECT_EQ(
        service->adjust_stock(food.id, -15, "spoilt", any_count, 3).value().available_quantity, 0);
    const Food read = stored(food.id);
    EXPECT_EQ(read.available_quantity, 0);
    EXPECT_EQ(etag_of(read), "\"1-2\"");
    EXPECT_EQ(read.updated_at, food.updated_at + 1000);
    EXPECT_THAT(journal(food.id),
                ElementsAre("-15 0 spoilt 3", "10 15 delivery 2", "5 5 Put on the menu 1"));
}

TEST_F(FoodServiceTest, StockNeverGoesBelowZeroOrOverTheTop) {
    const Food food = add_counted("Eba", 5);
    const Result<Food> below = service->adjust_stock(food.id, -6, "x", any_count, 1);
    ASSERT_FALSE(below.has_value());
    EXPECT_EQ(below.error().kind, Errc::conflict);
    EXPECT_EQ(below.error().code, "insufficient_stock");
    EXPECT_THAT(below.error().detail, HasSubstr("5"));
    EXPECT_EQ(service->adjust_stock(food.id, 1'000'000, "x", any_count, 1).error().code,
              "stock_too_large");
    EXPECT_EQ(stored(food.id).available_quantity, 5);
    EXPECT_EQ(journal(food.id).size(), 1u);
}

TEST_F(FoodServiceTest, StockOfAFoodThatIsNotCountedCannotBeAdjusted) {
    const Food food = add("Eba");
    const Result<Food> refused = service->adjust_stock(food.id, 1, "x", any_count, 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "stock_not_counted");
    EXPECT_THAT(refused.error().detail, HasSubstr("available_quantity"));
    EXPECT_THAT(journal(food.id), IsEmpty());
}

TEST_F(FoodServiceTest, EditingTheCountIsJournalledAndAlwaysAddsUp) {
    const Food food = add("Eba");
    service->change(food.id, count(8), any_version, 2).value();
    service->change(food.id, count(3), any_version, 2).value();
    service->change(food.id, rename("Garri"), any_version, 2).value();
    EXPECT_EQ(journal_sum(food.id), 3);
    service->change(food.id, count(std::nullopt), any_version, 2).value();
    EXPECT_EQ(journal_sum(food.id), 0);
    service->change(food.id, count(0), any_version, 2).value();
    EXPECT_THAT(journal(food.id), ElementsAre("0 0 Count set 2", "-3 none No longer counted 2",
                                              "-5 3 Count set 2", "8 8 Count set 2"));
}

TEST_F(FoodServiceTest, TheJournalIsPagedNewestFirstAndOutlivesTheFood) {
    const Food food = add_counted("Eba", 0);
    for (int i = 1; i <= 6; ++i)
        service->adjust_stock(food.id, i, "delivery", any_count, 1).value();
    ASSERT_TRUE(service->remove(food.id, any_version).has_value());
    const StockRows page = service->journal(food.id, 2, 2).value();
    ASSERT_EQ(page.rows.size(), 2u);
    EXPECT_EQ(page.total_count, 7);
    EXPECT_EQ(StockLine(page.rows[0]).delta, 4);
    EXPECT_EQ(StockLine(page.rows[1]).delta, 3);
    EXPECT_EQ(service->journal(food.id, 2, 50).value().total_count, 7);
    EXPECT_EQ(service->journal(999, 2, 0).error().kind, Errc::not_found);
}

}  // namespace
}  // namespace kitchen::catalog
