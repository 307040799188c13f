// Which installation this is: 128 random bits, made by the first start on a store and kept there.
// They are part of every key and channel, so two installations on one Redis never meet, whatever
// prefix and keys they are given, while all replicas, which share the store, do.
//
// Thread-safety: one thread.
#pragma once

#include <string>

#include "kitchen/random.h"
#include "kitchen/store.h"

namespace kitchen::redis {

class Installation {
public:
    explicit Installation(Store& store)
        : store_(store),
          make_(store.prepare("INSERT INTO cache_redis_installation (one, id) VALUES (1, $1) "
                              "ON CONFLICT (one) DO NOTHING")),
          find_(store.prepare("SELECT id FROM cache_redis_installation")) {}

    /// The same for all that ask; the first one makes it.
    Result<std::string> id(Random& random) {
        const std::string made = random.hex(16);
        return store_.transact<std::string>([&](Transaction& tx) -> Result<std::string> {
            if (Status done = tx.execute(make_, {made}); !done) return std::move(done).error();
            auto rows = tx.query(find_);
            if (!rows) return std::move(rows).error();
            return std::string(rows->front().text(0));
        });
    }

private:
    Store& store_;
    const Statement make_, find_;
};

}  // namespace kitchen::redis
