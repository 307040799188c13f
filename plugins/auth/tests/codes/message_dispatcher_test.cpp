#include "codes/message_dispatcher.h"

#include <gtest/gtest.h>

#include "tests/auth_fixture.h"
#include "codes/message_texts.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;

class MessageDispatcherTest : public testing::Test {
protected:
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    testkit::RecordingMailer mailer;
    testkit::RecordingSmsSender sms;
    SwitchJobs jobs;
    const MessageTexts texts{{}, true};
    const Contact ada{Channel::email, "ada@example.com"};
    testkit::RecordingMetrics metrics;
    MessageDispatcher messages{mailer, &sms, jobs, clock, random, metrics, log};
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

TEST_F(MessageDispatcherTest, SendsAfterwards) {
    ASSERT_TRUE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
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

TEST_F(MessageDispatcherTest, TriesAgainWithTheSameKey) {
    MoodyMailer moody;
    moody.failures = 3;
    MessageDispatcher patient(moody, nullptr, jobs, clock, random, metrics, log);
    ASSERT_TRUE(patient.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    ASSERT_EQ(moody.keys.size(), 4u);
    EXPECT_EQ(moody.keys.front(), moody.keys.back());
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"failed\"}"), 3);
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"sent\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 0);
    EXPECT_FALSE(log.contains("ada@example.com"));
    EXPECT_FALSE(log.contains("012345"));
}

TEST_F(MessageDispatcherTest, GivesUpAfterSomeTries) {
    MoodyMailer moody;
    moody.failures = 1000;
    MessageDispatcher patient(moody, nullptr, jobs, clock, random, metrics, log);
    ASSERT_TRUE(patient.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    EXPECT_EQ(moody.keys.size(), static_cast<std::size_t>(MessageDispatcher::max_tries));
    EXPECT_TRUE(log.contains("giving up"));
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 1);
}

TEST_F(MessageDispatcherTest, NeverWaitsLongerThanTheCodeIsGood) {
    mailer.fail_with(Error(Errc::too_many_requests, "slow_down", "Later.").retry_in(minutes(9)));
    ASSERT_TRUE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    clock.advance(minutes(2));
    EXPECT_EQ(jobs.run_all(), 1);
    EXPECT_TRUE(log.contains("giving up"));
}

TEST_F(MessageDispatcherTest, HonoursRetryAfter) {
    mailer.fail_with(
        Error(Errc::too_many_requests, "slow_down", "Later.").retry_in(std::chrono::seconds(77)));
    ASSERT_TRUE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    EXPECT_EQ(jobs.run_all(), MessageDispatcher::max_tries);
    EXPECT_EQ(jobs.last_delay, std::chrono::seconds(77));
}

TEST_F(MessageDispatcherTest, WhatHasWaitedTooLongIsNotSent) {
    ASSERT_TRUE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    clock.advance(minutes(10));
    EXPECT_EQ(jobs.run_all(), 1);
    EXPECT_TRUE(mailer.mails().empty());
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 1);
}

TEST_F(MessageDispatcherTest, DoesNotRepeatWhatIsRefusedForGood) {
    mailer.fail_with(Error(Errc::unprocessable, "bad_address", "Never."));
    ASSERT_TRUE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
    EXPECT_EQ(jobs.run_all(), 1);
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"refused\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_mails_given_up_total"), 1);
}

TEST_F(MessageDispatcherTest, SendsAndRepeatsTextMessagesTheSameWay) {
    const Contact number{Channel::sms, "+2348031234567"};
    sms.fail_with(Error(Errc::unavailable, "twilio_away", "Later."));
    ASSERT_TRUE(messages.post(texts.signup(number, "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    EXPECT_EQ(metrics.value("kitchen_sms_tries_total{outcome=\"failed\"}"),
              MessageDispatcher::max_tries);
    EXPECT_EQ(metrics.value("kitchen_sms_given_up_total"), 1);
    sms.fail_with(std::nullopt);
    ASSERT_TRUE(messages.post(texts.signup(number, "012345", minutes(10)), minutes(10)));
    jobs.run_all();
    ASSERT_EQ(sms.sent().size(), 1u);
    EXPECT_EQ(sms.sent()[0].to, number.address);
    EXPECT_FALSE(sms.sent()[0].idempotency_key.empty());
    EXPECT_EQ(metrics.value("kitchen_sms_tries_total{outcome=\"sent\"}"), 1);
    EXPECT_EQ(metrics.value("kitchen_mail_tries_total{outcome=\"failed\"}"), 0);
    EXPECT_FALSE(log.contains("012345"));
    EXPECT_FALSE(log.contains("8031234567"));
}

TEST_F(MessageDispatcherTest, TellsWhenTheQueueIsFull) {
    jobs.full = true;
    EXPECT_FALSE(messages.post(texts.signup(ada, "012345", minutes(10)), minutes(10)));
}

}  // namespace
}  // namespace kitchen::auth
