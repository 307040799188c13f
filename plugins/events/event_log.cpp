#include "event_log.h"

#include <utility>

namespace kitchen::events {
namespace {

/// Numbered in one transaction.
constexpr std::int64_t numbered_at_once = 500;

Subscription subscription_of(Row row) {
    return {row.string(0), row.integer(1), row.integer(2), from_millis(row.integer(3)),
            row.string(4)};
}

}  // namespace

EventLog::EventLog(Store& store)
    : store_(store),
      add_(store.prepare("INSERT INTO events (name, data, emitted_at) VALUES ($1, $2, $3)")),
      unnumbered_(store.prepare("SELECT id FROM events WHERE position IS NULL LIMIT 1")),
      // Writes the row even when it stays as it is: that is the lock.
      lock_head_(store.prepare(
          "INSERT INTO event_head (id, position) VALUES (1, 0) "
          "ON CONFLICT (id) DO UPDATE SET position = event_head.position RETURNING position")),
      number_(store.prepare(
          "UPDATE events SET position = $1 + fresh.place FROM (SELECT id, ROW_NUMBER() OVER "
          "(ORDER BY id) AS place FROM events WHERE position IS NULL ORDER BY id LIMIT $2) AS "
          "fresh "
          "WHERE events.id = fresh.id")),
      advance_(store.prepare("UPDATE event_head SET position = $1 WHERE id = 1")),
      head_(store.prepare("SELECT position FROM event_head WHERE id = 1")),
      after_(
          store.prepare("SELECT position, name, emitted_at, data FROM events WHERE position > $1 "
                        "ORDER BY position LIMIT $2")),
      add_subscriber_(store.prepare(
          "INSERT INTO event_subscribers (name, position, attempts, due_at) VALUES ($1, 0, 0, 0) "
          "ON CONFLICT (name) DO NOTHING")),
      subscribers_(store.prepare(
          "SELECT name, position, attempts, due_at, error FROM event_subscribers ORDER BY name")),
      subscriber_(store.prepare("SELECT name, position, attempts, due_at, error FROM "
                                "event_subscribers WHERE name = $1")),
      lock_(store.prepare("UPDATE event_subscribers SET position = position WHERE name = $1 "
                          "RETURNING name, position, attempts, due_at, error")),
      save_(store.prepare("UPDATE event_subscribers SET position = $2, attempts = $3, due_at = $4, "
                          "error = $5 WHERE name = $1")) {}

Status EventLog::add(Transaction& tx, std::string_view name, std::string_view data,
                     Timestamp now) const {
    return tx.execute(add_, {name, data, to_millis(now)});
}

Result<std::int64_t> EventLog::number_some(Transaction& tx) const {
    Result<Rows> locked = tx.query(lock_head_);
    if (!locked) return std::move(locked).error();
    const std::int64_t last = locked->front().integer(0);
    Result<Rows> numbered = tx.query(number_, {last, numbered_at_once});
    if (!numbered) return std::move(numbered).error();
    const std::int64_t count = numbered->changed();
    if (Status advanced = tx.execute(advance_, {last + count}); !advanced)
        return std::move(advanced).error();
    return count;
}

Status EventLog::number() {
    // Looking costs little; the lock makes others wait.
    Result<bool> unnumbered =
        store_.read<bool>([&](Transaction& tx) { return any_row(tx.query(unnumbered_)); });
    if (!unnumbered) return std::move(unnumbered).error();
    for (std::int64_t numbered = *unnumbered ? numbered_at_once : 0;
         numbered == numbered_at_once;) {
        Result<std::int64_t> some =
            store_.transact<std::int64_t>([&](Transaction& tx) { return number_some(tx); });
        if (!some) return std::move(some).error();
        numbered = *some;
    }
    return {};
}

Result<std::int64_t> EventLog::head(Transaction& tx) const {
    Result<std::optional<std::int64_t>> head =
        first_row(tx.query(head_), [](Row row) { return row.integer(0); });
    if (!head) return std::move(head).error();
    return head->value_or(0);
}

Result<std::vector<StoredEvent>> EventLog::after(Transaction& tx, std::int64_t position,
                                                 std::int64_t limit) const {
    Result<Rows> rows = tx.query(after_, {position, limit});
    if (!rows) return std::move(rows).error();
    std::vector<StoredEvent> events;
    for (const Row row : *rows)
        events.push_back(
            {row.integer(0), row.string(1), from_millis(row.integer(2)), row.string(3)});
    return events;
}

Status EventLog::add_subscriber(Transaction& tx, std::string_view name) const {
    return tx.execute(add_subscriber_, {name});
}

Result<std::vector<Subscription>> EventLog::subscribers(Transaction& tx) const {
    Result<Rows> rows = tx.query(subscribers_);
    if (!rows) return std::move(rows).error();
    std::vector<Subscription> subscriptions;
    for (Row row : *rows) subscriptions.push_back(subscription_of(row));
    return subscriptions;
}

Result<std::optional<Subscription>> EventLog::subscriber(Transaction& tx,
                                                         std::string_view name) const {
    return first_row(tx.query(subscriber_, {name}), subscription_of);
}

Result<std::optional<Subscription>> EventLog::lock(Transaction& tx, std::string_view name) const {
    return first_row(tx.query(lock_, {name}), subscription_of);
}

Status EventLog::save(Transaction& tx, const Subscription& s) const {
    return tx.execute(save_, {s.name, s.position, s.attempts, to_millis(s.due_at),
                              s.error.empty() ? Param(nullptr) : Param(s.error)});
}

void add_event_rules(Setup& setup, Store& store) {
    setup.add_data_rule(
        "positions have no gap",
        store.prepare("SELECT CAST(position AS TEXT) FROM event_head WHERE position <> "
                      "(SELECT COUNT(*) FROM events WHERE position IS NOT NULL)"));
    setup.add_data_rule("a subscriber has handled only what has happened",
                        store.prepare("SELECT name FROM event_subscribers WHERE position > "
                                      "(SELECT COALESCE(MAX(position), 0) FROM event_head)"));
}

void add_kept_positions(Setup& setup, Store& store) {
    setup.add_kept_rows(
        store.prepare(
            "SELECT 'the position of its subscriber ' || name || ', ' || CAST((SELECT "
            "COALESCE(MAX(position), 0) FROM event_head) - position AS TEXT) || ' events behind', "
            "1 FROM event_subscribers WHERE name LIKE $1 || '.%' ORDER BY name"),
        {store.prepare("DELETE FROM event_subscribers WHERE name LIKE $1 || '.%'")});
}

}  // namespace kitchen::events
