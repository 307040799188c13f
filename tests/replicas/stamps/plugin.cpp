// The plugin `stamps` in three versions (STAMPS_VERSION): a step of the checkout that reads a table
// whose column `worth` becomes `value`. The second version adds the new, the third takes the old
// away.
#include "kitchen/checkout_step.h"
#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen::stamps {
namespace {

constexpr Migration versions[] = {
    {1, "0001_stamps",
     "-- expand\n"
     "CREATE TABLE stamps (id BIGINT PRIMARY KEY, worth BIGINT NOT NULL);"
     "INSERT INTO stamps (id, worth) VALUES (1, 5);"},
    {2, "0002_value",
     "-- expand\n"
     "ALTER TABLE stamps ADD COLUMN value BIGINT NOT NULL DEFAULT 5;"},
    {3, "0003_worth",
     "-- contract after 0002\n"
     "ALTER TABLE stamps DROP COLUMN worth;"}};

class Stamps final : public Plugin, public CheckoutStep {
public:
    Stamps(Setup& setup, Store& store)
        : read_(store.prepare(STAMPS_VERSION == 1 ? "SELECT worth FROM stamps WHERE id = 1"
                                                  : "SELECT value FROM stamps WHERE id = 1")) {
        setup.add_migrations(std::span(versions).first(STAMPS_VERSION));
        setup.provide<CheckoutStep>(*this);
    }
    Status consider(Transaction& tx, CheckoutDraft&) override {
        const Result<Rows> rows = tx.query(read_);
        return rows ? Status() : Status(rows.error());
    }

private:
    const Statement read_;
};

}  // namespace
}  // namespace kitchen::stamps

KITCHEN_PLUGIN(kitchen::stamps::Stamps, "stamps", "1.0.0", "Of the tests of replicas",
               kitchen::Store, kitchen::Provides<kitchen::CheckoutStep>)
