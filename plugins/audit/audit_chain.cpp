#include "audit_chain.h"

#include <utility>

namespace kitchen::audit {
namespace {

/// Chained in one transaction, and read at once.
constexpr std::int64_t entries_at_once = 500;
constexpr std::size_t most_faults = 100;

}  // namespace

Status AuditChain::extend() {
    // Looking costs little; the lock makes others wait.
    Result<std::int64_t> waiting =
        store_.read<std::int64_t>([&](Transaction& tx) { return entries_.count_unchained(tx); });
    if (!waiting) return std::move(waiting).error();
    for (std::size_t chained = *waiting > 0 ? entries_at_once : 0; chained == entries_at_once;) {
        Result<std::size_t> some =
            store_.transact<std::size_t>([&](Transaction& tx) { return extend_by_some(tx); });
        if (!some) return std::move(some).error();
        chained = *some;
    }
    return {};
}

Result<std::size_t> AuditChain::extend_by_some(Transaction& tx) const {
    Result<Head> head = entries_.lock_head(tx);
    if (!head) return std::move(head).error();
    auto entries = entries_.unchained(tx, entries_at_once);
    if (!entries) return std::move(entries).error();
    for (AuditEntry& entry : *entries) {
        entry.position = head->position + 1;
        entry.hash = hash_of(entry, head->hash);
        if (Status chained = entries_.chain(tx, entry); !chained) return std::move(chained).error();
        *head = {*entry.position, entry.hash};
    }
    if (Status moved = entries_.move_head(tx, *head); !moved) return std::move(moved).error();
    return entries->size();
}

// In portions, because the log may be long. What is added meanwhile comes after what was read.
Result<AuditChain::Report> AuditChain::verify(const Head& since) const {
    Report report;
    Head last = since;
    const auto fault = [&report](std::int64_t position, const std::string& what) {
        if (report.faults.size() < most_faults)
            report.faults.push_back("entry " + std::to_string(position) + ": " + what);
    };
    for (std::size_t found = entries_at_once; found == entries_at_once;) {
        Status read = store_.read([&](Transaction& tx) -> Status {
            auto entries = entries_.chained(tx, last.position, entries_at_once);
            if (!entries) return std::move(entries).error();
            found = entries->size();
            for (const AuditEntry& entry : *entries) {
                if (*entry.position != last.position + 1)
                    fault(last.position + 1,
                          "missing, with those up to " + std::to_string(*entry.position - 1));
                else if (entry.hash != hash_of(entry, last.hash))
                    fault(*entry.position, "not as it was chained");
                ++report.checked;
                last = {*entry.position, entry.hash};
            }
            if (found == entries_at_once) return {};
            auto head = entries_.head(tx);
            if (!head) return std::move(head).error();
            if (head->position != last.position)
                fault(last.position + 1, "missing, with all up to the end, which was " +
                                             std::to_string(head->position));
            else if (head->hash != last.hash)
                fault(last.position, "not the one at which the chain ended");
            report.head = *head;
            auto waiting = entries_.count_unchained(tx);
            if (!waiting) return std::move(waiting).error();
            report.waiting = *waiting;
            return {};
        });
        if (!read) return std::move(read).error();
    }
    return report;
}

}  // namespace kitchen::audit
