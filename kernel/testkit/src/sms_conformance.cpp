// The contract of sms/1 as tests.
#include "kitchen/testkit/conformance.h"

#include <future>
#include <latch>
#include <ostream>
#include <string>
#include <vector>

namespace kitchen::testkit {

using namespace std::string_literals;

void PrintTo(const SmsFactory& factory, std::ostream* out) { *out << factory.name; }

// A test that links the testkit for something else needs no backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SmsConformance);

void SmsConformance::SetUp() { sender = GetParam().make(); }

namespace {

using Texts = std::vector<std::string>;

constexpr const char* ada = "+2348031234567";
constexpr const char* obi = "+2348031234568";

Sms an_sms(std::string to, std::string key) {
    return {std::move(to), "Your code is 493817.", std::move(key)};
}

// Sends all messages at once, each from a thread of its own; how many were taken.
int send_all_at_once(SmsSender& sender, const std::vector<Sms>& messages) {
    std::latch start(static_cast<std::ptrdiff_t>(messages.size()));
    std::vector<std::future<bool>> sending;
    for (const Sms& sms : messages)
        sending.push_back(std::async(std::launch::async, [&sender, &start, &sms] {
            start.arrive_and_wait();
            return sender.send(sms).has_value();
        }));
    int taken = 0;
    for (auto& one : sending) taken += one.get();
    return taken;
}

}  // namespace

TEST_P(SmsConformance, DeliversAMessage) {
    sender->send(an_sms(ada, "key-1")).value();
    EXPECT_EQ(GetParam().delivered(ada), Texts{"Your code is 493817."});
    EXPECT_EQ(GetParam().delivered(obi), Texts{});
}

TEST_P(SmsConformance, TextsArriveAsTheyAre) {
    const Texts texts = {"Oúnjẹ rẹ ti délẹ̀: ₦2 800 🍛",
                         "1 + 1 = 2 & 100 %; a/b?c#d",
                         "%2B+%00",
                         "first line\nsecond line",
                         " spaces ",
                         "x"};
    int n = 0;
    for (const std::string& text : texts)
        sender->send({ada, text, "key-" + std::to_string(++n)}).value();
    EXPECT_EQ(GetParam().delivered(ada), texts);
}

TEST_P(SmsConformance, TheLongestTextIsTaken) {
    const std::string text(Sms::longest_text, 'x');
    sender->send({ada, text, "key-1"}).value();
    EXPECT_EQ(GetParam().delivered(ada), Texts{text});
}

TEST_P(SmsConformance, TextsThatNoServiceTakesAreRefused) {
    const Texts texts = {"", std::string(Sms::longest_text + 1, 'x'), "caf\xe9", "a\0b"s};
    int n = 0;
    for (const std::string& text : texts) {
        const Status refused = sender->send({ada, text, "key-" + std::to_string(++n)});
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    }
    EXPECT_EQ(GetParam().delivered(ada), Texts{});
}

TEST_P(SmsConformance, OneNumberInE164Only) {
    for (const std::string& to :
         {""s, "+"s, "08031234567"s, "2348031234567"s, "+02348031234567"s, "+1234567890123456"s,
          "+234 803 123 4567"s, "+2348031234567,+2348031234568"s, "+2348031234567\n"s,
          "+2348031234567&To=+2348031234568"s, "whatsapp:+2348031234567"s}) {
        const Status refused = sender->send(an_sms(to, "key-" + to));
        ASSERT_FALSE(refused) << to;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    }
    EXPECT_EQ(GetParam().delivered(ada), Texts{});
    EXPECT_EQ(GetParam().delivered(obi), Texts{});
}

TEST_P(SmsConformance, TheSameKeyIsDeliveredOnce) {
    if (!GetParam().knows_keys) GTEST_SKIP() << "the service knows no keys";
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(sender->send(an_sms(ada, "key-1")));
    EXPECT_EQ(GetParam().delivered(ada).size(), 1u);
}

TEST_P(SmsConformance, TheSameKeyIsDeliveredOnceInParallel) {
    if (!GetParam().knows_keys) GTEST_SKIP() << "the service knows no keys";
    EXPECT_EQ(send_all_at_once(*sender, std::vector<Sms>(20, an_sms(ada, "key-race"))), 20);
    EXPECT_EQ(GetParam().delivered(ada).size(), 1u);
}

TEST_P(SmsConformance, DifferentKeysAreDifferentMessages) {
    sender->send(an_sms(ada, "key-1")).value();
    sender->send(an_sms(ada, "key-2")).value();
    EXPECT_EQ(GetParam().delivered(ada).size(), 2u);
}

TEST_P(SmsConformance, DifferentKeysInParallelAreAllDelivered) {
    std::vector<Sms> messages;
    for (int i = 0; i < 20; ++i) messages.push_back(an_sms(ada, "key-" + std::to_string(i)));
    EXPECT_EQ(send_all_at_once(*sender, messages), 20);
    EXPECT_EQ(GetParam().delivered(ada).size(), 20u);
}

TEST_P(SmsConformance, AnyKeyWillDoButNone) {
    const std::vector<std::string> keys = {
        "/", "../../etc/x", "a b", "clé", std::string(300, 'k'), "a\nb", "\0"s, "\0\0"s};
    for (const std::string& key : keys) EXPECT_TRUE(sender->send(an_sms(ada, key)));
    EXPECT_EQ(GetParam().delivered(ada).size(), keys.size());
    EXPECT_EQ(sender->send(an_sms(ada, "")).error().kind, Errc::unprocessable);
    EXPECT_EQ(GetParam().delivered(ada).size(), keys.size());
}

TEST_P(SmsConformance, AKeyThatWasRefusedIsNotSpent) {
    EXPECT_FALSE(sender->send({ada, "", "key-1"}));
    EXPECT_TRUE(sender->send(an_sms(ada, "key-1")));
    EXPECT_EQ(GetParam().delivered(ada).size(), 1u);
}

}  // namespace kitchen::testkit
