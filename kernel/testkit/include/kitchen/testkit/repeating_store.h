// A store that runs each body of transact() twice, as a server does after a conflict: the first run
// is undone, the second counts. A body that keeps something of an undone run shows it here on the
// memory store, without threads.
//
//     RepeatingStore store(memory);
//     store.between_runs = [&] { … what another client does meanwhile, on `memory` … };
//     favourites.add(customer, food);     // its first run has seen the time before
//
// Thread-safety: as the store's; set `between_runs` while no other thread uses this.
// Ownership: refers to the store.
#pragma once

#include <functional>
#include <utility>

#include "kitchen/store.h"

namespace kitchen::testkit {

class RepeatingStore final : public Store {
public:
    explicit RepeatingStore(Store& store) : store_(store) {}

    /// Called once, between the two runs of the next body.
    std::function<void()> between_runs;

    Dialect dialect() const override { return store_.dialect(); }
    Statement prepare(std::string_view sql) override { return store_.prepare(sql); }
    Status verify() override { return store_.verify(); }
    Status read(const Body& body, Staleness staleness) override {
        return store_.read(body, staleness);
    }
    Status transact(const Body& body, Isolation isolation) override {
        const Error undo(Errc::conflict, "run_again", "The first run is undone.");
        Status first = store_.transact(
            [&](Transaction& tx) -> Status {
                (void)body(tx);
                return undo;
            },
            isolation);
        if (first.error().code != undo.code) return first;  // the store could not run it
        if (const auto meanwhile = std::exchange(between_runs, nullptr)) meanwhile();
        return store_.transact(body, isolation);
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return store_.migrate(body);
    }
    Status ping() override { return store_.ping(); }
    using Store::read;
    using Store::transact;

private:
    Store& store_;
};

}  // namespace kitchen::testkit
