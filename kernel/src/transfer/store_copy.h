// Carries all rows of one store over to another, which has the same tables and nothing in them.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"

namespace kitchen::transfer {

struct End {
    Store& store;
    StoreTransfer& transfer;
};

struct CopiedTable {
    std::string name;
    std::int64_t rows = 0;
    std::uint64_t checksum = 0;  ///< of its rows, in no particular order
};

/// Reads one snapshot of `from` and writes one transaction on `to`: all of it, or nothing. What was
/// written is read back and compared with what was read (number and checksum of the rows of each
/// table) before that transaction is committed. kitchen_migrations is compared and not copied: both
/// ends must have applied the same migrations. Errors: conflict "store_tables_differ",
/// "store_migrations_differ", "store_not_empty" (each says which), internal "store_copy_differs",
/// unavailable "store_copy_interrupted", beside what the stores report.
Result<std::vector<CopiedTable>> copy_store(End from, End to);

/// Tables in an order in which each comes after those it refers to. Error: conflict, for tables
/// that refer to each other in a circle.
Result<std::vector<TransferTable>> in_reference_order(std::vector<TransferTable> tables);

}  // namespace kitchen::transfer
