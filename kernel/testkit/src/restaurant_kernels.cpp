// The part of restaurant.h that links a kernel.
#include "kitchen/testkit/restaurant.h"

namespace kitchen::testkit {

Restaurant::Restaurant(RestaurantConfig config) : AnyRestaurant(std::move(config)) { start(); }

void Restaurant::start() {
    TestKernelOptions options = config().kernel;
    options.environment.insert({{"DATA", data().string()}, {"PORT", "0"}});
    for (std::size_t i = 0; i < config().replicas; ++i)
        kernels_.push_back(std::make_unique<TestKernel>(config().yaml(), options));
}

void Restaurant::restart() {
    kernels_.clear();
    start();
}

}  // namespace kitchen::testkit
