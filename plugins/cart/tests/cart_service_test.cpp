#include "cart_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cart_body.h"
#include "in_parallel.h"
#include "test_kitchen.h"

namespace kitchen::cart {
namespace {

using testing::ElementsAre;
using tests::error_of;
using tests::TestKitchen;

constexpr std::int64_t ada = 1, bayo = 2;

NewLine wanted(std::int64_t food_id, std::int64_t quantity = 1, Sides sides = {}) {
    return {food_id, std::move(sides), quantity, ""};
}

std::vector<std::string> faults(const Error& error) {
    std::vector<std::string> found;
    for (const Fault& fault : error.faults) found.push_back(fault.pointer + " " + fault.code);
    return found;
}

}  // namespace

TEST(CartService, StartsEmpty) {
    TestKitchen kitchen;
    const CartContents cart = kitchen.cart_of(ada);
    EXPECT_EQ(cart.version, 0);
    EXPECT_EQ(cart.currency, "NGN");
    EXPECT_TRUE(cart.lines.empty());
    EXPECT_EQ(cart.subtotal, 0);
}

TEST(CartService, PricesADishWithItsSides) {
    TestKitchen kitchen;
    const auto rice = kitchen.food("Jollof rice", 280'000), beef = kitchen.food("Beef", 150'000),
               dodo = kitchen.food("Dodo", 70'000);
    const ChangedLine added = kitchen.put(ada, rice, 2, {{beef}, {dodo}});
    EXPECT_TRUE(added.created);
    EXPECT_EQ(added.version, 1);
    EXPECT_EQ(added.line.unit_price, 500'000);
    EXPECT_EQ(added.line.line_total, 1'000'000);
    kitchen.put(ada, dodo);
    const CartContents cart = kitchen.cart_of(ada);
    ASSERT_EQ(cart.lines.size(), 2u);
    EXPECT_EQ(cart.lines[0].food.id, rice);
    EXPECT_EQ(cart.lines[0].side_proteins.at(0).id, beef);
    EXPECT_EQ(cart.lines[0].extra_sides.at(0).id, dodo);
    EXPECT_EQ(cart.subtotal, 1'070'000);
    EXPECT_EQ(cart.version, 2);
    EXPECT_TRUE(kitchen.cart_of(bayo).lines.empty());
}

TEST(CartService, TheSameDishIsOneLineWhateverTheOrderOfItsSides) {
    TestKitchen kitchen;
    const SideRule two{0, 2, std::nullopt};
    const auto a = kitchen.food("A", 1), b = kitchen.food("B", 2),
               dish = kitchen.food("Dish", 100, std::nullopt, two, two);
    const ChangedLine first = kitchen.put(ada, dish, 1, {{a, b}, {}});
    const ChangedLine second = kitchen.put(ada, dish, 3, {{b, a}, {}});
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.line.id, first.line.id);
    EXPECT_EQ(second.line.quantity, 4);
    EXPECT_TRUE(kitchen.put(ada, dish, 1, {{a}, {b}}).created);
    EXPECT_TRUE(kitchen.put(ada, dish, 1, {}).created);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 3u);
}

TEST(CartService, ShowsItsLinesInTheOrderAddedAndAFoodInAsManyAsHaveIt) {
    TestKitchen kitchen;
    const auto side = kitchen.food("Side", 10), first = kitchen.food("First", 100),
               last = kitchen.food("Last", 200);
    kitchen.put(ada, last, 1, {{side}, {}});
    kitchen.put(ada, first, 1, {{side}, {}});
    kitchen.put(ada, side);
    const CartContents cart = kitchen.cart_of(ada);
    ASSERT_EQ(cart.lines.size(), 3u);
    EXPECT_EQ(cart.lines[0].food.name, "Last");
    EXPECT_EQ(cart.lines[1].food.name, "First");
    EXPECT_EQ(cart.lines[2].food.name, "Side");
    EXPECT_EQ(cart.lines[0].side_proteins.at(0).name, "Side");
    EXPECT_EQ(cart.lines[1].side_proteins.at(0).name, "Side");
    EXPECT_EQ(cart.subtotal, 330);
}

TEST(CartService, InstructionsArePartOfWhatMakesALine) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    const auto add = [&](const char* note) {
        NewLine line = wanted(dish);
        line.special_instructions = note;
        return kitchen.carts.add(ada, line, any_version).value();
    };
    const ChangedLine no_peanuts = add("No peanuts");
    EXPECT_TRUE(add("Extra spicy").created);
    EXPECT_TRUE(add("").created);
    const ChangedLine again = add(" No peanuts ");
    EXPECT_FALSE(again.created);
    EXPECT_EQ(again.line.id, no_peanuts.line.id);
    EXPECT_EQ(kitchen.put(ada, dish).line.quantity, 2);
    const CartContents cart = kitchen.cart_of(ada);
    ASSERT_EQ(cart.lines.size(), 3u);
    EXPECT_EQ(cart.lines[0].special_instructions, "No peanuts");
    EXPECT_EQ(cart.lines[0].quantity, 2);
    EXPECT_EQ(cart.lines[1].special_instructions, "Extra spicy");
    EXPECT_EQ(cart.subtotal, 500);
    // What becomes alike stays apart.
    ASSERT_TRUE(kitchen.carts.change(ada, cart.lines[1].id, {{}, "No peanuts"}, any_version));
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 3u);
}

TEST(CartService, RefusesWhatCannotBeHad) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 5), side = kitchen.food("Side", 10),
               gone = kitchen.food("Gone", 10), off = kitchen.food("Off", 10);
    kitchen.remove(gone);
    kitchen.edit(off, [](auto& draft) { draft.is_available = false; });
    const auto refused = [&](const NewLine& line) {
        Error error = error_of(kitchen.carts.add(ada, line, any_version));
        EXPECT_EQ(error.kind, Errc::conflict);
        return error;
    };
    Error error = refused(wanted(999));
    EXPECT_EQ(error.code, "food_not_found");
    EXPECT_THAT(faults(error), ElementsAre("/food_id deleted"));
    EXPECT_THAT(error.detail, testing::HasSubstr("999"));
    error = refused(wanted(gone));
    EXPECT_EQ(error.code, "food_not_found");
    EXPECT_THAT(error.detail, testing::HasSubstr("Gone"));
    EXPECT_EQ(refused(wanted(off)).code, "food_unavailable");
    error = refused(wanted(dish, 6));
    EXPECT_EQ(error.code, "insufficient_stock");
    EXPECT_THAT(faults(error), ElementsAre("/food_id short"));
    error = refused(wanted(dish, 1, {{}, {999}}));
    EXPECT_THAT(faults(error), ElementsAre("/extra_side_ids/0 deleted"));
    error = refused(wanted(dish, 1, {{side, off}, {}}));
    EXPECT_THAT(faults(error), ElementsAre("/side_protein_ids/1 unavailable",
                                           "/side_protein_ids side_not_allowed"));
    const CartContents cart = kitchen.cart_of(ada);
    EXPECT_TRUE(cart.lines.empty());
    EXPECT_EQ(cart.version, 0);
}

TEST(CartService, FaultsPointAtTheSideAsItWasAsked) {
    TestKitchen kitchen;
    const auto low = kitchen.food("Low", 1), high = kitchen.food("High", 1),
               dish =
                   kitchen.food("Dish", 100, std::nullopt, {0, 2, std::vector<std::int64_t>{high}});
    const auto result = kitchen.carts.add(ada, wanted(dish, 1, {{high, low}, {}}), any_version);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "side_not_allowed");
    EXPECT_THAT(faults(result.error()), ElementsAre("/side_protein_ids/1 side_not_allowed"));
}

TEST(CartService, AnIncrementCountsWhatIsThereAlready) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 5);
    kitchen.put(ada, dish, 3);
    EXPECT_EQ(error_of(kitchen.carts.add(ada, wanted(dish, 3), any_version)).code,
              "insufficient_stock");
    EXPECT_EQ(kitchen.cart_of(ada).lines.at(0).quantity, 3);
    EXPECT_EQ(kitchen.put(ada, dish, 2).line.quantity, 5);
}

TEST(CartService, ALineAndACartHaveTheirLimits) {
    TestKitchen kitchen(tests::Storage::memory, {}, {150, 2});
    const auto a = kitchen.food("A", 1), b = kitchen.food("B", 1), c = kitchen.food("C", 1);
    kitchen.put(ada, a, 99);
    const auto many = kitchen.carts.add(ada, wanted(a, 52), any_version);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().kind, Errc::unprocessable);
    EXPECT_THAT(faults(many.error()), ElementsAre("/quantity too_large"));
    const ChangedLine line = kitchen.put(ada, a, 51);
    EXPECT_EQ(line.line.quantity, 150);
    const auto set = [&](std::int64_t quantity) {
        return kitchen.carts.change(ada, line.line.id, {quantity, std::nullopt}, any_version);
    };
    EXPECT_EQ(set(149).value().line.quantity, 149);
    EXPECT_EQ(set(150).value().line.quantity, 150);
    EXPECT_THAT(faults(error_of(set(151))), ElementsAre("/quantity too_large"));
    kitchen.put(ada, b);
    const auto full = kitchen.carts.add(ada, wanted(c), any_version);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind, Errc::conflict);
    EXPECT_EQ(full.error().code, "cart_full");
    EXPECT_EQ(kitchen.put(ada, b).line.quantity, 2);  // no new line
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 2u);
}

TEST(CartService, ChangesALine) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 10);
    const auto line = kitchen.put(ada, dish, 4).line.id;
    ChangedLine changed = kitchen.carts.change(ada, line, {6, std::nullopt}, any_version).value();
    EXPECT_EQ(changed.line.quantity, 6);
    EXPECT_EQ(changed.line.line_total, 600);
    EXPECT_EQ(changed.version, 2);
    changed = kitchen.carts.change(ada, line, {std::nullopt, "Hot"}, any_version).value();
    EXPECT_EQ(changed.line.quantity, 6);
    EXPECT_EQ(changed.line.special_instructions, "Hot");
    EXPECT_EQ(kitchen.carts.change(ada, line, {std::nullopt, ""}, any_version)
                  .value()
                  .line.special_instructions,
              "");
    const auto refused = kitchen.carts.change(ada, line, {11, std::nullopt}, any_version);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "insufficient_stock");
    EXPECT_THAT(faults(refused.error()), ElementsAre("/quantity short"));
    EXPECT_EQ(kitchen.cart_of(ada).lines.at(0).quantity, 6);
}

TEST(CartService, LessIsAlwaysPossible) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100, 10);
    const auto line = kitchen.put(ada, dish, 8).line.id;
    kitchen.edit(dish, [](auto& draft) { draft.available_quantity = 3; });
    const ChangedLine changed =
        kitchen.carts.change(ada, line, {5, std::nullopt}, any_version).value();
    EXPECT_EQ(changed.line.quantity, 5);
    EXPECT_EQ(changed.line.problems.at(0).code, "short");
    EXPECT_TRUE(kitchen.carts.change(ada, line, {3, std::nullopt}, any_version)
                    .value()
                    .line.problems.empty());
}

TEST(CartService, SomebodyElsesLineIsNotThere) {
    TestKitchen kitchen;
    const auto line = kitchen.put(ada, kitchen.food("Dish", 100)).line.id;
    EXPECT_EQ(error_of(kitchen.carts.change(bayo, line, {5, std::nullopt}, any_version)).kind,
              Errc::not_found);
    EXPECT_EQ(error_of(kitchen.carts.remove(bayo, line, any_version)).kind, Errc::not_found);
    EXPECT_EQ(kitchen.cart_of(ada).lines.at(0).quantity, 1);
    EXPECT_EQ(kitchen.cart_of(bayo).version, 0);
}

TEST(CartService, RemovesAndClears) {
    TestKitchen kitchen;
    const auto a = kitchen.put(ada, kitchen.food("A", 1)).line.id;
    kitchen.put(ada, kitchen.food("B", 1));
    EXPECT_EQ(kitchen.carts.remove(ada, a, any_version).value(), 3);
    EXPECT_EQ(error_of(kitchen.carts.remove(ada, a, any_version)).kind, Errc::not_found);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 1u);
    EXPECT_EQ(kitchen.carts.clear(ada, any_version).value(), 4);
    EXPECT_TRUE(kitchen.cart_of(ada).lines.empty());
    EXPECT_TRUE(kitchen.carts.clear(bayo, any_version));
}

TEST(CartService, AChangeOfAnotherVersionIsRefused) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    const auto line = kitchen.put(ada, dish).line.id;
    const auto only = [](std::int64_t expected) {
        return [expected](std::int64_t version) -> Status {
            if (version != expected) return Error(Errc::precondition_failed, "stale", "Stale.");
            return {};
        };
    };
    EXPECT_EQ(error_of(kitchen.carts.add(ada, wanted(dish), only(0))).kind,
              Errc::precondition_failed);
    EXPECT_EQ(error_of(kitchen.carts.change(ada, line, {2, std::nullopt}, only(7))).kind,
              Errc::precondition_failed);
    EXPECT_EQ(error_of(kitchen.carts.remove(ada, line, only(0))).kind, Errc::precondition_failed);
    EXPECT_EQ(error_of(kitchen.carts.clear(ada, only(2))).kind, Errc::precondition_failed);
    EXPECT_EQ(kitchen.cart_of(ada).version, 1);
    EXPECT_EQ(kitchen.carts.add(ada, wanted(dish), only(1)).value().version, 2);
    EXPECT_TRUE(kitchen.carts.add(bayo, wanted(dish), only(0)));
}

TEST(CartService, ShowsTodaysPricesAndProblems) {
    TestKitchen kitchen;
    const auto dear = kitchen.food("Dear", 100), gone = kitchen.food("Gone", 100);
    kitchen.put(ada, dear, 2);
    kitchen.put(ada, gone);
    kitchen.edit(dear, [](auto& draft) { draft.price = 150; });
    kitchen.remove(gone);
    const CartContents cart = kitchen.cart_of(ada);
    EXPECT_EQ(cart.lines.at(0).line_total, 300);
    EXPECT_TRUE(cart.lines[0].problems.empty());
    ASSERT_EQ(cart.lines.at(1).problems.size(), 1u);
    EXPECT_EQ(cart.lines[1].problems[0].code, "deleted");
    EXPECT_EQ(cart.subtotal, 400);
}

TEST(CartService, TellsWhenTheCatalogueHasMoved) {
    TestKitchen kitchen;
    const auto dish = kitchen.food("Dish", 100);
    EXPECT_FALSE(kitchen.carts.view(ada).value().moved);
    kitchen.put(ada, dish);
    EXPECT_FALSE(kitchen.carts.view(ada).value().moved);
    kitchen.edit(dish, [](auto& draft) { draft.price = 150; });
    const CartView moved = kitchen.carts.view(ada).value();
    EXPECT_TRUE(moved.moved);
    EXPECT_EQ(moved.contents.version, 1);
    kitchen.edit(dish, [](auto& draft) { draft.price = 160; });
    EXPECT_NE(kitchen.carts.view(ada).value().fingerprint, moved.fingerprint);
    kitchen.put(ada, dish);
    EXPECT_FALSE(kitchen.carts.view(ada).value().moved);
}

TEST(CartService, IsTakenWithinACallersTransaction) {
    TestKitchen kitchen;
    const auto first = kitchen.food("Dish", 100), second = kitchen.food("Another", 50);
    kitchen.put(ada, second, 3);
    kitchen.put(ada, first);
    const CartContents before = kitchen.cart_of(ada);
    const Status undone = kitchen.store->transact([&](Transaction& tx) -> Status {
        const CartContents taken = kitchen.carts.take(tx, ada).value();
        EXPECT_EQ(taken.version, 3);
        EXPECT_EQ(taken.subtotal, 250);
        EXPECT_EQ(
            http::body_json(CartBody{taken, kitchen.catalog}).substr(13),
            http::body_json(CartBody{before, kitchen.catalog}).substr(13));  // behind {"version":3
        const CartContents inside = kitchen.carts.read(tx, ada).value();
        EXPECT_TRUE(inside.lines.empty());
        EXPECT_EQ(inside.version, 3);
        EXPECT_TRUE(kitchen.carts.take(tx, ada).value().lines.empty());
        return Error(Errc::conflict, "changed_my_mind", "No.");
    });
    EXPECT_FALSE(undone);
    EXPECT_EQ(kitchen.cart_of(ada).lines.size(), 2u);
    EXPECT_EQ(kitchen.cart_of(ada).version, 2);
}

TEST(CartService, ACartThatWasTakenLooksAsItDidWhenItWasChangedLast) {
    TestKitchen kitchen;
    kitchen.put(ada, kitchen.food("Dish", 100));
    kitchen.store
        ->transact([&](Transaction& tx) -> Status {
            kitchen.carts.take(tx, ada).value();
            return {};
        })
        .value();
    EXPECT_FALSE(kitchen.carts.view(ada).value().moved);
    kitchen.carts.clear(ada, any_version).value();
    EXPECT_FALSE(kitchen.carts.view(ada).value().moved);
}

class CartRaces : public testing::TestWithParam<tests::Storage> {};

TEST_P(CartRaces, AThousandIncrementsAreAThousand) {
    TestKitchen kitchen(GetParam());
    const auto dish = kitchen.food("Puff-puff", 20'000);
    std::atomic<int> created{0}, incremented{0};
    tests::in_parallel(1000, 32, [&](int) {
        const auto added = kitchen.carts.add(ada, wanted(dish), any_version);
        if (added) ++(added->created ? created : incremented);
    });
    EXPECT_EQ(created, 1);
    EXPECT_EQ(incremented, 999);
    const CartContents cart = kitchen.cart_of(ada);
    ASSERT_EQ(cart.lines.size(), 1u);
    EXPECT_EQ(cart.lines[0].quantity, 1000);
    EXPECT_EQ(cart.version, 1000);
}

TEST_P(CartRaces, OfManyChangesToOneVersionOneIsDone) {
    TestKitchen kitchen(GetParam());
    const auto line = kitchen.put(ada, kitchen.food("Dish", 100)).line.id;
    std::atomic<int> done{0}, stale{0};
    tests::in_parallel(20, 20, [&](int i) {
        const auto changed = kitchen.carts.change(
            ada, line, {i + 2, std::nullopt}, [](std::int64_t version) -> Status {
                if (version != 1) return Error(Errc::precondition_failed, "stale", "Stale.");
                return {};
            });
        ++(changed ? done : stale);
    });
    EXPECT_EQ(done, 1);
    EXPECT_EQ(stale, 19);
    EXPECT_EQ(kitchen.cart_of(ada).version, 2);
}

INSTANTIATE_TEST_SUITE_P(Stores, CartRaces,
                         testing::Values(tests::Storage::memory, tests::Storage::file),
                         [](const auto& info) {
                             return info.param == tests::Storage::file ? std::string("File")
                                                                       : std::string("Memory");
                         });

/// Counts how often the menu is asked.
class CountingCatalog final : public Catalog {
public:
    explicit CountingCatalog(Catalog& catalog) : catalog_(catalog) {}
    Result<std::vector<Food>> foods(Transaction& tx, std::span<const std::int64_t> ids) override {
        ++asked;
        return catalog_.foods(tx, ids);
    }
    Status take(Transaction& tx, std::span<const Portion> portions, std::string_view reference,
                std::optional<std::int64_t> by_user) override {
        return catalog_.take(tx, portions, reference, by_user);
    }
    Status give_back(Transaction& tx, std::span<const Portion> portions, std::string_view reference,
                     std::optional<std::int64_t> by_user) override {
        return catalog_.give_back(tx, portions, reference, by_user);
    }
    void write(JsonWriter& out, const Food& food) const override { catalog_.write(out, food); }
    std::string currency() const override { return catalog_.currency(); }
    std::string time_zone() const override { return catalog_.time_zone(); }
    int asked = 0;

private:
    Catalog& catalog_;
};

TEST(CartFilling, TakesOneWishAfterTheOtherAndAsksTheMenuOnce) {
    tests::TestKitchen kitchen;
    CountingCatalog menu(kitchen.catalog);
    CartService carts(*kitchen.store, menu, kitchen.clock, {});
    const std::int64_t eba = kitchen.food("Eba", 100, 6), soup = kitchen.food("Soup", 200);
    kitchen.put(1, eba, 1);
    const auto filled = [&](std::vector<CartWish> wishes) {
        return kitchen.store->transact<Carts::Filled>(
            [&](Transaction& tx) { return carts.fill(tx, 1, wishes); });
    };
    const Carts::Filled first = filled({{eba, {}, {}, 3, ""},
                                        {eba, {}, {}, 3, "hot"},
                                        {soup, {}, {}, 2, ""},
                                        {eba, {}, {}, 2, ""},
                                        {999, {}, {}, 1, ""},
                                        {soup, {}, {}, 2, ""}})
                                    .value();
    const auto codes = [](const Carts::Filled& all) {
        std::string out;
        for (const auto& problems : all.problems)
            out += (problems.empty() ? "-" : problems.front().code) + ' ';
        return out;
    };
    EXPECT_EQ(codes(first), "- short - - deleted - ");
    EXPECT_EQ(menu.asked, 2) << "before and after";
    const CartContents cart = kitchen.cart_of(1);
    ASSERT_EQ(cart.lines.size(), 2u);
    EXPECT_EQ(cart.lines[0].quantity, 6);
    EXPECT_EQ(cart.lines[1].quantity, 4);
    EXPECT_EQ(cart.version, first.version);
    EXPECT_EQ(codes(filled({{soup, {}, {}, 9'996, ""}, {soup, {}, {}, 1, ""}}).value()),
              "validation_failed - ");
}

}  // namespace kitchen::cart
