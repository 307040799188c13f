// What makes a repeated request harmless: the order that was placed, kept under the key that the
// client gave. The response is made of it again: at its first version an order never changes.
//
// The key is claimed and the order noted in the transaction that places it. So a second request
// with the same key waits for the first to end, and then finds its order, or, when it failed,
// nothing: a request that failed may be tried again under its key.
//
// The request itself is kept, in canonical form, instead of a hash of it: it is small, and
// comparing it needs no trust in a hash.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::orders {

struct IdempotentRequest {
    std::int64_t user_id = 0;
    std::string route;  ///< "POST /orders/"
    std::string key;
    std::string request;  ///< Json::canonical()
};

class IdempotencyRepository {
public:
    explicit IdempotencyRepository(Store& store);

    /// Claims the key: nothing when it is ours now, the id of the order when the same request
    /// succeeded before. Records made at or before `expired` no longer count. Errors: unprocessable
    /// "idempotency_key_reused" when the key belongs to another request; conflict
    /// "idempotency_key_in_use".
    Result<std::optional<std::int64_t>> claim(Transaction& tx, const IdempotentRequest& request,
                                              Timestamp now, Timestamp expired) const;
    /// Keeps the order under a key claimed in this transaction.
    Status keep(Transaction& tx, const IdempotentRequest& request, std::int64_t order_id) const;
    /// Forgets the records made at or before `expired`; how many they were.
    Result<std::int64_t> sweep(Transaction& tx, Timestamp expired) const;

private:
    Statement claim_, find_, keep_, sweep_;
};

}  // namespace kitchen::orders
