// A kitchen that has opening hours, for the tests of this plugin.
//
// Thread-safety: as OrderKitchen.
#pragma once

#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"
#include "opening_hours.h"
#include "order_kitchen.h"

namespace kitchen::opening_hours {

inline Timestamp at(const std::string& rfc3339) { return parse_rfc3339(rfc3339).value(); }

inline orders::CheckoutRules any_time() {
    orders::CheckoutRules rules;
    rules.schedule_window = std::chrono::hours(24 * 400);
    return rules;
}

/// "pointer code" of each.
inline std::vector<std::string> texts(const std::vector<Fault>& faults) {
    std::vector<std::string> found;
    for (const Fault& fault : faults) found.push_back(fault.pointer + " " + fault.code);
    return found;
}

class HoursKitchen {
    /// The step is made after the store, which the kitchen makes.
    struct Forward final : CheckoutStep {
        OpeningHours* hours = nullptr;
        Status consider(Transaction& tx, CheckoutDraft& draft) override {
            return hours->consider(tx, draft);
        }
    };
    Forward step_;

public:
    explicit HoursKitchen(const HoursSettings& settings,
                          tests::Storage storage = tests::Storage::memory)
        : kitchen(storage, any_time(), nullptr, {&step_}),
          hours(settings, migrated(*kitchen.store), kitchen.claims, kitchen.clock) {
        step_.hours = &hours;
        kitchen.store->verify().value();
    }

    /// What the checkout objects to; places the order when that is nothing.
    std::vector<std::string> place(std::int64_t user, std::int64_t food_id,
                                   std::optional<Timestamp> time) {
        if (kitchen.cart_of(user).lines.empty()) kitchen.put(user, food_id);
        auto request = tests::OrderKitchen::request(user);
        request.scheduled_for = time;
        const auto placed = kitchen.place(request);
        if (!placed && placed.error().faults.empty()) return {placed.error().code};
        if (!placed) return texts(placed.error().faults);
        placed_id = placed->order.id;
        return {};
    }
    std::vector<std::string> explain(std::int64_t food_id, std::optional<Timestamp> time) {
        return texts(kitchen.checkout.explain(food_id, time, Fulfillment::pickup).value().problems);
    }

    tests::OrderKitchen kitchen;
    OpeningHours hours;
    std::int64_t placed_id = 0;

private:
    static Store& migrated(Store& store) {
        testkit::apply_migrations(store, "opening-hours", kitchen_migrations);
        return store;
    }
};

}  // namespace kitchen::opening_hours
