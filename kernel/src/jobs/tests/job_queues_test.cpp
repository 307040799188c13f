#include "jobs/job_queues.h"

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::jobs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds soon{60};

TEST(JobQueues, AQueueThatIsStuckDelaysNoOther) {
    testkit::RecordingLogger log;
    JobQueues jobs(log);
    std::promise<void> release, stuck, ran, periodic;
    Jobs& mails = jobs.queue("mails");
    ASSERT_TRUE(mails.post("slow", [&] {
        stuck.set_value();
        release.get_future().wait();
    }));
    stuck.get_future().wait();
    std::atomic<bool> mail_sent{false};
    ASSERT_TRUE(mails.post("next", [&] { mail_sent = true; }));
    ASSERT_TRUE(jobs.queue("orders").post("quick", [&] { ran.set_value(); }));
    EXPECT_EQ(ran.get_future().wait_for(soon), std::future_status::ready);
    std::once_flag once;
    jobs.add_periodic("", "tick", milliseconds(1),
                      [&] { std::call_once(once, [&] { periodic.set_value(); }); });
    EXPECT_EQ(periodic.get_future().wait_for(soon), std::future_status::ready);
    EXPECT_FALSE(mail_sent);
    release.set_value();
    EXPECT_TRUE(jobs.drain(soon));
    EXPECT_TRUE(mail_sent);
}

TEST(JobQueues, OneNameIsOneQueue) {
    testkit::RecordingLogger log;
    JobQueues jobs(log);
    EXPECT_EQ(&jobs.queue("mails", 2), &jobs.queue("mails"));
    EXPECT_EQ(&jobs.queue("mails").queue("orders"), &jobs.queue("orders"));
    std::vector<std::string> names;
    jobs.for_each([&](const std::string& name, const JobPool&) { names.push_back(name); });
    EXPECT_THAT(names, testing::ElementsAre("", "mails", "orders"));
}

TEST(JobQueues, DrainingNamesWhatIsLeftInAnyQueue) {
    testkit::RecordingLogger log;
    JobQueues jobs(log);
    std::promise<void> release, stuck;
    ASSERT_TRUE(jobs.queue("mails").post("slow", [&] {
        stuck.set_value();
        release.get_future().wait();
    }));
    stuck.get_future().wait();
    EXPECT_FALSE(jobs.drain(milliseconds(0)));
    EXPECT_FALSE(jobs.queue("mails").post("late", [] {}));
    EXPECT_FALSE(jobs.post("late", [] {}));
    release.set_value();
}

}  // namespace
}  // namespace kitchen::jobs
