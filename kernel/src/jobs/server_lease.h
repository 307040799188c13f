// What each server that runs says of itself in the store, so that none of a newer version takes
// away what it needs: which migrations it knows. A row in kitchen_turns, as the turns of jobs are:
//
//   job "server 5f3c…"   holder "auth:3 cart:2"   held_until: renewed while it runs
//
// One that was killed counts until its row runs out. A database that is away for longer than
// `length` may find a contract applied when it is back: the server then fails as it would have.
//
// Thread-safety: take() and the destructor on one thread; the renewing has its own.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "jobs/job_pool.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/store.h"

namespace kitchen::jobs {

class ServerLease {
public:
    static constexpr std::chrono::seconds length{30};

    /// `knows`: "auth:3 cart:2", each plugin with the number of its migrations.
    ServerLease(Store& store, const Clock& clock, Logger& log, std::string id, std::string knows);
    /// Gives it back.
    ~ServerLease();

    /// Under the migration lock, before this server looks whether its own migrations are there: so
    /// a contract sees this server, or this server the contract. Renews it from then on.
    Status take();

private:
    void renew();

    Store& store_;
    const Clock& clock_;
    Logger& log_;
    const std::string job_, knows_;
    const Statement renew_, give_back_;
    bool taken_ = false;
    JobPool renewals_;
};

}  // namespace kitchen::jobs
