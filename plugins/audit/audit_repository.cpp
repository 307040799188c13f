#include "audit_repository.h"

#include <limits>
#include <utility>

namespace kitchen::audit {
namespace {

constexpr std::string_view columns =
    "id, made_at, user_id, role, action, path, kind, object_id, request, old_row, new_row, "
    "request_id, address, position, hash, client_id";

AuditEntry entry_of(Row row) {
    AuditEntry e;
    e.id = row.integer(0);
    e.at = from_millis(row.integer(1));
    e.user_id = row.maybe_integer(2);
    e.role = row.string(3);
    e.action = row.string(4);
    e.path = row.string(5);
    e.kind = row.string(6);
    e.object_id = row.string(7);
    e.request.text = row.string(8);
    e.before.text = row.string(9);
    e.after.text = row.string(10);
    e.request_id = row.string(11);
    e.address = row.string(12);
    e.position = row.maybe_integer(13);
    e.hash = row.string(14);
    e.client_id = row.string(15);
    return e;
}

Result<std::vector<AuditEntry>> entries_of(const Result<Rows>& rows) {
    if (!rows) return rows.error();
    std::vector<AuditEntry> entries;
    for (const Row row : *rows) entries.push_back(entry_of(row));
    return entries;
}

Head head_of(Row row) { return {row.integer(0), row.string(1)}; }

Result<Head> head_or_begin(Result<std::optional<Head>> head) {
    if (!head) return std::move(head).error();
    return head->value_or(Head());
}

enum Filtered : std::size_t { by_user = 1, by_object = 2, by_request = 4 };

}  // namespace

AuditRepository::AuditRepository(Store& store)
    : add_(store.prepare(
          "INSERT INTO audit_entries (made_at, user_id, role, action, path, kind, object_id, "
          "request, old_row, new_row, request_id, address, client_id) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")),
      head_(store.prepare("SELECT position, hash FROM audit_head WHERE id = 1")),
      // Writes the row even when it stays as it is: that is the lock.
      lock_head_(store.prepare(
          "INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '') ON CONFLICT (id) DO "
          "UPDATE SET position = audit_head.position RETURNING position, hash")),
      move_head_(store.prepare("UPDATE audit_head SET position = $1, hash = $2 WHERE id = 1")),
      unchained_(store.prepare("SELECT " + std::string(columns) +
                               " FROM audit_entries WHERE position IS NULL ORDER BY id LIMIT $1")),
      count_unchained_(store.prepare("SELECT COUNT(*) FROM audit_entries WHERE position IS NULL")),
      chain_(store.prepare("UPDATE audit_entries SET position = $2, hash = $3 WHERE id = $1")),
      chained_(
          store.prepare("SELECT " + std::string(columns) +
                        " FROM audit_entries WHERE position > $1 ORDER BY position LIMIT $2")) {
    for (std::size_t filtered = 0; filtered < lists_.size(); ++filtered) {
        std::string where =
            " FROM audit_entries WHERE made_at >= $1 AND made_at <= $2 AND ($3 = '' OR action = "
            "$3)";
        int next = 4;
        const auto place = [&next] { return "$" + std::to_string(next++); };
        if (filtered & by_user) where += " AND user_id = " + place();
        if (filtered & by_object) {
            where += " AND kind = " + place();
            const std::string object = place();
            where += " AND (" + object + " = '' OR object_id = " + object + ")";
        }
        if (filtered & by_request) where += " AND request_id = " + place();
        lists_[filtered].count = store.prepare("SELECT COUNT(*)" + where);
        const std::string limit = place();
        lists_[filtered].page =
            store.prepare("SELECT " + std::string(columns) + where +
                          " ORDER BY made_at DESC, id DESC LIMIT " + limit + " OFFSET " + place());
    }
}

Status AuditRepository::add(Transaction& tx, const AuditEntry& e) const {
    return tx.execute(
        add_, {to_millis(e.at), e.user_id, e.role, e.action, e.path, e.kind, e.object_id,
               e.request.text, e.before.text, e.after.text, e.request_id, e.address, e.client_id});
}

Result<AuditPage> AuditRepository::page(Transaction& tx, const AuditFilter& filter,
                                        std::int64_t limit, std::int64_t offset) const {
    using Limits = std::numeric_limits<std::int64_t>;
    std::vector<Param> params = {filter.from ? to_millis(*filter.from) : Limits::min(),
                                 filter.to ? to_millis(*filter.to) : Limits::max(), filter.action};
    std::size_t filtered = 0;
    if (filter.user_id) {
        filtered |= by_user;
        params.emplace_back(*filter.user_id);
    }
    if (filter.kind) {
        filtered |= by_object;
        params.emplace_back(*filter.kind);
        params.emplace_back(filter.object_id);
    }
    if (filter.request_id) {
        filtered |= by_request;
        params.emplace_back(*filter.request_id);
    }
    const Result<Rows> count = tx.query(lists_[filtered].count, params);
    if (!count) return count.error();
    params.emplace_back(limit);
    params.emplace_back(offset);
    auto entries = entries_of(tx.query(lists_[filtered].page, params));
    if (!entries) return std::move(entries).error();
    return AuditPage{*std::move(entries), count->front().integer(0)};
}

Result<Head> AuditRepository::head(Transaction& tx) const {
    return head_or_begin(first_row(tx.query(head_), head_of));
}

Result<Head> AuditRepository::lock_head(Transaction& tx) const {
    return head_or_begin(first_row(tx.query(lock_head_), head_of));
}

Status AuditRepository::move_head(Transaction& tx, const Head& head) const {
    return tx.execute(move_head_, {head.position, head.hash});
}

Result<std::vector<AuditEntry>> AuditRepository::unchained(Transaction& tx,
                                                           std::int64_t limit) const {
    return entries_of(tx.query(unchained_, {limit}));
}

Result<std::int64_t> AuditRepository::count_unchained(Transaction& tx) const {
    const Result<Rows> rows = tx.query(count_unchained_);
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Status AuditRepository::chain(Transaction& tx, const AuditEntry& e) const {
    return tx.execute(chain_, {e.id, e.position, e.hash});
}

Result<std::vector<AuditEntry>> AuditRepository::chained(Transaction& tx, std::int64_t after,
                                                         std::int64_t limit) const {
    return entries_of(tx.query(chained_, {after, limit}));
}

void add_audit_rules(Setup& setup, Store& store) {
    setup.add_data_rule("the audit log ends where its head says",
                        store.prepare("SELECT CAST(position AS TEXT) FROM audit_head WHERE "
                                      "position <> (SELECT COALESCE(MAX(position), 0) FROM "
                                      "audit_entries)"));
}

}  // namespace kitchen::audit
