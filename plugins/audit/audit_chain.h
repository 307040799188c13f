// The chain of hashes over the audit log: each entry's hash covers the one before it, so that none
// can be removed, changed or moved without all after it being written anew.
//
// Who can write to the database can do even that: note a place that verify() has given
// somewhere else, and have it verified from there.
//
// Errors: those of the store.
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit_repository.h"

namespace kitchen::audit {

class AuditChain {
public:
    AuditChain(Store& store, const AuditRepository& entries) : store_(store), entries_(entries) {}

    /// Chains all entries committed by now.
    Status extend();

    struct Report {
        std::int64_t checked = 0;
        std::int64_t waiting = 0;  ///< not chained yet
        Head head;
        std::vector<std::string> faults;  ///< sentences; 100 at most
    };
    /// What comes after `since`. The default is all there is.
    Result<Report> verify(const Head& since = {}) const;

private:
    Result<std::size_t> extend_by_some(Transaction& tx) const;

    Store& store_;
    const AuditRepository& entries_;
};

}  // namespace kitchen::audit
