#include "order_state.h"

#include <algorithm>
#include <iterator>

namespace kitchen::orders {
namespace {

enum class Of : std::uint8_t { any, delivery, pickup };
enum class By : std::uint8_t { staff, anyone };

struct Transition {
    OrderState from, to;
    Of of;  ///< which orders
    By by;
};

using enum OrderState;

/// The whole state machine. A delivery is handed over on the road, an order to be picked up at the
/// counter.
constexpr Transition transitions[] = {
    {pending, confirmed, Of::any, By::staff},
    {pending, cancelled, Of::any, By::anyone},
    {confirmed, preparing, Of::any, By::staff},
    {confirmed, cancelled, Of::any, By::anyone},
    {preparing, ready, Of::any, By::staff},
    {preparing, out_for_delivery, Of::delivery, By::staff},
    {preparing, cancelled, Of::any, By::staff},
    {ready, out_for_delivery, Of::delivery, By::staff},
    {ready, completed, Of::pickup, By::staff},
    {ready, cancelled, Of::any, By::staff},
    {out_for_delivery, completed, Of::delivery, By::staff},
    {out_for_delivery, cancelled, Of::delivery, By::staff},
};

}  // namespace

template <class Enum>
static std::optional<Enum> parse(std::string_view name) {
    const std::vector<std::string> names = names_of(Enum{});
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

std::optional<OrderState> parse_state(std::string_view name) { return parse<OrderState>(name); }
std::optional<Fulfillment> parse_fulfillment(std::string_view name) {
    return parse<Fulfillment>(name);
}

std::optional<PricePart> parse_price_part(std::string_view name) { return parse<PricePart>(name); }

std::vector<OrderState> allowed_transitions(OrderState from, Fulfillment fulfillment, Actor actor) {
    std::vector<OrderState> allowed;
    for (const Transition& t : transitions) {
        if (t.from != from) continue;
        if (t.of == Of::delivery && fulfillment != Fulfillment::delivery) continue;
        if (t.of == Of::pickup && fulfillment != Fulfillment::pickup) continue;
        if (t.by == By::staff && actor != Actor::staff) continue;
        allowed.push_back(t.to);
    }
    return allowed;
}

bool is_final(OrderState state) {
    return std::none_of(std::begin(transitions), std::end(transitions),
                        [state](const Transition& t) { return t.from == state; });
}

bool may_move(OrderState from, OrderState to, Fulfillment fulfillment, Actor actor) {
    const std::vector<OrderState> allowed = allowed_transitions(from, fulfillment, actor);
    return std::find(allowed.begin(), allowed.end(), to) != allowed.end();
}

}  // namespace kitchen::orders
