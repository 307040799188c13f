#include "order_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "in_parallel.h"
#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

using testing::ElementsAre;
using tests::error_of;
using tests::OrderKitchen;

const Viewer viewer_ada{1, "customer"}, bayo{2, "customer"}, viewer_cook{8, "kitchen"},
    boss{9, "admin"};

class OrderServiceTest : public testing::Test {
protected:
    std::int64_t place(std::int64_t user = 1, Fulfillment fulfillment = Fulfillment::pickup) {
        kitchen.put(user, dish, 3, {{side}, {}});
        return kitchen.place(OrderKitchen::request(user, fulfillment)).value().order.id;
    }
    Result<Order> move(const Viewer& who, std::int64_t id, OrderState to,
                       const std::string& reason = "") {
        return kitchen.orders.move(who, id, to, reason, any_version);
    }

    OrderKitchen kitchen;
    const std::int64_t dish = kitchen.food("Dish", 100, 100), side = kitchen.food("Side", 10, 100);
};

}  // namespace

TEST_F(OrderServiceTest, CustomersSeeTheirOwnStaffSeeAll) {
    const auto id = place();
    EXPECT_TRUE(kitchen.orders.read(viewer_ada, id));
    EXPECT_TRUE(kitchen.orders.read(viewer_cook, id));
    EXPECT_TRUE(kitchen.orders.read(boss, id));
    EXPECT_EQ(error_of(kitchen.orders.read(bayo, id)).code, "order_not_found");
    EXPECT_EQ(error_of(kitchen.orders.read(bayo, 999)).code, "order_not_found");
    EXPECT_EQ(error_of(kitchen.orders.read(viewer_cook, 999)).kind, Errc::not_found);
    EXPECT_EQ(error_of(move(bayo, id, OrderState::cancelled)).kind, Errc::not_found);
    EXPECT_EQ(kitchen.orders.read({1, "stranger"}, id).value().user_id, 1);
    EXPECT_FALSE(kitchen.orders.read({2, "stranger"}, id));
}

TEST_F(OrderServiceTest, GoesThroughTheKitchen) {
    const auto id = place(1, Fulfillment::delivery);
    std::int64_t version = 1;
    for (const OrderState to : {OrderState::confirmed, OrderState::preparing, OrderState::ready,
                                OrderState::out_for_delivery, OrderState::completed}) {
        kitchen.clock.advance(std::chrono::minutes(5));
        const Order moved = move(viewer_cook, id, to).value();
        EXPECT_EQ(moved.status, to);
        EXPECT_EQ(moved.version, ++version);
        // What is answered is what is stored.
        EXPECT_EQ(order_json(moved, Actor::staff),
                  order_json(kitchen.orders.read(viewer_cook, id).value(), Actor::staff));
    }
    const Order done = kitchen.orders.read(viewer_ada, id).value();
    EXPECT_EQ(done.history.size(), 6u);
    EXPECT_EQ(done.history.back().from, OrderState::out_for_delivery);
    EXPECT_EQ(done.history.back().by.role, "kitchen");
    EXPECT_EQ(done.history.back().by.user_id, 8);
    EXPECT_EQ(done.history.back().at, kitchen.clock.now());
    EXPECT_EQ(done.updated_at, kitchen.clock.now());
    EXPECT_EQ(kitchen.stock_of(dish), 97);
}

TEST_F(OrderServiceTest, ADetourIsRefusedWithWhatIsPossible) {
    const auto id = place();
    const auto refused = move(viewer_cook, id, OrderState::ready);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::conflict);
    EXPECT_EQ(refused.error().code, "transition_not_allowed");
    ASSERT_EQ(refused.error().members.size(), 1u);
    EXPECT_EQ(refused.error().members[0].first, "allowed_transitions");
    EXPECT_EQ(refused.error().members[0].second.dump(), R"(["confirmed","cancelled"])");
    EXPECT_EQ(refused.error().detail, "Order " + std::to_string(id) +
                                          " is waiting for the kitchen and cannot be ready next. "
                                          "It can be confirmed or cancelled.");
    EXPECT_EQ(kitchen.orders.read(viewer_ada, id).value().version, 1);
    EXPECT_EQ(error_of(move(viewer_cook, id, OrderState::pending)).kind, Errc::conflict);
    EXPECT_EQ(error_of(move(viewer_ada, id, OrderState::confirmed)).kind, Errc::conflict);
}

TEST_F(OrderServiceTest, CancellingGivesTheStockBackOnce) {
    const auto id = place();
    EXPECT_EQ(kitchen.stock_of(dish), 97);
    EXPECT_EQ(kitchen.stock_of(side), 97);
    const Order cancelled = move(viewer_ada, id, OrderState::cancelled, "Guests are late").value();
    EXPECT_EQ(cancelled.status, OrderState::cancelled);
    EXPECT_EQ(cancelled.cancel_reason, "Guests are late");
    EXPECT_EQ(kitchen.stock_of(dish), 100);
    EXPECT_EQ(kitchen.stock_of(side), 100);
    const auto again = move(viewer_ada, id, OrderState::cancelled);
    EXPECT_EQ(again.error().kind, Errc::conflict);
    EXPECT_EQ(again.error().members.at(0).second.dump(), "[]");
    EXPECT_EQ(again.error().detail, "Order " + std::to_string(id) + " is cancelled already.");
    EXPECT_EQ(error_of(move(boss, id, OrderState::cancelled, "Twice")).kind, Errc::conflict);
    EXPECT_EQ(kitchen.stock_of(dish), 100);
    EXPECT_EQ(kitchen.orders.read(viewer_ada, id).value().cancel_reason, "Guests are late");
}

TEST_F(OrderServiceTest, CustomersCancelUntilItIsCookedStaffUntilItIsServed) {
    const auto id = place();
    ASSERT_TRUE(move(viewer_cook, id, OrderState::confirmed));
    ASSERT_TRUE(move(viewer_cook, id, OrderState::preparing));
    EXPECT_EQ(error_of(move(viewer_ada, id, OrderState::cancelled, "Too late")).detail,
              "Order " + std::to_string(id) +
                  " is being prepared, and can no longer be cancelled here. Please call the "
                  "kitchen.");
    const auto silent = move(viewer_cook, id, OrderState::cancelled);
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().kind, Errc::unprocessable);
    EXPECT_EQ(silent.error().faults.at(0).pointer, "/reason");
    EXPECT_EQ(kitchen.stock_of(dish), 97);
    EXPECT_TRUE(move(viewer_cook, id, OrderState::cancelled, "Gas ran out"));
    EXPECT_EQ(kitchen.stock_of(dish), 100);

    const auto confirmed = place();
    ASSERT_TRUE(move(boss, confirmed, OrderState::confirmed));
    EXPECT_TRUE(move(viewer_ada, confirmed, OrderState::cancelled));

    const auto served = place();
    for (const OrderState to :
         {OrderState::confirmed, OrderState::preparing, OrderState::ready, OrderState::completed})
        ASSERT_TRUE(move(viewer_cook, served, to));
    EXPECT_EQ(error_of(move(boss, served, OrderState::cancelled, "Late")).kind, Errc::conflict);
}

TEST_F(OrderServiceTest, AListGoesOnAfterAnOrderWhateverHasComeSince) {
    const auto first = place(), second = place();  // at the same time
    kitchen.clock.advance(std::chrono::seconds(1));
    const auto third = place();
    const auto ids = [&](const Viewer& viewer, OrderFilter filter) {
        std::vector<std::int64_t> found;
        const OrderPage page = kitchen.orders.list(viewer, filter, 10, 0).value();
        for (const Order& order : page.orders) found.push_back(order.id);
        EXPECT_EQ(page.total_count, std::ssize(found));
        return found;
    };
    using Ids = std::vector<std::int64_t>;
    OrderFilter filter;
    EXPECT_EQ(ids(viewer_ada, filter), (Ids{third, second, first}));
    for (const Viewer& viewer : {viewer_ada, viewer_cook}) {
        filter.starting_after = third;
        EXPECT_EQ(ids(viewer, filter), (Ids{second, first}));
        filter.starting_after = second;
        EXPECT_EQ(ids(viewer, filter), (Ids{first}));
        filter.starting_after = first;
        EXPECT_EQ(ids(viewer, filter), Ids{});
    }
    filter.starting_after = third;
    filter.to = kitchen.orders.read(viewer_ada, first).value().created_at;
    EXPECT_EQ(ids(viewer_ada, filter), (Ids{second, first}));
    filter.starting_after = 999;
    EXPECT_EQ(error_of(kitchen.orders.list(viewer_ada, filter, 10, 0)).faults.at(0).pointer,
              "?cursor");
    filter.starting_after = first;
    EXPECT_EQ(error_of(kitchen.orders.list({12345, "customer"}, filter, 10, 0)).kind,
              Errc::unprocessable);
}

TEST_F(OrderServiceTest, AMoveOfAnotherVersionIsRefused) {
    const auto id = place();
    const auto only = [](std::int64_t expected) {
        return [expected](std::int64_t version) -> Status {
            if (version != expected) return Error(Errc::precondition_failed, "stale", "Stale.");
            return {};
        };
    };
    EXPECT_EQ(
        error_of(kitchen.orders.move(viewer_cook, id, OrderState::confirmed, "", only(2))).kind,
        Errc::precondition_failed);
    EXPECT_TRUE(kitchen.orders.move(viewer_cook, id, OrderState::confirmed, "", only(1)));
    EXPECT_EQ(
        error_of(kitchen.orders.move(viewer_cook, id, OrderState::preparing, "", only(1))).kind,
        Errc::precondition_failed);
}

TEST_F(OrderServiceTest, AMoveOnAnOldVersionDoesNothing) {
    const auto id = place();
    const Order old = kitchen.orders.read(viewer_cook, id).value();
    ASSERT_TRUE(move(viewer_cook, id, OrderState::confirmed));
    const bool moved =
        kitchen.store
            ->transact<bool>([&](Transaction& tx) {
                return kitchen.repository.move(
                    tx, old,
                    {old.status, OrderState::cancelled, viewer_cook, kitchen.clock.now(), "No"});
            })
            .value();
    EXPECT_FALSE(moved);
    EXPECT_EQ(kitchen.orders.read(viewer_cook, id).value().status, OrderState::confirmed);
    EXPECT_EQ(kitchen.orders.read(viewer_cook, id).value().history.size(), 2u);
}

TEST_F(OrderServiceTest, ListsNewestFirstAndFilters) {
    std::vector<std::int64_t> ids;
    std::vector<Timestamp> times;
    for (int i = 0; i < 25; ++i) {
        kitchen.clock.advance(std::chrono::minutes(1));
        ids.push_back(place(i % 2 ? 2 : 1));
        times.push_back(kitchen.clock.now());
    }
    ASSERT_TRUE(move(viewer_cook, ids[4], OrderState::confirmed));
    const auto listed = [&](const Viewer& who, const OrderFilter& filter, std::int64_t limit = 100,
                            std::int64_t offset = 0) {
        const OrderPage page = kitchen.orders.list(who, filter, limit, offset).value();
        std::vector<std::int64_t> found;
        for (const Order& order : page.orders) {
            found.push_back(order.id);
            EXPECT_EQ(order.items.size(), 1u);
            EXPECT_EQ(order.items.at(0).side_proteins.size(), 1u);
            EXPECT_FALSE(order.history.empty());
        }
        found.push_back(-page.total_count);
        return found;
    };
    EXPECT_THAT(listed(viewer_cook, {}, 3), ElementsAre(ids[24], ids[23], ids[22], -25));
    EXPECT_THAT(listed(viewer_cook, {}, 3, 23), ElementsAre(ids[1], ids[0], -25));
    EXPECT_EQ(listed(viewer_cook, {}).size(), 26u);  // more than one statement's worth of parts
    EXPECT_THAT(listed(bayo, {}, 2), ElementsAre(ids[23], ids[21], -12));
    OrderFilter filter;
    filter.states = {OrderState::confirmed};
    EXPECT_THAT(listed(boss, filter), ElementsAre(ids[4], -1));
    EXPECT_THAT(listed(viewer_ada, filter), ElementsAre(ids[4], -1));
    EXPECT_THAT(listed(bayo, filter), ElementsAre(0));
    filter.states = {OrderState::pending, OrderState::confirmed};
    EXPECT_EQ(listed(viewer_cook, filter), listed(viewer_cook, {}));
    EXPECT_EQ(listed(bayo, filter, 3, 2), listed(bayo, {}, 3, 2));
    ASSERT_TRUE(move(viewer_cook, ids[7], OrderState::confirmed));
    ASSERT_TRUE(move(viewer_cook, ids[9], OrderState::cancelled, "Late"));
    filter.states = {OrderState::confirmed, OrderState::cancelled};
    EXPECT_THAT(listed(boss, filter), ElementsAre(ids[9], ids[7], ids[4], -3));
    EXPECT_THAT(listed(boss, filter, 2, 1), ElementsAre(ids[7], ids[4], -3));
    filter.starting_after = ids[9];
    filter.total_count = 3;
    EXPECT_THAT(listed(boss, filter, 1), ElementsAre(ids[7], -3));
    filter = {};
    filter.from = times[10];
    filter.to = times[12];
    EXPECT_THAT(listed(viewer_cook, filter), ElementsAre(ids[12], ids[11], ids[10], -3));
    EXPECT_THAT(listed(bayo, filter), ElementsAre(ids[11], -1));
    filter.user_id = 1;  // who asks decides
    EXPECT_THAT(listed(bayo, filter), ElementsAre(ids[11], -1));
}

class OrderRaces : public testing::TestWithParam<tests::Storage> {};

TEST_P(OrderRaces, ManyCancelOneOrderOnce) {
    OrderKitchen kitchen(GetParam());
    const auto dish = kitchen.food("Dish", 100, 10);
    kitchen.put(1, dish, 4);
    const auto id = kitchen.place(OrderKitchen::request(1)).value().order.id;
    std::atomic<int> done{0}, conflicts{0};
    tests::in_parallel(20, 20, [&](int i) {
        const auto moved = kitchen.orders.move(i % 2 ? viewer_ada : viewer_cook, id,
                                               OrderState::cancelled, "Rain", any_version);
        if (moved)
            ++done;
        else
            conflicts += moved.error().kind == Errc::conflict;
    });
    EXPECT_EQ(done, 1);
    EXPECT_EQ(conflicts, 19);
    EXPECT_EQ(kitchen.stock_of(dish), 10);
    EXPECT_EQ(kitchen.journal_lines(dish), 3);
}

INSTANTIATE_TEST_SUITE_P(Stores, OrderRaces,
                         testing::Values(tests::Storage::memory, tests::Storage::file),
                         [](const auto& info) {
                             return info.param == tests::Storage::file ? std::string("File")
                                                                       : std::string("Memory");
                         });

}  // namespace kitchen::orders
