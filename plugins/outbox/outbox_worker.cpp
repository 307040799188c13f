#include "outbox_worker.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kitchen::outbox {
namespace {

/// For an administrator: the error's code, and the service's own.
std::string reason_of(const Error& error) {
    constexpr std::size_t longest = 200;
    std::string reason = error.code;
    if (!error.subject.empty()) reason += " (" + error.subject + ")";
    if (reason.size() > longest) reason.resize(longest);
    return reason;
}

/// What a stranger's Retry-After may ask for.
constexpr std::chrono::seconds longest_pause = std::chrono::hours(24);

std::chrono::milliseconds pause_of(const Error& error, std::chrono::seconds otherwise) {
    return std::clamp(error.retry_after.value_or(otherwise), std::chrono::seconds(0),
                      longest_pause);
}

}  // namespace

OutboxWorker::OutboxWorker(Store& store, const Clock& clock, Random& random, Logger& log,
                           Tracing& tracing, const OutboxRepository& deliveries,
                           WorkerSettings settings)
    : store_(store),
      clock_(clock),
      random_(random),
      log_(log),
      tracing_(tracing),
      deliveries_(deliveries),
      settings_(settings) {}

int OutboxWorker::run(OpenChannel& channel, std::chrono::milliseconds overdue) {
    if (channel.quiet_for().count() > 0) return 0;
    // A read: an empty queue must not cost a write every second.
    const Timestamp due = clock_.now() - overdue;
    const Result<bool> found = store_.read<bool>(
        [&](Transaction& tx) { return deliveries_.has_due(tx, channel.name(), due); });
    if (!found)
        log_.warn("the deliveries cannot be read",
                  {{"channel", channel.name()}, {"code", found.error().code}});
    if (!found || !*found) return 0;

    int tried = 0;
    while (!stopping_ && tried < settings_.sent_per_run && channel.quiet_for().count() == 0) {
        const Lease lease = new_lease();
        auto delivery = store_.transact<std::optional<LeasedDelivery>>([&](Transaction& tx) {
            return deliveries_.claim(tx, channel.name(), lease, lease.now - overdue);
        });
        if (!delivery)
            log_.warn("no delivery can be claimed",
                      {{"channel", channel.name()}, {"code", delivery.error().code}});
        if (!delivery || !*delivery) return tried;
        ++tried;
        attempt(channel, **delivery);
    }
    return tried;
}

Result<std::optional<Timestamp>> OutboxWorker::deliver(const Channels& channels, std::int64_t id) {
    const Result<std::optional<StoredDelivery>> found = store_.read<std::optional<StoredDelivery>>(
        [&](Transaction& tx) { return deliveries_.find(tx, id); });
    if (!found) return found.error();
    if (!*found || !(*found)->due_at) return std::optional<Timestamp>();
    // When its plugin is off, it waits in the table alone.
    OpenChannel* const channel = channels.find((*found)->channel);
    if (!channel) return std::optional<Timestamp>();
    if (const auto quiet = channel->quiet_for(); quiet.count() > 0)
        return std::optional(std::max(*(*found)->due_at, clock_.now() + quiet));
    const Lease lease = new_lease();
    auto delivery = store_.transact<std::optional<LeasedDelivery>>(
        [&](Transaction& tx) { return deliveries_.claim_one(tx, id, lease); });
    if (!delivery) return std::move(delivery).error();
    if (*delivery) return attempt(*channel, **delivery);
    // Not due, or another worker was faster: then its lease says when.
    const Result<std::optional<StoredDelivery>> now = store_.read<std::optional<StoredDelivery>>(
        [&](Transaction& tx) { return deliveries_.find(tx, id); });
    if (!now) return now.error();
    return *now ? (*now)->due_at : std::nullopt;
}

Lease OutboxWorker::new_lease() {
    const Timestamp now = clock_.now();
    return {random_.hex(16), now, now + settings_.lease};
}

std::optional<Timestamp> OutboxWorker::attempt(OpenChannel& channel,
                                               const LeasedDelivery& delivery) {
    std::optional<Timestamp> next;
    tracing_.resume(delivery.trace, [&] { next = try_to_send(channel, delivery); });
    return next;
}

std::optional<Timestamp> OutboxWorker::try_to_send(OpenChannel& channel,
                                                   const LeasedDelivery& delivery) {
    // More attempts than there may be: the process has died in the last of them, perhaps of this
    // very delivery.
    const std::int64_t attempts = delivery.outgoing.attempt;
    if (attempts > settings_.max_attempts) {
        log_.error("a delivery could not be made; giving up", {{"delivery_id", delivery.id},
                                                               {"key", delivery.outgoing.id},
                                                               {"attempts", attempts - 1}});
        return give_up(channel, delivery, "attempts_exhausted");
    }
    const Status sent = channel.send(delivery.outgoing);
    if (sent) {
        channel.sent.add();
        channel.note_well();
        const bool noted = settle(delivery, "sent", [&](Transaction& tx) {
            return deliveries_.mark_sent(tx, delivery, channel.keeps_sent(), clock_.now());
        });
        return noted ? std::nullopt : std::optional(delivery.lease_end);
    }
    const Error& error = sent.error();
    if (error.kind == Errc::busy) return try_later(channel, delivery, error);
    if (error.kind == Errc::too_many_requests)
        channel.be_quiet(pause_of(error, std::chrono::seconds(1)));
    const bool is_refused = error.kind == Errc::unprocessable;
    // What is refused for good says nothing about the channel.
    if (is_refused)
        channel.note_well();
    else
        channel.note_failure();
    if (!is_refused && attempts < settings_.max_attempts)
        return try_later(channel, delivery, error);
    const std::string reason = reason_of(error);
    log_.error(
        is_refused ? "a delivery was refused for good" : "a delivery could not be made; giving up",
        {{"delivery_id", delivery.id},
         {"key", delivery.outgoing.id},
         {"channel", channel.name()},
         {"error", reason},
         {"attempts", attempts}});
    return give_up(channel, delivery, reason);
}

std::optional<Timestamp> OutboxWorker::give_up(OpenChannel& channel, const LeasedDelivery& delivery,
                                               std::string_view reason) {
    channel.dead.add();
    const bool noted = settle(delivery, "dead", [&](Transaction& tx) {
        return deliveries_.mark_dead(tx, delivery, reason, clock_.now());
    });
    return noted ? std::nullopt : std::optional(delivery.lease_end);
}

std::optional<Timestamp> OutboxWorker::try_later(OpenChannel& channel,
                                                 const LeasedDelivery& delivery,
                                                 const Error& error) {
    const std::string reason = reason_of(error);
    const Timestamp now = clock_.now();
    const std::chrono::milliseconds wait =
        std::max(settings_.backoff.full_jitter(delivery.outgoing.attempt, random_),
                 pause_of(error, std::chrono::seconds(0)));
    channel.failed.add();
    log_.warn("a delivery could not be made; will try again",
              {{"delivery_id", delivery.id},
               {"key", delivery.outgoing.id},
               {"channel", channel.name()},
               {"error", reason},
               {"attempts", delivery.outgoing.attempt},
               {"wait_ms", wait.count()}});
    const bool noted = settle(delivery, "waiting", [&](Transaction& tx) {
        return deliveries_.put_back(tx, delivery, reason, now + wait, error.kind != Errc::busy,
                                    now);
    });
    return noted ? now + wait : delivery.lease_end;
}

bool OutboxWorker::settle(const LeasedDelivery& delivery, const char* what,
                          const std::function<Result<bool>(Transaction&)>& note) {
    const Result<bool> noted = store_.transact<bool>(note);
    // Either way nothing is lost: it is with the worker that has the lease, or becomes due when
    // this one ends, under the same id.
    if (!noted)
        log_.warn("what became of a delivery could not be noted",
                  {{"delivery_id", delivery.id}, {"state", what}, {"code", noted.error().code}});
    else if (!*noted)
        log_.warn("a delivery took longer than its lease; another worker has it",
                  {{"delivery_id", delivery.id}, {"state", what}});
    return noted && *noted;
}

}  // namespace kitchen::outbox
