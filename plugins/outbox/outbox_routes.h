// HTTP to the outgoing deliveries, for administrators: what waits, what was sent, what is dead, and
// one more try. /admin/mail/ is another name of /admin/deliveries/.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <string>

#include "kitchen/plugin.h"
#include "outbox_service.h"

namespace kitchen::outbox {

class OutboxRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them.
    OutboxRoutes(Setup& setup, OutboxService& outbox, Logger& log);
    OutboxRoutes(const OutboxRoutes&) = delete;
    OutboxRoutes& operator=(const OutboxRoutes&) = delete;

private:
    void add(Setup& setup, const std::string& path);
    Result<http::Response> list(http::Request& request);
    Result<http::Response> retry(http::Request& request);

    OutboxService& outbox_;
    Logger& log_;
};

}  // namespace kitchen::outbox
