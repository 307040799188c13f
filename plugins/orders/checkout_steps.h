// The steps of the checkout: everything that other plugins say of an order before it is placed.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>

#include "kitchen/all.h"
#include "kitchen/checkout_step.h"
#include "kitchen/log.h"

namespace kitchen::orders {

class CheckoutSteps {
public:
    /// `budget`: how long one step may take before the checkout is refused.
    CheckoutSteps(All<CheckoutStep> steps, Logger& log, std::chrono::milliseconds budget)
        : steps_(std::move(steps)), log_(log), budget_(budget) {}

    /// Asks every step, in the order of the configuration, and refuses a promo code that none
    /// knows. Errors: a step's; internal "checkout_step_failed" when one throws or runs past its
    /// budget, which is logged with the plugin's name.
    Status consider(Transaction& tx, CheckoutDraft& draft) const;

private:
    All<CheckoutStep> steps_;
    Logger& log_;
    const std::chrono::milliseconds budget_;
};

}  // namespace kitchen::orders
