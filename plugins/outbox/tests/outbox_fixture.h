// The outbox on SQLite in memory and on PostgreSQL, with a clock that stands still, and mailers
// that misbehave.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "each_store.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "kitchen/testkit/recording_setup.h"
#include "migrations.gen.h"
#include "outbox_service.h"
#include "outbox_worker.h"

namespace kitchen::outbox {

using tests::store_name;
using tests::StoreKind;

/// Takes a mail once a key, as a real service does. `on_send` runs at each call, before the mail is
/// taken; what it gives is the response.
class KeyedMailer final : public Mailer {
public:
    std::function<Status(const Mail&)> on_send = [](const Mail&) { return Status(); };
    std::function<void()> after_taking = [] {};

    Status send(const Mail& mail) override {
        {
            std::lock_guard lock(mutex_);
            calls_.push_back(mail);
        }
        if (Status response = on_send(mail); !response) return response;
        {
            std::lock_guard lock(mutex_);
            if (++taken_[mail.idempotency_key] == 1) mails_.push_back(mail);
        }
        after_taking();
        return {};
    }
    std::vector<Mail> mails() const {
        std::lock_guard lock(mutex_);
        return mails_;
    }
    std::vector<Mail> calls() const {
        std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, int> taken_;
    std::vector<Mail> mails_, calls_;
};

/// Each suite says: INSTANTIATE_TEST_SUITE_P(Stores, Suite, all_stores, store_name);
inline const auto all_stores = testing::Values(StoreKind{"Memory", &tests::in_memory},
                                               StoreKind{"Postgres", &tests::on_postgres});

class OutboxTest : public testing::TestWithParam<StoreKind> {
protected:
    OutboxTest() {
        testkit::apply_migrations(*store, "outbox", kitchen_migrations);
        repository = std::make_unique<OutboxRepository>(*store);
        service = make_service();
        // Past the guard of add_channel(): what a test throws ends the worker, as a kill does.
        channels.add("mail", {[this](const Outgoing& mail) {
                         return mailer.send({mail.to, mail.subject, mail.payload, "", mail.id});
                     }});
        store->verify().value();
    }

    static Delivery a_mail(std::string key = "order/7/1", std::string to = "ada@example.com") {
        return {std::move(key), std::move(to), "Your order 7", "Jollof rice\n"};
    }
    std::unique_ptr<OutboxService> make_service(std::function<void(std::int64_t)> written = {}) {
        return std::make_unique<OutboxService>(*store, clock, random, tracing, *repository,
                                               channels, OutboxHooks{std::move(written), {}});
    }
    Status enqueue(const Delivery& mail) { return enqueue("mail", mail); }
    Status enqueue(std::string_view channel, const Delivery& delivery) {
        return store->transact(
            [&](Transaction& tx) { return service->enqueue(tx, channel, delivery); });
    }
    std::unique_ptr<OutboxWorker> worker(WorkerSettings settings = {}) {
        return std::make_unique<OutboxWorker>(*store, clock, random, log, tracing, *repository,
                                              settings);
    }
    /// Sends what is due in a channel, as if nothing had been sent before; how many it tried.
    int run(std::string_view channel = "mail", WorkerSettings settings = {}) {
        channels.find(channel)->be_quiet(std::chrono::milliseconds(0));
        channels.find(channel)->note_well();
        return worker(settings)->run(*channels.find(channel));
    }
    StoredDelivery only() {
        const DeliveryPage page = service->list({}, 10, 0).value();
        EXPECT_EQ(page.total_count, 1);
        return page.deliveries.at(0);
    }
    std::int64_t count(std::optional<DeliveryState> state = {}) {
        return service->list({"", state}, 1, 0).value().total_count;
    }
    std::int64_t newest() { return service->list({}, 1, 0).value().deliveries.at(0).id; }
    std::string payload_of(std::int64_t id) {
        const Statement read =
            store->prepare("SELECT payload FROM outbox_deliveries WHERE id = $1");
        return store
            ->read<std::string>([&](Transaction& tx) -> Result<std::string> {
                return tx.query(read, {id}).value().front().string(0);
            })
            .value();
    }

    std::shared_ptr<Store> store = GetParam().make();
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    testkit::ManualTracing tracing;
    KeyedMailer mailer;
    Channels channels{clock, metrics, std::chrono::seconds(10)};
    std::unique_ptr<OutboxRepository> repository;
    std::unique_ptr<OutboxService> service;
};

}  // namespace kitchen::outbox
