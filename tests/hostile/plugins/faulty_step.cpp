// A step of the checkout that goes wrong in the way that the promo code names.
#include <chrono>
#include <stdexcept>
#include <thread>

#include "kitchen/checkout_step.h"
#include "kitchen/plugin.h"

namespace {

using namespace kitchen;

class FaultyStep final : public Plugin, public CheckoutStep {
public:
    explicit FaultyStep(Setup& setup) { setup.provide<CheckoutStep>(*this); }

    Status consider(Transaction&, CheckoutDraft& draft) override {
        const std::string& wanted = draft.promo_code;
        if (wanted == "THROW") throw std::runtime_error("the secret is 1234");
        if (wanted == "THROW-INT") throw 7;
        if (wanted == "NEGATIVE") draft.add(PricePart::discount, "all", draft.foods() + 1);
        if (wanted == "BELOW-ZERO") draft.add(PricePart::tax, "tax", -1);
        if (wanted == "SLOW") std::this_thread::sleep_for(std::chrono::milliseconds(600));
        return {};
    }
};

}  // namespace

KITCHEN_PLUGIN(FaultyStep, "faulty-step", "1.0.0", "A step that goes wrong",
               kitchen::Provides<kitchen::CheckoutStep>)
