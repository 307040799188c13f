// The hooks of one transaction, for those who write a store: see Transaction::after_commit().
//
// Call clear() before each run of the body and when a run was undone, and settle() once the
// transaction's end is known: on the thread that called transact(), with no lock and no connection
// held. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "kitchen/result.h"

namespace kitchen {

class CommitHooks {
public:
    void add(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }
    void clear() noexcept { hooks_.clear(); }

    /// Runs the hooks, in order, when `outcome` says that the transaction is durable or
    /// that this is unknown. What a hook throws is dropped: the outcome stands.
    void settle(const Status& outcome) noexcept {
        const auto hooks = std::exchange(hooks_, {});
        if (!outcome && outcome.error().code != "commit_unknown") return;
        for (const auto& hook : hooks) {
            try {
                hook();
            } catch (...) {}
        }
    }

private:
    std::vector<std::function<void()>> hooks_;
};

}  // namespace kitchen
