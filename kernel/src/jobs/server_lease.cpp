#include "jobs/server_lease.h"

#include <utility>

#include "migrate/migrator.h"

namespace kitchen::jobs {

ServerLease::ServerLease(Store& store, const Clock& clock, Logger& log, std::string id,
                         std::string knows)
    : store_(store),
      clock_(clock),
      log_(log),
      job_("server " + std::move(id)),
      knows_(std::move(knows)),
      renew_(store.prepare(
          "INSERT INTO kitchen_turns (job, holder, held_until) VALUES ($1, $2, $3) ON CONFLICT "
          "(job) DO UPDATE SET held_until = excluded.held_until")),
      give_back_(store.prepare("DELETE FROM kitchen_turns WHERE job = $1")),
      renewals_({1, 1}, log) {}

ServerLease::~ServerLease() {
    renewals_.stop();
    if (!taken_) return;
    const Status gone =
        store_.transact([&](Transaction& tx) { return tx.execute(give_back_, {job_}); });
    if (!gone)
        log_.warn("the lease of this server was not given back and runs out",
                  {{"code", gone.error().code}});
}

Status ServerLease::take() {
    const std::int64_t now = to_millis(clock_.now());
    Status taken = store_.migrate([&](SchemaTransaction& tx) -> Status {
        if (Status made = migrate::create_tables(tx); !made) return made;
        Rows none;
        const Param old[] = {now};
        if (Status swept = tx.run_text(
                "DELETE FROM kitchen_turns WHERE job LIKE 'server %' AND held_until < $1", old,
                none);
            !swept)
            return swept;
        const Param row[] = {job_, knows_, now + std::chrono::milliseconds(length).count()};
        return tx.run_text(
            "INSERT INTO kitchen_turns (job, holder, held_until) VALUES ($1, $2, $3)", row, none);
    });
    if (!taken) return taken;
    taken_ = true;
    renewals_.add_periodic("renew the lease of this server", length / 3, [this] { renew(); });
    return {};
}

void ServerLease::renew() {
    const std::int64_t until = to_millis(clock_.now() + length);
    const Status held = store_.transact([&](Transaction& tx) {
        return tx.execute(renew_, {job_, knows_, until});
    });
    if (!held) log_.warn("the lease of this server was not renewed", {{"code", held.error().code}});
}

}  // namespace kitchen::jobs
