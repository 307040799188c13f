#include "fees.h"

namespace kitchen::fees {

void FeeSettings::describe(Fields<FeeSettings>& field) {
    using S = FeeSettings;
    field("delivery_fee", &S::delivery_fee, "Minor units added to every delivery")
        .between(0, 1'000'000'000);
    field("service_fee_basis_points", &S::service_fee_basis_points,
          "Share of the foods' price after discounts, in 1/100 percent")
        .between(0, 10'000);
    field("tax_basis_points", &S::tax_basis_points,
          "Share of foods after discounts, delivery and service, in 1/100 percent; not of the tip")
        .between(0, 10'000);
}

Status Fees::consider(Transaction& /*tx*/, CheckoutDraft& draft) {
    if (draft.fulfillment == Fulfillment::delivery)
        draft.add(PricePart::delivery_fee, "delivery_fee", settings_.delivery_fee);
    draft.add(PricePart::service_fee, "service_fee",
              share_of(draft.foods(), settings_.service_fee_basis_points));
    const std::int64_t taxed =
        draft.foods() + draft.sum(PricePart::delivery_fee) + draft.sum(PricePart::service_fee);
    draft.add(PricePart::tax, "tax", share_of(taxed, settings_.tax_basis_points));
    return {};
}

}  // namespace kitchen::fees
