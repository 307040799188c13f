// What the cases of StoreConformance share. The SQL stays inside the portable subset of store.h.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "kitchen/testkit/conformance.h"

namespace kitchen::testkit::store_suite {

// One for each file of cases, and empty. A linker takes from a static library only the objects that
// something refers to: a test refers to PrintTo(), and the file of PrintTo() refers to these.
void link_values();
void link_statements();
void link_transactions();
void link_isolation();
void link_constraints();
void link_concurrency();
void link_hooks();
void link_schema();

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Values = std::vector<Param>;

/// Runs a migration, with its tokens replaced.
void schema(Store& store, std::string sql);

Status run(Transaction& tx, Statement statement, const Values& params = {});
/// The first cell of the first row.
Result<std::int64_t> number(Transaction& tx, Statement statement, const Values& params = {});

// One statement, in a transaction or a read of its own.
Status write(Store& store, Statement statement, const Values& params = {});
Status write(Store& store, std::string_view sql, const Values& params = {});
Result<Rows> written(Store& store, std::string_view sql, const Values& params = {});
Result<Rows> rows_of(Store& store, std::string_view sql, const Values& params = {});
std::int64_t number(Store& store, std::string_view sql, const Values& params = {});

/// The first column.
std::vector<std::string> texts(const Rows& rows);

/// Conflicts may surface as busy once a store has given up retrying; a caller would come again.
Status until_not_busy(const std::function<Status()>& call);

/// Runs `work(i)` on `count` threads that begin together.
void in_parallel(int count, const std::function<void(int)>& work);

class OneShot {
public:
    void set() {
        std::lock_guard lock(mutex_);
        set_ = true;
        changed_.notify_all();
    }
    /// True when it was set in time.
    bool wait_for(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, [this] { return set_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

inline constexpr auto accounts =
    "CREATE TABLE accounts (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL);";

}  // namespace kitchen::testkit::store_suite
