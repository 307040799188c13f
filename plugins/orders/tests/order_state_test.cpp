#include "order_state.h"

#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace kitchen::orders {
namespace {

using enum OrderState;

constexpr OrderState states[] = {pending,          confirmed, preparing, ready,
                                 out_for_delivery, completed, cancelled};

/// The pairs that staff may do, said once more by hand.
std::set<std::pair<OrderState, OrderState>> expected(Fulfillment fulfillment) {
    std::set<std::pair<OrderState, OrderState>> pairs = {
        {pending, confirmed},   {confirmed, preparing}, {preparing, ready}, {pending, cancelled},
        {confirmed, cancelled}, {preparing, cancelled}, {ready, cancelled}};
    if (fulfillment == Fulfillment::delivery)
        pairs.insert({{preparing, out_for_delivery},
                      {ready, out_for_delivery},
                      {out_for_delivery, completed},
                      {out_for_delivery, cancelled}});
    else
        pairs.insert({ready, completed});
    return pairs;
}

}  // namespace

TEST(OrderState, EveryPairOfStatesForStaff) {
    for (const Fulfillment fulfillment : {Fulfillment::delivery, Fulfillment::pickup})
        for (const OrderState from : states)
            for (const OrderState to : states)
                EXPECT_EQ(may_move(from, to, fulfillment, Actor::staff),
                          expected(fulfillment).contains({from, to}))
                    << to_text(fulfillment) << ": " << to_text(from) << " to " << to_text(to);
}

TEST(OrderState, EveryPairOfStatesForCustomers) {
    for (const Fulfillment fulfillment : {Fulfillment::delivery, Fulfillment::pickup})
        for (const OrderState from : states)
            for (const OrderState to : states)
                EXPECT_EQ(may_move(from, to, fulfillment, Actor::customer),
                          to == cancelled && (from == pending || from == confirmed))
                    << to_text(from) << " to " << to_text(to);
}

TEST(OrderState, AllowedTransitionsAreThoseThatMayBeDone) {
    using List = std::vector<OrderState>;
    EXPECT_EQ(allowed_transitions(preparing, Fulfillment::delivery, Actor::staff),
              (List{ready, out_for_delivery, cancelled}));
    EXPECT_EQ(allowed_transitions(preparing, Fulfillment::pickup, Actor::staff),
              (List{ready, cancelled}));
    EXPECT_EQ(allowed_transitions(pending, Fulfillment::pickup, Actor::customer),
              (List{cancelled}));
    EXPECT_EQ(allowed_transitions(completed, Fulfillment::pickup, Actor::staff), List{});
    EXPECT_EQ(allowed_transitions(cancelled, Fulfillment::delivery, Actor::staff), List{});
}

TEST(OrderState, WordsAreReadBack) {
    std::size_t i = 0;
    for (const OrderState state : states) {
        EXPECT_EQ(parse_state(to_text(state)), state);
        EXPECT_EQ(names_of(OrderState()).at(i++), to_text(state));
    }
    EXPECT_EQ(names_of(OrderState()).size(), i);
    EXPECT_EQ(parse_fulfillment("delivery"), Fulfillment::delivery);
    EXPECT_EQ(parse_fulfillment("pickup"), Fulfillment::pickup);
    for (const char* word : {"", "Pending", "pending ", "done"}) {
        EXPECT_FALSE(parse_state(word)) << word;
        EXPECT_FALSE(parse_fulfillment(word)) << word;
    }
}

}  // namespace kitchen::orders
