// What every implementation of store/1, cache/1, mailer/1, sms/1, queue/1 and blob/1 must do, as
// GoogleTest suites. A backend's test file says
//
//     INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(StoreFactory{"file", [] {
//     return …; }}));
//
// and links kitchen::testkit (PrintTo() lives beside the tests and is called by every test that
// instantiates them, so the linker keeps them). Each factory call gives a fresh, empty backend,
// already started.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kitchen/blobs.h"
#include "kitchen/cache.h"
#include "kitchen/mailer.h"
#include "kitchen/queue.h"
#include "kitchen/sms.h"
#include "kitchen/store.h"

namespace kitchen::testkit {

struct StoreFactory {
    std::string name;
    std::function<std::shared_ptr<Store>()> make;
    /// Bodies of several transactions can be inside at once. Then the suite makes them overlap.
    bool writers_overlap = false;
};
void PrintTo(const StoreFactory& factory, std::ostream* out);
class StoreConformance : public testing::TestWithParam<StoreFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<Store> store;
};

/// `advance` moves the cache's time (a fake clock, or a real wait on a server), so that TTLs can be
/// tested.
struct CacheFactory {
    std::string name;
    std::function<std::shared_ptr<Cache>()> make;
    std::function<void(std::chrono::milliseconds)> advance;
};
void PrintTo(const CacheFactory& factory, std::ostream* out);
class CacheConformance : public testing::TestWithParam<CacheFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<Cache> cache;
};

/// `delivered` tells how many mails with this recipient have arrived.
struct MailerFactory {
    std::string name;
    std::function<std::shared_ptr<Mailer>()> make;
    std::function<int(const std::string& recipient)> delivered;
};
void PrintTo(const MailerFactory& factory, std::ostream* out);
class MailerConformance : public testing::TestWithParam<MailerFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<Mailer> mailer;
};

/// `delivered` gives the texts that have arrived at a number, in the order of their coming.
struct SmsFactory {
    std::string name;
    std::function<std::shared_ptr<SmsSender>()> make;
    std::function<std::vector<std::string>(const std::string& number)> delivered;
    /// The service behind it takes one message under a key.
    bool knows_keys = false;
};
void PrintTo(const SmsFactory& factory, std::ostream* out);
class SmsConformance : public testing::TestWithParam<SmsFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<SmsSender> sender;
};

/// A queue that keeps messages in the strict order of a test double: none is lost, delayed or
/// doubled. `advance` moves its time.
struct QueueFactory {
    std::string name;
    std::function<std::shared_ptr<Queue>()> make;
    std::function<void(std::chrono::seconds)> advance;
};
void PrintTo(const QueueFactory& factory, std::ostream* out);
class QueueConformance : public testing::TestWithParam<QueueFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<Queue> queue;
};

struct BlobsFactory {
    std::string name;
    std::function<std::shared_ptr<Blobs>()> make;
};
void PrintTo(const BlobsFactory& factory, std::ostream* out);
class BlobsConformance : public testing::TestWithParam<BlobsFactory> {
protected:
    void SetUp() override;
    std::shared_ptr<Blobs> blobs;
};

}  // namespace kitchen::testkit
