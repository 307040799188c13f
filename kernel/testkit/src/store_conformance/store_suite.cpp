#include "store_suite.h"

#include <ostream>

namespace kitchen::testkit {

void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }

// Those who link the testkit for something else need not have a backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

void StoreConformance::SetUp() {
    for (const auto link :
         {&store_suite::link_values, &store_suite::link_statements, &store_suite::link_transactions,
          &store_suite::link_isolation, &store_suite::link_constraints,
          &store_suite::link_concurrency, &store_suite::link_hooks, &store_suite::link_schema})
        link();
    store = GetParam().make();
    ASSERT_NE(store, nullptr);
}

namespace store_suite {

void schema(Store& store, std::string sql) {
    const auto replace = [&sql](std::string_view token, std::string_view by) {
        for (auto at = sql.find(token); at != std::string::npos; at = sql.find(token))
            sql.replace(at, token.size(), by);
    };
    replace("{{identity}}", store.dialect().identity);
    replace("{{blob}}", store.dialect().blob);
    store.migrate([&sql](SchemaTransaction& tx) { return tx.script(sql); }).value();
}

Status run(Transaction& tx, Statement statement, const Values& params) {
    Rows rows;
    return tx.run(statement, params, rows);
}

Result<std::int64_t> number(Transaction& tx, Statement statement, const Values& params) {
    auto rows = tx.query(statement, params);
    if (!rows) return std::move(rows).error();
    return rows->front().integer(0);
}

Status write(Store& store, Statement statement, const Values& params) {
    return store.transact([&](Transaction& tx) { return run(tx, statement, params); });
}

Status write(Store& store, std::string_view sql, const Values& params) {
    return write(store, store.prepare(sql), params);
}

Result<Rows> written(Store& store, std::string_view sql, const Values& params) {
    const Statement statement = store.prepare(sql);
    return store.transact<Rows>([&](Transaction& tx) { return tx.query(statement, params); });
}

Result<Rows> rows_of(Store& store, std::string_view sql, const Values& params) {
    const Statement statement = store.prepare(sql);
    return store.read<Rows>([&](Transaction& tx) { return tx.query(statement, params); });
}

std::int64_t number(Store& store, std::string_view sql, const Values& params) {
    return rows_of(store, sql, params).value().front().integer(0);
}

std::vector<std::string> texts(const Rows& rows) {
    std::vector<std::string> all;
    for (Row row : rows) all.push_back(row.string(0));
    return all;
}

Status until_not_busy(const std::function<Status()>& call) {
    Status done;
    for (int i = 0; i < 1000; ++i) {
        done = call();
        if (done || done.error().kind != Errc::busy) break;
    }
    return done;
}

void in_parallel(int count, const std::function<void(int)>& work) {
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    std::vector<std::future<void>> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(std::async(std::launch::async, [i, open, &work] {
            open.wait();
            work(i);
        }));
    }
    gate.set_value();
    for (auto& each : all) each.get();
}

}  // namespace store_suite
}  // namespace kitchen::testkit
