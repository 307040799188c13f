// The outbox on SQLite in memory and on PostgreSQL, with a clock that stands still, and mailers
// that misbehave.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
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

/// Writes "About KEY", unless told otherwise.
class KeyWriter final : public MailWriter {
public:
    std::function<Status(std::string_view key)> on_write = [](std::string_view) {
        return Status();
    };
    std::atomic<int> calls{0};

    Result<Mail> write(std::string_view key) override {
        ++calls;
        if (Status allowed = on_write(key); !allowed) return std::move(allowed).error();
        const std::string about = "About " + std::string(key);
        return Mail{"", about, about + "\n", "<p>" + about + "</p>", ""};
    }
};

/// Each suite says: INSTANTIATE_TEST_SUITE_P(Stores, Suite, all_stores, store_name);
inline const auto all_stores = testing::Values(StoreKind{"Memory", &tests::in_memory},
                                               StoreKind{"Postgres", &tests::on_postgres});

class OutboxTest : public testing::TestWithParam<StoreKind> {
protected:
    OutboxTest() {
        testkit::apply_migrations(*store, "outbox", kitchen_migrations);
        repository = std::make_unique<OutboxRepository>(*store);
        service =
            std::make_unique<OutboxService>(*store, clock, random, tracing, *repository, writers);
        store->verify().value();
    }

    static Mail a_mail(std::string key = "order/7/1", std::string to = "ada@example.com") {
        return {std::move(to), "Your order 7", "Jollof rice\n", "<p>Jollof rice</p>",
                std::move(key)};
    }
    static UnwrittenMail unwritten(std::string key) {
        return {"ada@example.com", std::move(key), "orders"};
    }
    void enqueue_unwritten(const std::string& key) {
        store->transact([&](Transaction& tx) { return service->enqueue(tx, unwritten(key)); })
            .value();
    }
    std::unique_ptr<OutboxWorker> worker(WorkerSettings settings = {}) {
        return std::make_unique<OutboxWorker>(*store, mailer, clock, random, log, metrics, tracing,
                                              *repository, writers, settings);
    }
    OutgoingMail only() {
        const MailPage page = service->list(std::nullopt, 10, 0).value();
        EXPECT_EQ(page.total_count, 1);
        return page.mails.at(0);
    }
    std::int64_t count(MailState state) { return service->list(state, 1, 0).value().total_count; }
    std::string body_of(std::int64_t id) {
        const Statement read =
            store->prepare("SELECT body_text || body_html FROM outbox_mails WHERE id = $1");
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
    KeyWriter writer;
    MailWriters writers;
    std::unique_ptr<OutboxRepository> repository;
    std::unique_ptr<OutboxService> service;
};

}  // namespace kitchen::outbox
