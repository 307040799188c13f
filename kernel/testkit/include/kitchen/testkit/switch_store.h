// A store that can be away, to see what its callers do then.
//
// Thread-safety: as the store beneath; the switches from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

#include "kitchen/store.h"

namespace kitchen::testkit {

class SwitchStore final : public Store {
public:
    explicit SwitchStore(Store& store) : store_(store) {}
    std::atomic<bool> away{false};
    /// Writes happen, and their response is lost.
    std::atomic<bool> forgets_responses{false};

    Dialect dialect() const override { return store_.dialect(); }
    Statement prepare(std::string_view sql) override { return store_.prepare(sql); }
    Status verify() override { return store_.verify(); }
    Status read(const Body& body, Staleness staleness) override {
        return away ? Status(unavailable()) : store_.read(body, staleness);
    }
    Status transact(const Body& body, Isolation isolation) override {
        if (away) return unavailable();
        Status done = store_.transact(body, isolation);
        if (done && forgets_responses)
            return Error(Errc::unavailable, "commit_unknown", "The connection broke.");
        return done;
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return store_.migrate(body);
    }
    Status ping() override { return store_.ping(); }
    using Store::read;
    using Store::transact;

private:
    static Error unavailable() {
        return Error(Errc::unavailable, "store_unavailable", "The store is away.");
    }
    Store& store_;
};

}  // namespace kitchen::testkit
