// The step of the checkout that takes a code off the price of the foods.
//
// A code that is unknown or not active is left to other steps. One that is known is either granted,
// with a use claimed, or refused with the one reason that the customer should hear first.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include "kitchen/checkout_step.h"
#include "promotion_repository.h"

namespace kitchen::promotions {

class PromotionStep final : public CheckoutStep {
public:
    PromotionStep(const PromotionRepository& promotions, Claims& claims)
        : promotions_(promotions), claims_(claims) {}

    Status consider(Transaction& tx, CheckoutDraft& draft) override;

private:
    /// Nothing: it is granted.
    Result<std::optional<Fault>> refusal(Transaction& tx, const Promotion& promotion,
                                         const CheckoutDraft& draft) const;

    const PromotionRepository& promotions_;
    Claims& claims_;
};

}  // namespace kitchen::promotions
