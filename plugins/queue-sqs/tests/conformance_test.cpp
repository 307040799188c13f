#include <memory>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/memory_queue.h"
#include "sqs_double.h"
#include "sqs_queue.h"

namespace kitchen::testkit {

namespace {

QueueFactory sqs_factory() {
    struct Held {
        tests::SqsDouble service;
        RecordingLogger log;
        SeededRandom random;
        static sqs::Options options(const tests::SqsDouble& service) {
            sqs::Options out;
            out.queue_url = service.queue_url();
            out.region = "us-east-1";
            out.access_key_id = tests::SqsDouble::key_id;
            out.secret_access_key = tests::SqsDouble::secret;
            return out;
        }
        sqs::SqsQueue queue{options(service), random, log};
        ~Held() {
            // A stale receipt is refused by both; nothing else is.
            const Json seen = service.state();
            for (const Json& refusal : seen["refusals"].as_array())
                EXPECT_EQ(refusal.as_string(), "400 InvalidParameterValue");
        }
    };
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {"sqs",
            [current]() -> std::shared_ptr<Queue> {
                *current = std::make_shared<Held>();
                return {*current, &(*current)->queue};
            },
            [current](std::chrono::seconds by) { (*current)->service.advance(by); }};
}

QueueFactory memory_factory() {
    struct Held {
        ManualClock clock;
        MemoryQueue queue{clock};
    };
    auto current = std::make_shared<std::shared_ptr<Held>>();
    return {"memory",
            [current]() -> std::shared_ptr<Queue> {
                *current = std::make_shared<Held>();
                return {*current, &(*current)->queue};
            },
            [current](std::chrono::seconds by) {
                (*current)->clock.advance(by);
                (*current)->queue.wake();
            }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Queues, QueueConformance, testing::Values(sqs_factory(), memory_factory()),
                         [](const auto& info) { return info.param.name; });

}  // namespace kitchen::testkit
