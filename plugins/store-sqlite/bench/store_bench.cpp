// How many small transactions and reads a second the store does: `store_bench [FOLDER] [SECONDS]`.
// The folder decides which disk is measured; it must exist, and the database in it is removed
// afterwards.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "memory_store.h"
#include "sqlite_store.h"

namespace {

using namespace kitchen;
using Clock = std::chrono::steady_clock;

/// Calls a second that `threads` threads get done; `call` is given the thread's number and a count.
double rate(int threads, double seconds, const std::function<void(int, std::int64_t)>& call) {
    std::atomic<bool> over{false};
    std::atomic<std::int64_t> calls{0};
    std::vector<std::thread> all;
    const auto begin = Clock::now();
    for (int thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            std::int64_t done = 0;
            while (!over.load(std::memory_order_relaxed)) call(thread, done++);
            calls += done;
        });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    over = true;
    for (auto& thread : all) thread.join();
    return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - begin).count();
}

void measure(const char* name, Store& store, double seconds,
             const std::function<double()>& group_size) {
    store
        .migrate([](SchemaTransaction& tx) {
            return tx.script(
                "CREATE TABLE foods (id BIGINT PRIMARY KEY, name TEXT NOT NULL, stock BIGINT NOT "
                "NULL);"
                "INSERT INTO foods SELECT value, 'Jollof rice ' || value, 1000000 FROM "
                "(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE "
                "value < 1000) SELECT value FROM n);");
        })
        .value();
    const Statement take =
        store.prepare("UPDATE foods SET stock = stock - 1 WHERE id = $1 AND stock > 0");
    const Statement one = store.prepare("SELECT name, stock FROM foods WHERE id = $1");
    const Statement page =
        store.prepare("SELECT id, name, stock FROM foods ORDER BY id LIMIT 10 OFFSET $1");
    const auto id = [](int thread, std::int64_t i) { return (thread * 131 + i * 7) % 1000 + 1; };

    for (int threads : {1, 32}) {
        (void)group_size();
        const double writes = rate(threads, seconds, [&](int thread, std::int64_t i) {
            store
                .transact([&](Transaction& tx) -> Status {
                    Rows rows;
                    const Param params[] = {id(thread, i)};
                    return tx.run(take, params, rows);
                })
                .value();
        });
        std::printf("%-7s %2d threads: %9.0f transactions/s, %.1f in a COMMIT\n", name, threads,
                    writes, group_size());
    }
    for (int threads : {1, 4}) {
        const auto reads = [&](Statement statement) {
            return rate(threads, seconds, [&, statement](int thread, std::int64_t i) {
                store
                    .read([&](Transaction& tx) -> Status {
                        Rows rows;
                        const Param params[] = {id(thread, i)};
                        return tx.run(statement, params, rows);
                    })
                    .value();
            });
        };
        const double by_id = reads(one), pages = reads(page);
        std::printf("%-7s %2d threads: %9.0f reads/s of one row, %.0f of ten\n", name, threads,
                    by_id, pages);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
    const std::string path = (folder / "store_bench.db").string();
    {
        sqlite::SqliteStore store;
        store.open({.path = path}).value();
        sqlite::Stats before;
        measure("file", store, seconds, [&] {
            const sqlite::Stats now = store.stats();
            const auto commits = static_cast<double>(now.commits - before.commits);
            const auto bodies = static_cast<double>(now.bodies - before.bodies);
            before = now;
            return commits > 0 ? bodies / commits : 0.0;
        });
    }
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);

    sqlite::MemoryStore memory;
    memory.open().value();
    measure("memory", memory, seconds, [] { return 1.0; });
}
