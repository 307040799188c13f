// Writes an entry for each transaction in which a member of the staff, or a command, has changed
// something.
//
// Thread-safety: as ChangeLog.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit_repository.h"
#include "kitchen/change_log.h"
#include "kitchen/clock.h"

namespace kitchen::audit {

class ChangeRecorder final : public ChangeLog {
public:
    /// `roles`: of those whose changes are recorded. The references must outlive this.
    ChangeRecorder(Store& store, const AuditRepository& entries, const Clock& clock,
                   std::vector<std::string> roles)
        : store_(store), entries_(entries), clock_(clock), roles_(std::move(roles)) {}

    void learn(const http::Route& route) override;
    Status around(Transaction& tx, const ChangeCause& cause, const Store::Body& body) override;

private:
    bool is_recorded(const ChangeCause& cause) const;
    AuditEntry entry_for(const ChangeCause& cause) const;
    /// The row of what the request changes, as an object; null when there is none.
    Result<Json> row_of(Transaction& tx, const http::Request& request) const;

    Store& store_;
    const AuditRepository& entries_;
    const Clock& clock_;
    const std::vector<std::string> roles_;
    std::map<std::string, Statement> rows_;  ///< by the text of Route::changes()
};

}  // namespace kitchen::audit
