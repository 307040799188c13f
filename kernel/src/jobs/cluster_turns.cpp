#include "jobs/cluster_turns.h"

#include <utility>

namespace kitchen::jobs {

ClusterTurns::ClusterTurns(Store& store, const Clock& clock, Logger& log, std::string holder)
    : store_(store),
      clock_(clock),
      log_(log),
      holder_(std::move(holder)),
      take_(
          store.prepare("INSERT INTO kitchen_turns (job, holder, held_until) VALUES ($1, $2, $3) "
                        "ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, held_until = "
                        "excluded.held_until WHERE kitchen_turns.held_until <= $4 RETURNING job")),
      hold_(store.prepare("UPDATE kitchen_turns SET held_until = $3 WHERE job = $1 AND holder = $2 "
                          "RETURNING job")),
      renewals_({1, 1}, log) {}

void ClusterTurns::keep_renewing() {
    renewals_.add_periodic("renew the turns of jobs", lease / 3, [this] { renew(); });
}

bool ClusterTurns::begin(const std::string& job) {
    const Timestamp now = clock_.now();
    const Result<bool> taken = store_.transact<bool>([&](Transaction& tx) -> Result<bool> {
        Result<Rows> rows = tx.query(take_, {job, holder_, to_millis(now + lease), to_millis(now)});
        if (!rows) return std::move(rows).error();
        return !rows->empty();
    });
    if (!taken)
        log_.warn("a job was left out: its turn is not known",
                  {{"job", job}, {"code", taken.error().code}});
    if (!taken || !*taken) return false;
    const std::lock_guard lock(mutex_);
    running_.insert(job);
    return true;
}

void ClusterTurns::end(const std::string& job, Timestamp next) {
    const std::lock_guard lock(mutex_);
    running_.erase(job);
    hold(job, next);
}

void ClusterTurns::hold(const std::string& job, Timestamp until) {
    const Result<bool> held = store_.transact<bool>([&](Transaction& tx) {
        return any_row(tx.query(hold_, {job, holder_, to_millis(until)}));
    });
    if (!held)
        log_.warn("the turn of a job was not written down",
                  {{"job", job}, {"code", held.error().code}});
    else if (!*held)
        log_.warn("a job took longer than its turn; another process has it", {{"job", job}});
}

void ClusterTurns::renew() {
    const std::lock_guard lock(mutex_);
    for (const std::string& job : running_) hold(job, clock_.now() + lease);
}

void ClusterTurns::run(const std::string& job, std::chrono::milliseconds interval,
                       const std::function<void()>& work) {
    // This process comes again after one interval, and is not to be refused for a millisecond.
    const Timestamp next = clock_.now() + interval - interval / 10;
    if (!begin(job)) return;
    try {
        work();
    } catch (...) {
        end(job, next);
        throw;
    }
    end(job, next);
}

}  // namespace kitchen::jobs
