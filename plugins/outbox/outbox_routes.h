// HTTP to the outgoing mails, for administrators: what waits, what was sent, what is dead, and one
// more try.
//
// Thread-safety: declare() and serve() during configure and start; the handlers then on many
// threads at once.
#pragma once

#include "kitchen/plugin.h"
#include "outbox_service.h"

namespace kitchen::outbox {

class OutboxRoutes {
public:
    /// Adds the routes. They answer once serve() has been called.
    void declare(Setup& setup);
    /// Both must outlive the routes.
    void serve(OutboxService& outbox, Logger& log);

private:
    Result<http::Response> list(http::Request& request);
    Result<http::Response> retry(http::Request& request);

    OutboxService* outbox_ = nullptr;
    Logger* log_ = nullptr;
};

}  // namespace kitchen::outbox
