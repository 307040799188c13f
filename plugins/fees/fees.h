// What a restaurant adds to the price of the foods: the delivery fee, the service fee and the tax,
// in this order, each a part of its own.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>

#include "kitchen/checkout_step.h"
#include "kitchen/settings.h"

namespace kitchen::fees {

struct FeeSettings {
    std::int64_t delivery_fee = 0;
    std::int64_t service_fee_basis_points = 0;
    std::int64_t tax_basis_points = 0;

    static void describe(Fields<FeeSettings>& field);
};

class Fees final : public CheckoutStep {
public:
    explicit Fees(const FeeSettings& settings) : settings_(settings) {}

    Status consider(Transaction& tx, CheckoutDraft& draft) override;

private:
    const FeeSettings settings_;
};

}  // namespace kitchen::fees
