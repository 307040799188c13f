// change-log/1: a plugin that stands beside every change. The kernel calls it around each
// transaction that the handler of a route, or a command of a plugin, asks the store for; what it
// writes there is kept with the change, or undone with it. Jobs, events and middleware are not
// asked about.
//
// Thread-safety: learn() during start-up; around() from any thread, several at once. Ownership: the
// provider's plugin.
#pragma once

#include <string>

#include "kitchen/http/request.h"
#include "kitchen/http/route.h"
#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// Why the store is asked for a transaction.
struct ChangeCause {
    const http::Request* request = nullptr;  ///< its handler asks; nullptr: a command does
    std::string command = {};
    Json options = {};  ///< of the command
};

class ChangeLog {
public:
    using Interface = ChangeLog;
    static constexpr std::string_view interface_name = "change-log/1";
    virtual ~ChangeLog() = default;

    /// Called once for each route there is, before start().
    virtual void learn(const http::Route& route) = 0;

    /// Runs `body` once on `tx`, or on a Transaction of its own that passes on to it. Like a body,
    /// it may be called again for the same transaction. An error rolls all of it back.
    virtual Status around(Transaction& tx, const ChangeCause& cause, const Store::Body& body) = 0;
};

}  // namespace kitchen
