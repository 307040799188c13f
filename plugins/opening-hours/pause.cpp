#include "pause.h"

namespace kitchen::opening_hours {

PauseRepository::PauseRepository(Store& store)
    : find_(store.prepare("SELECT paused_since, paused_until, reason FROM opening_hours_pause")),
      put_(store.prepare("INSERT INTO opening_hours_pause (id, paused_since, paused_until, reason) "
                         "VALUES (1, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET "
                         "paused_since = $1, paused_until = $2, reason = $3")),
      remove_(store.prepare("DELETE FROM opening_hours_pause")) {}

Result<std::optional<Pause>> PauseRepository::find(Transaction& tx) const {
    return first_row(tx.query(find_), [](const Row& row) {
        Pause pause{from_millis(row.integer(0)), {}, row.string(2)};
        if (const auto until = row.maybe_integer(1)) pause.until = from_millis(*until);
        return pause;
    });
}

Status PauseRepository::put(Transaction& tx, const Pause& pause) const {
    std::optional<std::int64_t> until;
    if (pause.until) until = to_millis(*pause.until);
    return tx.execute(put_, {to_millis(pause.since), until, pause.reason});
}

Status PauseRepository::remove(Transaction& tx) const { return tx.execute(remove_); }

}  // namespace kitchen::opening_hours
