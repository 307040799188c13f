// The hot standbys that serve reads: which of them may, in turn.
//
// One may serve a read when it has replayed what this process has written, and what the primary had
// replica_max_lag ago (log_notes.h). The test travels with the read. One that is out of reach or
// too far behind is left alone until look() finds it fit again, so no caller waits for it. One that
// takes writes is none, until it is a standby again: what it has need not be what the primary has.
// Nor is one that had replayed more than the primary's log was found to hold afterwards: a standby
// that was further than the one that was promoted, or one of another database. It is none until
// what it says of itself has changed and fits.
//
// Thread-safety: all calls, from any thread, except open() and close(), which come from one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "jitter.h"
#include "log_notes.h"
#include "postgres_connection_pool.h"
#include "kitchen/log.h"
#include "kitchen/store.h"
#include "options.h"
#include "statement_texts.h"

namespace kitchen::postgres {

enum class ReplicaStanding : std::uint8_t {
    fit,     ///< it may serve reads
    behind,  ///< further than the limit
    apart,   ///< it has replayed what the primary's log does not hold
    gone,    ///< out of reach
    primary  ///< it takes writes
};

/// What is known of one.
struct ReplicaState {
    ReplicaStanding standing = ReplicaStanding::gone;
    std::optional<Milliseconds> lag;  ///< when it was last asked and was a standby
    std::uint64_t reads = 0;          ///< that it has served
};

class Replicas {
public:
    /// What is given must outlive it.
    Replicas(const StatementTexts& texts, Jitter& jitter);
    ~Replicas();

    /// Reaches none of them yet. `options` and `log`, which may be null, must outlive it.
    void open(const Options& options, Logger* log);
    void close() noexcept;

    bool empty() const noexcept { return replicas_.empty(); }
    /// This thread holds a connection to one.
    bool held_here() const;
    /// Runs the body on one of them; nothing when the primary must be asked.
    std::optional<Status> read(const Store::Body& body);

    /// Commits whose place in the log was never learnt: for note_written().
    std::uint64_t unplaced() const noexcept { return unplaced_; }
    /// `connection` has committed. `unplaced_before`: unplaced() before that.
    void note_written(const Connection& connection, std::uint64_t unplaced_before) noexcept;
    /// A commit of which it is not known whether it took effect.
    void note_unplaced() noexcept { ++unplaced_; }
    /// Where each of them is known to be, for note_primary().
    std::vector<Lsn> replayed() const;
    /// The primary's log has come as far as `place`, `before` being replayed() before it was asked.
    void note_primary(LogNotes::Time when, Lsn place, const std::vector<Lsn>& before);

    /// Sees how far one of them is, by its place in the list. Blocks.
    void look(std::size_t index);
    ReplicaState state(std::size_t index) const;

private:
    struct Replica;
    static void set_gone(Replica& replica) noexcept;
    void note_replayed(Replica& replica, Lsn replayed);
    void stand(Replica& replica, ReplicaStanding standing);
    void say(const Replica& replica, ReplicaStanding standing) const;
    bool is_apart(const Replica& replica, Lsn replayed) const;

    const StatementTexts& texts_;
    Jitter& jitter_;
    const Options* options_ = nullptr;
    Logger* log_ = nullptr;
    std::vector<std::unique_ptr<Replica>> replicas_;
    std::atomic<std::size_t> turn_{0};
    LogNotes notes_;
    // How far the log had come after the last commit of this process.
    std::atomic<Lsn> written_{0};
    // How many of the commits whose place was never learnt lie before a place that was.
    std::atomic<std::uint64_t> unplaced_{0}, settled_{0};
};

}  // namespace kitchen::postgres
