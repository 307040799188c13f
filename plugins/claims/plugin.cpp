// The plugin `claims`: provides claims/1.
#include "kitchen/plugin.h"

#include "claim_ledger.h"
#include "migrations.gen.h"

namespace kitchen::claims {
namespace {

class ClaimsPlugin final : public Plugin {
public:
    ClaimsPlugin(Setup& setup, Store& store) : ledger_(store) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<Claims>(ledger_);
        add_claim_rules(setup, store);
        add_kept_claims(setup, store);
    }

private:
    ClaimLedger ledger_;
};

}  // namespace
}  // namespace kitchen::claims

KITCHEN_PLUGIN(kitchen::claims::ClaimsPlugin, "claims", "1.0.0",
               "Limits that orders use up: uses of a code, places in a slot", kitchen::Store,
               kitchen::Provides<kitchen::Claims>)
