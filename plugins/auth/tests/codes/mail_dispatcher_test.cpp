#include "codes/mail_dispatcher.h"

#include <gtest/gtest.h>

#include "tests/auth_fixture.h"
#include "codes/mail_texts.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;

class MailDispatcherTest : public testing::Test {
protected:
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    testkit::RecordingMailer mailer;
    SwitchJobs jobs;
    const MailTexts texts;
    testkit::RecordingMetrics metrics;
    MailDispatcher mails{mailer, jobs, clock, random, metrics, log};
};

/// Fails so many times, then takes the mail.
class MoodyMailer final : public Mailer {
public:
    Status send(const Mail& mail) override {
        keys.push_back(mail.idempotency_key);
        if (failures-- > 0) return Error(Errc::unavailable, "smtp_away", "Later.");
        return {};
    }
    int failures = 0;
    std::vector<std::string> keys;
};

TEST_F(MailDispatcherTest, SendsAfterwards) {
    ASSERT_TRUE(mails.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
    EXPECT_TRUE(mailer.mails().empty());
    jobs.run_all();
    ASSERT_EQ(mailer.mails().size(), 1u);
    const Mail mail = mailer.mails()[0];
    EXPECT_EQ(mail.to, "ada@example.com");
    EXPECT_NE(mail.text.find("\nYour code is 012345\n"), std::string::npos);
    EXPECT_NE(mail.html.find("012345"), std::string::npos);
    EXPECT_NE(mail.text.find("10 minutes"), std::string::npos);
    EXPECT_FALSE(mail.idempotency_key.empty());
    EXPECT_EQ(mail.idempotency_key.find("012345"), std::string::npos);
    EXPECT_FALSE(log.contains("012345"));
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"sent\"}"), 1);
}

TEST_F(MailDispatcherTest, TriesAgainWithTheSameKey) {
    MoodyMailer moody;
    moody.failures = 3;
    MailDispatcher patient(moody, jobs, clock, random, metrics, log);
    ASSERT_TRUE(patient.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    ASSERT_EQ(moody.keys.size(), 4u);
    EXPECT_EQ(moody.keys.front(), moody.keys.back());
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"failed\"}"), 3);
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"sent\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 0);
    EXPECT_FALSE(log.contains("ada@example.com"));
    EXPECT_FALSE(log.contains("012345"));
}

TEST_F(MailDispatcherTest, GivesUpAfterSomeTries) {
    MoodyMailer moody;
    moody.failures = 1000;
    MailDispatcher patient(moody, jobs, clock, random, metrics, log);
    ASSERT_TRUE(patient.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    EXPECT_EQ(moody.keys.size(), static_cast<std::size_t>(MailDispatcher::max_tries));
    EXPECT_TRUE(log.contains("giving up"));
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 1);
}

TEST_F(MailDispatcherTest, NeverWaitsLongerThanTheCodeIsGood) {
    mailer.fail_with(Error(Errc::too_many_requests, "slow_down", "Later.").retry_in(minutes(9)));
    ASSERT_TRUE(mails.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
    clock.advance(minutes(2));
    EXPECT_EQ(jobs.run_all(), 1);
    EXPECT_TRUE(log.contains("giving up"));
}

TEST_F(MailDispatcherTest, HonoursRetryAfter) {
    mailer.fail_with(
        Error(Errc::too_many_requests, "slow_down", "Later.").retry_in(std::chrono::seconds(77)));
    mails.send(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10));
    EXPECT_EQ(jobs.last_delay, std::chrono::seconds(77));
}

TEST_F(MailDispatcherTest, DoesNotRepeatWhatIsRefusedForGood) {
    mailer.fail_with(Error(Errc::unprocessable, "bad_address", "Never."));
    ASSERT_TRUE(mails.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
    EXPECT_EQ(jobs.run_all(), 1);
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"refused\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 1);
}

TEST_F(MailDispatcherTest, TellsWhenTheQueueIsFull) {
    jobs.full = true;
    EXPECT_FALSE(mails.post(texts.signup("ada@example.com", "012345", minutes(10)), minutes(10)));
}

}  // namespace
}  // namespace kitchen::auth
