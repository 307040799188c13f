// A plugin whose constructor fails after it has subscribed: what it left behind must not be called.
#include <cstdlib>
#include <stdexcept>

#include "kitchen/order_events.h"
#include "kitchen/events.h"
#include "kitchen/plugin.h"

namespace {

using namespace kitchen;

class FaultySubscriber final : public Plugin {
public:
    FaultySubscriber(Setup& setup, Events& events) {
        events.on<OrderPlaced>(setup, "ghost",
                               [](Transaction&, const OrderPlaced&) -> Status { std::abort(); });
        throw std::runtime_error("no stove");
    }
};

}  // namespace

KITCHEN_PLUGIN(FaultySubscriber, "faulty-subscriber", "1.0.0", "Subscribes and fails",
               kitchen::Events)
