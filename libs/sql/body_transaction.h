// What a body is given, over the connection of a store.
//
// Thread-safety: one thread, the one that holds the connection.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "kitchen/commit_hooks.h"
#include "kitchen/store.h"

namespace kitchen {

/// Remembers the first failure and gives it to every later call. The store adds run().
template <class Connection>
class BodyTransaction : public SchemaTransaction {
public:
    /// `hooks` takes what is to run after the commit, emptied first; nullptr: it only reads.
    BodyTransaction(Connection& connection, CommitHooks* hooks) noexcept
        : connection_(connection), hooks_(hooks) {
        if (hooks_) hooks_->clear();
    }

    void after_commit(std::function<void()> hook) override {
        if (!hooks_) throw std::logic_error("after_commit() in a read");
        hooks_->add(std::move(hook));
    }
    Status script(std::string_view sql) override {
        return unless_failed([&] { return connection_.script(sql); });
    }
    Status run_text(std::string_view sql, std::span<const Param> params, Rows& out) override {
        return unless_failed([&] { return connection_.run_text(sql, params, out); });
    }

    const std::optional<Error>& failure() const noexcept { return failure_; }

protected:
    template <class Call>
    Status unless_failed(Call call) {
        if (failure_) return *failure_;
        Status done = call();
        if (!done) failure_ = done.error();
        return done;
    }

    Connection& connection_;
    CommitHooks* const hooks_;

private:
    std::optional<Error> failure_;
};

/// Rolls back what is still open at its end.
template <class Connection>
class RollbackUnlessOver {
public:
    explicit RollbackUnlessOver(Connection& connection) noexcept : connection_(connection) {}
    ~RollbackUnlessOver() { connection_.rollback(); }
    RollbackUnlessOver(const RollbackUnlessOver&) = delete;
    RollbackUnlessOver& operator=(const RollbackUnlessOver&) = delete;

private:
    Connection& connection_;
};

}  // namespace kitchen
