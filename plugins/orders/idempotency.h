// What makes a repeated request harmless: the first answer, kept under the key that the client
// gave.
//
// The key is claimed and the answer written in the transaction that does the work. So a second
// request with the same key waits for the first to end, and then finds its answer, or, when it
// failed, nothing: a request that failed may be tried again under its key.
//
// The request itself is kept, in canonical form, instead of a hash of it: it is small, and
// comparing it needs no trust in a hash.
//
// Thread-safety: all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/json.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen::orders {

/// 1 to 255 visible ASCII characters.
bool is_idempotency_key(std::string_view key);

/// The body with the members of every object in order of their names: how a client spaces or orders
/// it does not matter.
std::string canonical_request(const Json& body);

struct IdempotentRequest {
    std::int64_t user_id = 0;
    std::string route;  ///< "POST /orders/"
    std::string key;
    std::string request;  ///< canonical
};

struct KeptAnswer {
    std::int64_t order_id = 0;
    std::string body;
};

class IdempotencyRepository {
public:
    explicit IdempotencyRepository(Store& store);

    /// Claims the key: nothing when it is ours now, the kept answer when the same request succeeded
    /// before. Records made at or before `expired` no longer count. Errors: unprocessable
    /// "idempotency_key_reused" when the key belongs to another request.
    Result<std::optional<KeptAnswer>> claim(Transaction& tx, const IdempotentRequest& request,
                                            Timestamp now, Timestamp expired) const;
    /// Keeps the answer under a key claimed in this transaction.
    Status keep(Transaction& tx, const IdempotentRequest& request, const KeptAnswer& answer) const;
    /// Forgets the records made at or before `expired`; how many they were.
    Result<std::int64_t> sweep(Transaction& tx, Timestamp expired) const;

private:
    Statement forget_, claim_, find_, keep_, sweep_;
};

}  // namespace kitchen::orders
