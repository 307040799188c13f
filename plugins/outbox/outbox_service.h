// The queue as others see it: putting mails in, looking at it, trying a dead letter again,
// forgetting old mails.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "kitchen/clock.h"
#include "kitchen/outbox.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

class OutboxService : public Outbox {
public:
    /// A mail that waits longer than that is a sign of trouble.
    static constexpr std::chrono::minutes patience{15};

    /// `written` is told the id of each mail that now waits, after the commit.
    OutboxService(Store& store, const Clock& clock, Random& random, Tracing& tracing,
                  const OutboxRepository& mails, std::function<void(std::int64_t)> written = {})
        : store_(store),
          clock_(clock),
          random_(random),
          tracing_(tracing),
          mails_(mails),
          written_(std::move(written)) {}

    Status enqueue(Transaction& tx, const Mail& mail) override;
    Status enqueue(const Mail& mail) override;

    Result<MailPage> list(std::optional<MailState> state, std::int64_t limit, std::int64_t offset);
    /// Errors: not_found "mail_not_found"; conflict "mail_not_dead" when it is sent, or waits
    /// anyway.
    Result<OutgoingMail> retry(std::int64_t id);

    /// Deletes what has been sent or dead for longer than `kept`; how many mails.
    Result<std::int64_t> sweep(std::chrono::milliseconds kept);
    /// How many wait.
    Result<std::int64_t> waiting();
    /// Error: unavailable "mails_delayed" when a mail has waited for longer than `patience`; what
    /// the store says.
    Status check();

private:
    Store& store_;
    const Clock& clock_;
    Random& random_;
    Tracing& tracing_;
    const OutboxRepository& mails_;
    const std::function<void(std::int64_t)> written_;
};

}  // namespace kitchen::outbox
