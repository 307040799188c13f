// store-transfer/1 on PostgreSQL: what the catalogue says of the tables, and identity columns after
// rows with ids of their own.
//
// Thread-safety: plain functions; as the store that is given.
#pragma once

#include <vector>

#include "kitchen/store_transfer.h"

namespace kitchen::postgres {

/// The tables of the current schema, by name.
Result<std::vector<TransferTable>> list_tables(Store& store);

/// Each identity column of the table goes on after its highest value.
Status adopt_identities(SchemaTransaction& tx, const TransferTable& table);

}  // namespace kitchen::postgres
