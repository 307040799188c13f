// store-transfer/1: what is needed to carry everything in one store over to another, beside
// store/1. Optional: a store that provides it can be either end of `chuks-kitchen store copy`.
//
// Thread-safety: all calls, from any thread. Ownership: the store's plugin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

/// One table of the portable subset (see store.h).
struct TransferTable {
    enum class Type : std::uint8_t { integer, real, text, blob };
    struct Column {
        std::string name;
        Type type = Type::text;
    };
    std::string name;
    std::vector<Column> columns;
    std::vector<std::string>
        references;  ///< tables that its foreign keys point at, itself left out; each once
};

class StoreTransfer {
public:
    using Interface = StoreTransfer;
    static constexpr std::string_view interface_name = "store-transfer/1";
    virtual ~StoreTransfer() = default;

    /// Before the store's plugin starts: error conflict "store_in_use" while another process works
    /// on the same tables, which would lose what it writes. What cannot be reached is no error
    /// here.
    virtual Status alone() = 0;

    /// Before the store's plugin starts: why a start would be refused, as far as can be seen
    /// without changing anything.
    virtual Status reach() = 0;

    /// Every table of this installation, kitchen_migrations too, by name.
    virtual Result<std::vector<TransferTable>> tables() = 0;

    /// After rows with ids of their own have been inserted: the {{identity}} column of that table,
    /// if it has one, goes on after the highest. Called once a table, in the transaction that
    /// inserted.
    virtual Status adopt_ids(SchemaTransaction& tx, const TransferTable& table) = 0;
};

}  // namespace kitchen
