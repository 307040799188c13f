// The queue as others see it: putting mails in, looking at it, trying a dead letter again,
// forgetting old mails.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/clock.h"
#include "kitchen/outbox.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

/// Who writes the mails that were put into the outbox unwritten, by name.
/// Thread-safety: add() while plugins are constructed; the rest from any thread, afterwards.
class MailWriters {
public:
    /// Throws std::logic_error when the name is taken.
    void add(std::string name, MailWriter& writer);
    bool has(std::string_view name) const { return writers_.contains(name); }
    /// Errors: those of the writer; unavailable "mail_writer_missing" when its plugin is switched
    /// off.
    Result<Mail> write(std::string_view name, std::string_view key) const;

private:
    std::map<std::string, std::reference_wrapper<MailWriter>, std::less<>> writers_;
};

class OutboxService : public Outbox {
public:
    /// A mail that waits longer than that makes check() fail.
    static constexpr std::chrono::minutes patience{15};

    /// `written` is told the id of each mail that now waits, after the commit.
    OutboxService(Store& store, const Clock& clock, Random& random, Tracing& tracing,
                  const OutboxRepository& mails, MailWriters& writers,
                  std::function<void(std::int64_t)> written = {})
        : store_(store),
          clock_(clock),
          random_(random),
          tracing_(tracing),
          mails_(mails),
          writers_(writers),
          written_(std::move(written)) {}

    Status enqueue(Transaction& tx, const Mail& mail) override;
    Status enqueue(Transaction& tx, const UnwrittenMail& mail) override;
    Status enqueue(const Mail& mail) override;
    void add_writer(std::string name, MailWriter& writer) override;

    /// Subjects of unwritten mails are written for the occasion.
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
    /// `writer`: "" for a mail that is written.
    Status put(Transaction& tx, const Mail& mail, std::string_view writer);
    void write_subject(OutgoingMail& mail) const;

    Store& store_;
    const Clock& clock_;
    Random& random_;
    Tracing& tracing_;
    const OutboxRepository& mails_;
    MailWriters& writers_;
    const std::function<void(std::int64_t)> written_;
};

}  // namespace kitchen::outbox
