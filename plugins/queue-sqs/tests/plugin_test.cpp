// The plugin through the real loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/queue.h"
#include "kitchen/testkit/exposition.h"
#include "kitchen/testkit/test_kernel.h"
#include "sqs_double.h"

namespace kitchen::sqs {
namespace {

using testing::HasSubstr;
using tests::SqsDouble;

std::string yaml(const std::string& config) {
    return "plugins:\n  - id: queue-sqs\n    config: {" + config + "}\n";
}

testkit::TestKernelOptions environment(const SqsDouble& service, const std::string& secret) {
    testkit::TestKernelOptions options;
    options.environment = {
        {"URL", service.queue_url()}, {"KEY", SqsDouble::key_id}, {"SECRET", secret}};
    return options;
}

const std::string usual =
    "queue_url: '${URL}', region: us-east-1, access_key_id: !env KEY, secret_access_key: !env "
    "SECRET, check_interval: 100ms";

TEST(QueueSqsPlugin, IsWatchedAndMeasured) {
    SqsDouble service;
    testkit::TestKernel kernel(yaml(usual), environment(service, SqsDouble::secret));
    Queue& queue = kernel.service<Queue>();
    queue.send("hello").value();
    const auto messages = queue.receive({}, {}).value();
    ASSERT_EQ(messages.size(), 1u);
    queue.hide(messages[0].receipt, std::chrono::seconds(0)).value();
    ASSERT_EQ(queue.receive({}, {}).value().size(), 1u);

    testkit::HttpClient client = kernel.client();
    EXPECT_EQ(client.get("/health/").json["checks"]["queue"]["status"], Json("ok"));
    testkit::Exposition metrics;
    const auto value = [&](const std::string& series) {
        return metrics.value("kitchen_queue_" + series);
    };
    ASSERT_TRUE(testkit::wait_until([&] {
        metrics = testkit::Exposition::parse(client.get("/metrics").body);
        return value("depth{provider=\"queue-sqs\",state=\"hidden\"}") == 1;
    }));
    EXPECT_EQ(value("depth{provider=\"queue-sqs\",state=\"visible\"}"), 0);
    EXPECT_EQ(value("received_total{provider=\"queue-sqs\"}"), 2);
    EXPECT_EQ(value("redelivered_total{provider=\"queue-sqs\"}"), 1);
}

TEST(QueueSqsPlugin, AWrongKeyIsSeenWithoutAnyMessage) {
    SqsDouble service;
    testkit::TestKernel kernel(yaml(usual), environment(service, "a-very-wrong-secret"));
    testkit::HttpClient client = kernel.client();
    testkit::HttpResponse health;
    ASSERT_TRUE(testkit::wait_until([&] {
        return (health = client.get("/health/")).json["checks"]["queue"]["status"] == Json("down");
    })) << health.body;
    EXPECT_EQ(health.status, 200) << "mails go out without it";
    EXPECT_THAT(health.body, HasSubstr("Check secret_access_key and region"));
    for (const std::string& line : kernel.log_lines())
        EXPECT_EQ(line.find("a-very-wrong-secret"), std::string::npos) << line;
    EXPECT_THAT(kernel.log_lines(), testing::Contains(HasSubstr("queue_signature_refused")));
}

TEST(QueueSqsPlugin, RefusesWhatCannotWork) {
    const auto refusal = [](const std::string& config) -> std::string {
        try {
            testkit::TestKernel kernel(yaml(config));
        } catch (const std::runtime_error& refused) {
            return refused.what();
        }
        return "accepted";
    };
    EXPECT_THAT(refusal("access_key_id: a, secret_access_key: b"), HasSubstr("queue_url"));
    const std::string clear = refusal(
        "queue_url: 'http://sqs.eu-west-1.amazonaws.com/1/mails', access_key_id: a, "
        "secret_access_key: very-secret");
    EXPECT_THAT(clear, HasSubstr("queue_url: must begin with https://"));
    EXPECT_EQ(clear.find("very-secret"), std::string::npos);
    EXPECT_THAT(refusal("queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/mails', access_key_id: "
                        "a, secret_access_key: b, wait: 21s"),
                HasSubstr("wait"));
}

}  // namespace
}  // namespace kitchen::sqs
