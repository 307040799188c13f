// The plugin `fees`: a step of the checkout.
#include "kitchen/plugin.h"

#include "fees.h"

namespace kitchen::fees {
namespace {

class FeesPlugin final : public Plugin {
public:
    using Settings = FeeSettings;

    FeesPlugin(const FeeSettings& settings, Setup& setup) : fees_(settings) {
        setup.provide<CheckoutStep>(fees_);
    }

private:
    Fees fees_;
};

}  // namespace
}  // namespace kitchen::fees

KITCHEN_PLUGIN(kitchen::fees::FeesPlugin, "fees", "1.0.0", "Delivery fee, service fee and tax",
               kitchen::Provides<kitchen::CheckoutStep>)
