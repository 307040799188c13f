#include "replicas.h"

#include <algorithm>
#include <functional>
#include <string>

#include "postgres_transaction.h"

namespace kitchen::postgres {

namespace {

/// Raises, never lowers.
void raise(std::atomic<std::uint64_t>& to, std::uint64_t value) noexcept {
    std::uint64_t now = to.load();
    while (now < value && !to.compare_exchange_weak(now, value)) {}
}

constexpr Milliseconds unknown{-1};

}  // namespace

struct Replicas::Replica {
    Replica(std::string its_name, const StatementTexts& texts, Jitter& jitter)
        : name(std::move(its_name)), pool(name, false, texts, jitter) {}

    const std::string name;
    ConnectionPool pool;
    std::atomic<ReplicaStanding> standing{ReplicaStanding::fit};
    std::atomic<Milliseconds> lag{unknown};
    std::atomic<Lsn> replayed{0};
    std::atomic<Lsn> apart_at{0};  ///< where it was when the primary's log had not come so far
    std::atomic<std::uint64_t> reads{0};
};

Replicas::Replicas(const StatementTexts& texts, Jitter& jitter) : texts_(texts), jitter_(jitter) {}

Replicas::~Replicas() = default;  // each pool closes

void Replicas::open(const Options& options, Logger* log) {
    options_ = &options;
    log_ = log;
    notes_.limit(options);
    replicas_.clear();
    for (const std::string& url : options.replica_urls) {
        // By its number: a url holds a password.
        const std::string name = "replica " + std::to_string(replicas_.size() + 1);
        replicas_.push_back(std::make_unique<Replica>(name, texts_, jitter_));
        replicas_.back()->pool.open(url, options, log, nullptr);
    }
}

void Replicas::close() noexcept {
    for (const auto& replica : replicas_) replica->pool.close();
}

bool Replicas::held_here() const {
    return std::any_of(replicas_.begin(), replicas_.end(),
                       [](const auto& replica) { return replica->pool.held_here(); });
}

std::optional<Status> Replicas::read(const Store::Body& body) {
    const Lsn bound = notes_.bound();
    if (bound == 0 || unplaced_ > settled_) return std::nullopt;
    const Lsn needed = std::max<Lsn>(bound, written_);
    const std::size_t first = replicas_.size() > 1 ? turn_++ : 0;
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
        Replica& replica = *replicas_[(first + i) % replicas_.size()];
        if (replica.standing != ReplicaStanding::fit) continue;
        auto lease = replica.pool.acquire();
        if (!lease) {
            if (lease.error().kind != Errc::unavailable) break;  // it has waited long enough
            set_gone(replica);
            continue;
        }
        // What a connection has once seen holds as long as its session, which a pooler exchanges
        // unseen: a server that starts again may be back behind it.
        std::optional<Lsn> seen;
        if (options_->pgbouncer || (*lease)->replayed() < needed) seen = needed;
        Outcome outcome = run_once(**lease, std::cref(body), Mode::read, nullptr, false, seen);
        if (outcome.kind == FailureKind::none) {
            ++replica.reads;
            return std::move(outcome.status);
        }
        // Whatever it is (behind, cancelled by the replay, gone), another server knows better.
        if (outcome.kind == FailureKind::lost || outcome.kind == FailureKind::timeout) {
            replica.pool.suspend(outcome.status.error().subject);
            set_gone(replica);
        } else if (outcome.kind == FailureKind::behind) {
            note_replayed(replica, (*lease)->replayed());
        }
    }
    return std::nullopt;
}

void Replicas::note_written(const Connection& connection, std::uint64_t unplaced_before) noexcept {
    if (!connection.written()) {
        ++unplaced_;
        return;
    }
    raise(written_, *connection.written());
    raise(settled_, unplaced_before);
}

std::vector<Lsn> Replicas::replayed() const {
    std::vector<Lsn> all;
    all.reserve(replicas_.size());
    for (const auto& replica : replicas_) all.push_back(replica->replayed);
    return all;
}

void Replicas::note_primary(LogNotes::Time when, Lsn place, const std::vector<Lsn>& before) {
    notes_.note(when, place);
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i] <= place) continue;
        replicas_[i]->apart_at = before[i];
        auto fit = ReplicaStanding::fit;
        if (replicas_[i]->standing.compare_exchange_strong(fit, ReplicaStanding::apart))
            say(*replicas_[i], ReplicaStanding::apart);
    }
}

bool Replicas::is_apart(const Replica& replica, Lsn replayed) const {
    const Lsn at = replica.apart_at;
    return at != 0 && (replayed == at || replayed > notes_.newest());
}

void Replicas::look(std::size_t index) {
    Replica& replica = *replicas_.at(index);
    auto lease = replica.pool.acquire();
    if (!lease) {
        if (lease.error().kind != Errc::unavailable) return;  // it is busy with reads
        return set_gone(replica);
    }
    const Result<Lsn> replayed = (*lease)->ask_replayed();
    if (!replayed) {
        replica.pool.suspend(replayed.error().subject);
        return set_gone(replica);
    }
    note_replayed(replica, *replayed);
}

void Replicas::set_gone(Replica& replica) noexcept {
    replica.lag = unknown;
    replica.replayed = 0;
    replica.standing = ReplicaStanding::gone;  // the pool has said why
}

void Replicas::note_replayed(Replica& replica, Lsn replayed) {
    const Milliseconds lag = replayed == 0 ? unknown : notes_.lag(replayed);
    replica.replayed = replayed;
    replica.lag = lag;
    stand(replica, replayed == 0                 ? ReplicaStanding::primary
                   : is_apart(replica, replayed) ? ReplicaStanding::apart
                   : replayed < notes_.bound()   ? ReplicaStanding::behind
                                                 : ReplicaStanding::fit);
}

void Replicas::stand(Replica& replica, ReplicaStanding standing) {
    if (replica.standing.exchange(standing) != standing) say(replica, standing);
}

void Replicas::say(const Replica& replica, ReplicaStanding standing) const {
    if (!log_) return;
    if (standing == ReplicaStanding::fit)
        log_->info("replica serves reads again", {{"server", replica.name}});
    else if (standing == ReplicaStanding::behind)
        log_->warn("replica is too far behind",
                   {{"server", replica.name}, {"lag_ms", replica.lag.load().count()}});
    else if (standing == ReplicaStanding::apart)
        log_->warn("replica has replayed what the primary does not have, so it serves no reads",
                   {{"server", replica.name}});
    else
        log_->warn("replica takes writes, so it serves no reads", {{"server", replica.name}});
}

ReplicaState Replicas::state(std::size_t index) const {
    const Replica& replica = *replicas_.at(index);
    const Milliseconds lag = replica.lag;
    return {replica.standing, lag == unknown ? std::nullopt : std::optional(lag), replica.reads};
}

}  // namespace kitchen::postgres
