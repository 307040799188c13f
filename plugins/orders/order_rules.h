// What always holds in the tables of orders, and what of them belongs to other plugins: for the
// commands `check-data`, `plugins impact` and `plugins purge`.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "kitchen/personal_data.h"
#include "kitchen/claims.h"
#include "kitchen/plugin.h"

namespace kitchen::orders {

/// `claims` must outlive the plugin.
void add_order_rules(Setup& setup, Store& store, Claims& claims);
/// What the orders say of a plugin's claims is removed with its tables; and with the orders, what
/// they hold.
void add_kept_claims(Setup& setup, Store& store, Claims& claims);

/// What is kept about a person.
void add_personal_orders(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::orders
