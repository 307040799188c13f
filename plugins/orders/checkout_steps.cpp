#include "checkout_steps.h"

#include <utility>

namespace kitchen::orders {
namespace {

Error failed(const std::string& why) { return Error(Errc::internal, "checkout_step_failed", why); }

}  // namespace

Status CheckoutSteps::consider(Transaction& tx, CheckoutDraft& draft) const {
    using Clock = std::chrono::steady_clock;
    for (const auto& step : steps_) {
        const Clock::time_point begin = Clock::now();
        Status considered = steps_.call(step, [&] { return step.service->consider(tx, draft); });
        if (!considered && considered.error().code == "plugin_failed") {
            log_.error("checkout step failed",
                       {{"plugin", step.plugin}, {"reason", considered.error().detail}});
            return failed(considered.error().detail);
        }
        if (!considered) return considered;
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        if (took > budget_) {
            log_.error("checkout step failed", {{"plugin", step.plugin},
                                                {"reason", "it ran past its budget"},
                                                {"ms", took.count()},
                                                {"budget_ms", budget_.count()}});
            return failed("plugin '" + step.plugin + "' ran past the budget of a checkout step");
        }
    }
    if (!draft.promo_code.empty() && !draft.promo_code_known())
        draft.refuse("/promo_code", "unknown", "There is no such code. Check how it is written.");
    return {};
}

}  // namespace kitchen::orders
