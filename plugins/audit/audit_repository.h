// All SQL on the audit log. Nothing here changes an entry, but for its place in the chain.
//
// Errors: those of the store.
// Thread-safety: immutable once built; all calls, from any thread. The store must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit_entry.h"
#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen::audit {

/// A place in the chain: a position, and the hash that the entry there has.
struct Head {
    std::int64_t position = 0;  ///< 0: before the first entry
    std::string hash;
};

struct AuditFilter {
    std::optional<std::int64_t> user_id;
    std::optional<std::string> kind;
    std::string object_id = {};  ///< of that kind; "": all
    std::optional<std::string> request_id;
    std::string action = {};  ///< "": all
    std::optional<Timestamp> from, to;
};

struct AuditPage {
    std::vector<AuditEntry> entries;
    std::int64_t total_count = 0;
};

class AuditRepository {
public:
    explicit AuditRepository(Store& store);

    /// Without id, position and hash.
    Status add(Transaction& tx, const AuditEntry& entry) const;
    /// Newest first.
    Result<AuditPage> page(Transaction& tx, const AuditFilter& filter, std::int64_t limit,
                           std::int64_t offset) const;

    Result<Head> head(Transaction& tx) const;
    /// As head(), and no other transaction moves it until this one ends.
    Result<Head> lock_head(Transaction& tx) const;
    Status move_head(Transaction& tx, const Head& head) const;
    /// Those that have no position, oldest first.
    Result<std::vector<AuditEntry>> unchained(Transaction& tx, std::int64_t limit) const;
    Result<std::int64_t> count_unchained(Transaction& tx) const;
    /// Writes the entry's position and hash.
    Status chain(Transaction& tx, const AuditEntry& entry) const;
    /// In the order of their positions.
    Result<std::vector<AuditEntry>> chained(Transaction& tx, std::int64_t after_position,
                                            std::int64_t limit) const;

private:
    struct List {
        Statement page, count;
    };

    Statement add_, head_, lock_head_, move_head_;
    Statement unchained_, count_unchained_, chain_, chained_;
    std::array<List, 8> lists_{};  ///< a bit for each filter that an index serves
};

/// For `chuks-kitchen check-data`.
void add_audit_rules(Setup& setup, Store& store);

}  // namespace kitchen::audit
