#include "memory_store.h"

#include <functional>
#include <stdexcept>

#include "sqlite_store.h"

namespace kitchen::sqlite {

Status MemoryStore::open(std::chrono::milliseconds patience) {
    auto connection = Connection::open(ConnectionOptions(), texts_);
    if (!connection) return std::move(connection).error();
    std::vector<std::unique_ptr<Connection>> only;
    only.push_back(*std::move(connection));
    pool_.open(std::move(only), patience);
    return {};
}

Dialect MemoryStore::dialect() const {
    return {"sqlite", "INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"};
}

Status MemoryStore::read(const Body& body, Staleness) {  // it is never stale
    auto lease = pool_.acquire();
    if (!lease) return std::move(lease).error();
    return run_read(**lease, std::cref(body));
}

Status MemoryStore::write(const SqliteBody& body) {
    CommitHooks hooks;
    Status result;
    {
        auto lease = pool_.acquire();
        if (!lease) return std::move(lease).error();
        result = run_write(**lease, body, hooks);
    }
    hooks.settle(result);
    return result;
}

// One transaction at a time: each is serializable.
Status MemoryStore::transact(const Body& body, Isolation) { return write(std::cref(body)); }

Status MemoryStore::migrate(const std::function<Status(SchemaTransaction&)>& body) {
    return write(std::cref(body));
}

Status MemoryStore::verify() {
    auto lease = pool_.acquire();
    if (!lease) return std::move(lease).error();
    return check_all(texts_, **lease);
}

Result<std::vector<TransferTable>> MemoryStore::tables() {
    auto lease = pool_.acquire();
    if (!lease) return std::move(lease).error();
    return (*lease)->tables();
}

Status MemoryStore::ping() {
    auto lease = pool_.acquire();
    if (!lease) return std::move(lease).error();
    return (*lease)->ping();
}

std::unique_ptr<Store> open_memory() {
    auto store = std::make_unique<MemoryStore>();
    if (Status opened = store->open(); !opened) throw std::runtime_error(opened.error().detail);
    return store;
}

}  // namespace kitchen::sqlite
