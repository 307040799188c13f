// The plugin `idempotency`: repeated POSTs get the first response again.
#include "kitchen/plugin.h"

#include "migrations.gen.h"
#include "repeated_requests.h"

namespace kitchen::idempotency {
namespace {

struct IdempotencySettings {
    std::chrono::milliseconds window = RepeatedRequestsSettings().window;

    static void describe(Fields<IdempotencySettings>& field) {
        field("window", &IdempotencySettings::window, "How long an Idempotency-Key is kept")
            .between(std::chrono::minutes(1), std::chrono::hours(24 * 30));
    }
};

class IdempotencyPlugin final : public Plugin {
public:
    using Settings = IdempotencySettings;

    IdempotencyPlugin(const Settings& settings, Setup& setup, Store& store, KeyedHash& hashes,
                      PersonalData* personal, const Clock& clock, Random& random, Jobs& jobs,
                      Waits& waits)
        : log_(setup.log()),
          requests_({store, hashes, clock, random, jobs, waits, log_},
                    {.window = settings.window}) {
        setup.add_migrations(kitchen_migrations);
        if (personal) add_personal_requests(*personal, setup, store);
        http::Middleware repeat = [this](http::Request& request, const http::Next& next) {
            return requests_.respond(request, next);
        };
        setup.add_middleware(http::Phase::perform, "idempotency",
                             std::move(repeat).sends({"Idempotent-Replayed"}));
        setup.add_periodic("idempotency: forget keys", std::chrono::minutes(10),
                           [this] { sweep(); }, {.once_per_cluster = true});
    }

private:
    void sweep() {
        const Result<std::int64_t> swept = requests_.sweep();
        if (!swept) log_.warn("idempotency keys were not swept", {{"code", swept.error().code}});
    }

    Logger& log_;
    RepeatedRequests requests_;
};

}  // namespace
}  // namespace kitchen::idempotency

KITCHEN_PLUGIN(kitchen::idempotency::IdempotencyPlugin, "idempotency", "1.0.0",
               "Gives a repeated POST its first response again", kitchen::Store, kitchen::KeyedHash,
               kitchen::Optional<kitchen::PersonalData>, kitchen::Clock, kitchen::Random,
               kitchen::Jobs, kitchen::Waits)
