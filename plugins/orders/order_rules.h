// What always holds in the tables of orders, for `chuks-kitchen check-data`.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "kitchen/claims.h"
#include "kitchen/plugin.h"

namespace kitchen::orders {

/// `claims` must outlive the plugin.
void add_order_rules(Setup& setup, Store& store, Claims& claims);

}  // namespace kitchen::orders
