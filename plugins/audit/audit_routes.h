// GET /admin/audit/: the audit log for administrators. No route changes it.
//
// Thread-safety: as handlers. What the constructor takes must outlive it.
#pragma once

#include "audit_repository.h"
#include "kitchen/plugin.h"

namespace kitchen::audit {

class AuditRoutes {
public:
    AuditRoutes(Setup& setup, Store& store, const AuditRepository& entries);

private:
    Result<http::Response> list(const http::Request& request) const;

    Store& store_;
    const AuditRepository& entries_;
};

}  // namespace kitchen::audit
