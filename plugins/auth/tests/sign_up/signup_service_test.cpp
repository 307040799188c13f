#include "sign_up/signup_service.h"

#include <set>
#include <thread>
#include <vector>

#include "tests/auth_fixture.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class SignupServiceTest : public AuthTest {
protected:
    SignupService& signups() { return module->signups; }
    std::string verdict(const std::string& session, const std::string& code) {
        const auto user = signups().verify(session, code);
        return user ? "ok" : user.error().code;
    }
    std::int64_t users() { return module->accounts.find("", "", 1, 0).value().total; }
};

TEST_F(SignupServiceTest, MakesTheAccount) {
    const std::string session = signups().start(form("Ada@Example.com")).value();
    EXPECT_EQ(session.size(), 64u);
    EXPECT_EQ(users(), 0);
    const User user = signups().verify(session, newest_code()).value();
    EXPECT_EQ(user.email, "Ada@Example.com");
    EXPECT_EQ(user.phone_number, "+2348031234567");
    EXPECT_EQ(user.role, "customer");
    EXPECT_EQ(user.referral_code.size(), 8u);
    EXPECT_EQ(user.created_at, to_millis(clock.now()));
    EXPECT_EQ(users(), 1);
    EXPECT_TRUE(module->guard.verify("ada@example.com", good_password, "192.0.2.1"));
    EXPECT_EQ(verdict(session, newest_code()), "signup_session_not_found") << "the session is gone";
}

TEST_F(SignupServiceTest, TellsOnceThatTheAccountIsThere) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    EXPECT_EQ(verdict(session, another(code)), "otp_wrong");
    store.forgets_responses = true;
    EXPECT_EQ(verdict(session, code), "commit_unknown");
    store.forgets_responses = false;
    EXPECT_EQ(verdict(session, code), "ok") << "the same account";
    EXPECT_EQ(events.emitted(), (std::vector<std::string>{R"(account.verified/1 {"user_id":1,"at":)"
                                                          R"("2026-01-01T12:00:00.000Z"})"}))
        << "no address in it";
}

TEST_F(SignupServiceTest, TheCacheHoldsNoSecret) {
    std::string everything;
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    // The entry is found only with the server key; a key made from the session id itself finds
    // nothing.
    EXPECT_FALSE(cache.get_fields("auth:signup:" + session).value());
    const SecretKey key = SecretKey::from_text(default_settings().key);
    const auto fields =
        cache.get_fields("auth:signup:" + key.derive("signup session").mac({session})).value();
    ASSERT_TRUE(fields);
    for (const auto& [name, value] : *fields) everything += name + "=" + value + "\n";
    EXPECT_EQ(everything.find(good_password), std::string::npos);
    EXPECT_EQ(everything.find(session), std::string::npos);
    EXPECT_EQ(everything.find("=" + code), std::string::npos);
    EXPECT_NE(everything.find("password_hash=$argon2id$"), std::string::npos);
    EXPECT_FALSE(log.contains(code));
    EXPECT_FALSE(log.contains(good_password));
    EXPECT_FALSE(log.contains(session));
}

TEST_F(SignupServiceTest, WrongCodesAreCounted) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    for (int left = 4; left >= 1; --left) {
        const auto refused = signups().verify(session, another(code, left));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unauthenticated);
        EXPECT_EQ(refused.error().code, "otp_wrong");
        ASSERT_EQ(refused.error().members.size(), 1u);
        EXPECT_EQ(refused.error().members[0].first, "attempts_left");
        EXPECT_EQ(refused.error().members[0].second, Json(left));
    }
    const auto last = signups().verify(session, another(code, 9));
    EXPECT_EQ(last.error().kind, Errc::too_many_requests);
    EXPECT_EQ(last.error().code, "otp_exhausted");
    EXPECT_EQ(verdict(session, code), "signup_session_not_found")
        << "not even the right one any more";
}

// Mails overtake each other.
TEST_F(SignupServiceTest, SigningUpAgainMailsTheSameCodeWhileItIsYoung) {
    const std::string first = signups().start(form()).value();
    const std::string code = newest_code();
    clock.advance(minutes(5) - seconds(1));
    const std::string second = signups().start(form("ADA@example.com")).value();
    EXPECT_EQ(newest_code(), code);
    clock.advance(seconds(1));
    const std::string third = signups().start(form()).value();
    EXPECT_NE(newest_code(), code);
    EXPECT_EQ(verdict(third, code), "otp_wrong");
    signups().start(form("obi@example.com", "08031111111")).value();
    EXPECT_NE(newest_code(), code);
    EXPECT_EQ(verdict(second, code), "ok");
    EXPECT_EQ(verdict(first, code), "email_taken");
}

TEST_F(SignupServiceTest, AHundredParallelGuessesGetFiveCompared) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    std::atomic<int> wrong{0}, exhausted{0}, gone{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 10; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 10; ++i) {
                    const std::string result = verdict(session, another(code, 1 + t * 10 + i));
                    wrong += result == "otp_wrong";
                    exhausted += result == "otp_exhausted";
                    gone += result == "signup_session_not_found";
                }
            });
    }
    EXPECT_EQ(wrong, 4);
    EXPECT_EQ(exhausted, 1);
    EXPECT_EQ(gone, 95);
}

TEST_F(SignupServiceTest, ParallelRightCodesMakeOneAccount) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    std::atomic<int> made{0}, gone{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                const std::string result = verdict(session, code);
                made += result == "ok";
                gone += result == "signup_session_not_found";
            });
    }
    EXPECT_GE(made, 1);
    EXPECT_EQ(made + gone, 8) << "nobody is told that their own address is taken";
    EXPECT_EQ(users(), 1);
}

TEST_F(SignupServiceTest, SessionsExpire) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    clock.advance(minutes(10));
    EXPECT_EQ(verdict(session, code), "signup_session_not_found");
    EXPECT_EQ(signups().resend(session).error().code, "signup_session_not_found");
}

TEST_F(SignupServiceTest, ACodeIsWorthNothingInAnotherSession) {
    const std::string first = signups().start(form()).value();
    const std::string code = newest_code();
    const std::string second = signups().start(form("obi@example.com", "08031111111")).value();
    EXPECT_EQ(verdict(second, code), code == newest_code() ? "ok" : "otp_wrong");
    EXPECT_EQ(verdict("", code), "signup_session_not_found");
    EXPECT_EQ(verdict(first, code), "ok");
}

TEST_F(SignupServiceTest, ResendReplacesTheCode) {
    const std::string session = signups().start(form()).value();
    const std::string old_code = newest_code();
    clock.advance(minutes(3));
    EXPECT_EQ(signups().resend(session).value().left, minutes(7));
    const std::string new_code = newest_code();
    ASSERT_NE(new_code, old_code);
    EXPECT_NE(mailer.mails().back().text.find("7 minutes"), std::string::npos);
    EXPECT_EQ(verdict(session, old_code), "otp_wrong");
    EXPECT_EQ(verdict(session, new_code), "ok");
}

TEST_F(SignupServiceTest, ResendDoesNotRenewTheTries) {
    const std::string session = signups().start(form()).value();
    std::string code = newest_code();
    for (int i = 1; i <= 4; ++i) EXPECT_EQ(verdict(session, another(code, i)), "otp_wrong");
    ASSERT_TRUE(signups().resend(session));
    code = newest_code();
    EXPECT_EQ(verdict(session, another(code)), "otp_exhausted");
}

TEST_F(SignupServiceTest, ResendAtMostOnceAMinute) {
    const std::string session = signups().start(form()).value();
    ASSERT_TRUE(signups().resend(session));
    clock.advance(seconds(20));
    const auto refused = signups().resend(session);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::too_many_requests);
    EXPECT_EQ(refused.error().retry_after, seconds(40));
    clock.advance(seconds(40));
    EXPECT_TRUE(signups().resend(session));
}

TEST_F(SignupServiceTest, ResendAtMostFiveTimes) {
    const std::string session = signups().start(form()).value();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(signups().resend(session)) << i;
        clock.advance(minutes(1));
    }
    const auto refused = signups().resend(session);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many_resends");
    EXPECT_EQ(refused.error().retry_after, minutes(5)) << "when the session expires";
    jobs.run_all();
    EXPECT_EQ(mailer.mails().size(), 6u);
    EXPECT_EQ(verdict(session, newest_code()), "ok") << "the last code is still good";
}

TEST_F(SignupServiceTest, NamesWhatIsTaken) {
    sign_up("ada@example.com", "08031234567");
    const auto email = signups().start(form("ADA@example.com", "08031111111"));
    EXPECT_EQ(email.error().kind, Errc::conflict);
    EXPECT_EQ(email.error().code, "email_taken");
    EXPECT_EQ(email.error().faults.at(0).pointer, "/email");
    const auto phone = signups().start(form("obi@example.com", "+234 803 123 4567"));
    EXPECT_EQ(phone.error().code, "phone_taken");
    EXPECT_EQ(phone.error().faults.at(0).pointer, "/phone_number");
    EXPECT_EQ(signups().start(form()).error().faults.size(), 2u) << "both at once";
}

TEST_F(SignupServiceTest, TakenMeanwhile) {
    const std::string first = signups().start(form()).value();
    const std::string first_code = newest_code();
    const std::string second = signups().start(form("obi@example.com", "08031234567")).value();
    const std::string second_code = newest_code();
    const std::string third = signups().start(form("Ada@example.com", "08032222222")).value();
    const std::string third_code = newest_code();
    ASSERT_EQ(verdict(first, first_code), "ok");
    EXPECT_EQ(verdict(second, second_code), "phone_taken");
    EXPECT_EQ(verdict(third, third_code), "email_taken");
    EXPECT_EQ(verdict(third, third_code), "signup_session_not_found")
        << "nothing can come of that session";
}

TEST_F(SignupServiceTest, AStoreThatIsAwayKeepsTheSession) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    store.away = true;
    EXPECT_EQ(verdict(session, code), "store_unavailable");
    store.away = false;
    EXPECT_EQ(verdict(session, code), "ok");
}

TEST_F(SignupServiceTest, ALostResponseIsFoundAgain) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    store.forgets_responses = true;
    EXPECT_EQ(verdict(session, code), "commit_unknown");
    store.forgets_responses = false;
    EXPECT_EQ(verdict(session, code), "ok");
    EXPECT_EQ(users(), 1);
}

TEST_F(SignupServiceTest, AFullMailQueueLeavesNothingBehind) {
    jobs.full = true;
    const auto refused = signups().start(form());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_TRUE(refused.error().retry_after);
    jobs.full = false;
    EXPECT_EQ(jobs.run_all(), 0);
    EXPECT_TRUE(signups().start(form()));
}

TEST_F(SignupServiceTest, AFullMailQueueKeepsTheOldCode) {
    const std::string session = signups().start(form()).value();
    const std::string code = newest_code();
    jobs.full = true;
    EXPECT_EQ(signups().resend(session).error().code, "mail_queue_full");
    jobs.full = false;
    EXPECT_EQ(verdict(session, code), "ok");
}

TEST_F(SignupServiceTest, RefusesBadForms) {
    SignupForm bad = form();
    bad.phone_number = "12";
    EXPECT_EQ(signups().start(bad).error().faults.at(0).pointer, "/phone_number");
    bad = form();
    bad.password = "password1";
    EXPECT_EQ(signups().start(bad).error().code, "password_too_common");
    bad = form();
    bad.password = "ada@example.com";
    EXPECT_EQ(signups().start(bad).error().code, "password_too_common");
    bad = form();
    bad.password = "08031234567";
    EXPECT_EQ(signups().start(bad).error().code, "password_too_common");
    jobs.run_all();
    EXPECT_TRUE(mailer.mails().empty());
}

TEST_F(SignupServiceTest, ReferralCodesMustExist) {
    const User ada = sign_up();
    SignupForm next = form("obi@example.com", "08031111111");
    next.referral_code = "NOBODY22";
    const auto refused = signups().start(next);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_EQ(refused.error().faults.at(0).pointer, "/referral_code");
    next.referral_code = ascii_lower(ada.referral_code);
    const std::string session = signups().start(next).value();
    const User obi = signups().verify(session, newest_code()).value();
    auto rows = store.read<Rows>([&](Transaction& tx) {
        return tx.query(store.prepare("SELECT referred_by FROM users WHERE id = $1"), {obi.id});
    });
    EXPECT_EQ(rows.value().front().integer(0), ada.id);
    EXPECT_EQ(events.emitted().back(), R"(account.referred/1 {"user_id":)" +
                                           std::to_string(obi.id) + R"(,"referred_by":)" +
                                           std::to_string(ada.id) + R"(,"at":")" +
                                           format_rfc3339(from_millis(obi.created_at)) + R"("})");
    EXPECT_NE(obi.referral_code, ada.referral_code);
}

TEST_F(SignupServiceTest, BySmsProvesTheNumber) {
    const std::string session = signups().start(sms_form("0803 123 4567")).value();
    const std::string code = newest_sms_code();
    EXPECT_EQ(sms.sent().at(0).to, "+2348031234567");
    EXPECT_TRUE(mailer.mails().empty());
    EXPECT_EQ(verdict(session, another(code)), "otp_wrong");
    const User user = signups().verify(session, code).value();
    EXPECT_EQ(user.email, "");
    EXPECT_EQ(user.phone_number, "+2348031234567");
    EXPECT_TRUE(user.phone_proved);
    EXPECT_FALSE(reread(sign_up("obi@example.com", "08031111111").id).phone_proved);
    EXPECT_EQ(signups().start(sms_form("+234 803 123 4567")).error().code, "phone_taken");
    EXPECT_FALSE(log.contains(code));
    EXPECT_FALSE(log.contains("8031234567"));
}

TEST_F(SignupServiceTest, BySmsALostResponseIsFoundAgain) {
    const std::string session = signups().start(sms_form()).value();
    const std::string code = newest_sms_code();
    store.forgets_responses = true;
    EXPECT_EQ(verdict(session, code), "commit_unknown");
    store.forgets_responses = false;
    EXPECT_EQ(verdict(session, code), "ok");
    EXPECT_EQ(users(), 1);
}

TEST_F(SignupServiceTest, BySmsTakenMeanwhile) {
    const std::string first = signups().start(sms_form()).value();
    const std::string code = newest_sms_code();
    const std::string second = signups().start(form("obi@example.com", "08031234567")).value();
    ASSERT_EQ(verdict(second, newest_code()), "ok");
    EXPECT_EQ(verdict(first, code), "phone_taken");
}

TEST_F(SignupServiceTest, BySmsWithoutAnEmailAndByMailWithOne) {
    SignupForm both = sms_form();
    both.email = "ada@example.com";
    both.phone_number = "12";
    const auto refused = signups().start(both);
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().faults.size(), 2u);
    EXPECT_EQ(refused.error().faults[0].pointer, "/email");
    EXPECT_EQ(refused.error().faults[1].pointer, "/phone_number");
    EXPECT_EQ(signups().start(form("")).error().faults.at(0).code, "required");
    EXPECT_EQ(jobs.run_all(), 0);
}

TEST_F(SignupServiceTest, ResendGoesTheSameWay) {
    const std::string session = signups().start(sms_form()).value();
    newest_sms_code();
    EXPECT_EQ(signups().resend(session).value().channel, Channel::sms);
    const std::string code = newest_sms_code();
    EXPECT_EQ(sms.sent().size(), 2u);
    EXPECT_TRUE(mailer.mails().empty());
    EXPECT_EQ(verdict(session, code), "ok");
}

// However it is written, and however many sign-ups ask for new codes.
TEST_F(SignupServiceTest, LimitsTextMessagesToOneNumber) {
    std::vector<std::string> sessions;
    for (const char* spelling : {"0803 123 4567", "+2348031234567", "00234 803-123-4567"})
        sessions.push_back(signups().start(sms_form(spelling)).value());
    EXPECT_TRUE(signups().resend(sessions[0]));
    EXPECT_TRUE(signups().resend(sessions[1]));
    EXPECT_EQ(signups().resend(sessions[2]).error().code, "too_many_signups");
    const auto refused = signups().start(sms_form("08031234567"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many_signups");
    EXPECT_TRUE(refused.error().retry_after);
    jobs.run_all();
    EXPECT_EQ(sms.sent().size(), 5u);
    EXPECT_TRUE(signups().start(sms_form("08031111111")));
}

TEST_F(SignupServiceTest, AFullQueueLeavesNothingBehindBySmsEither) {
    jobs.full = true;
    EXPECT_EQ(signups().start(sms_form()).error().code, "sms_queue_full");
}

TEST_F(SignupServiceTest, LimitsAnAddress) {
    AuthSettings settings = default_settings();
    settings.signup.per_address_burst = 2;
    build(settings);
    EXPECT_TRUE(signups().start(form("a@example.com", "08030000001")));
    EXPECT_TRUE(signups().start(form("b@example.com", "08030000002")));
    const auto refused = signups().start(form("c@example.com", "08030000003"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::too_many_requests);
    EXPECT_EQ(refused.error().retry_after, seconds(10));
    SignupForm other = form("c@example.com", "08030000003");
    other.client_address = "192.0.2.2";
    EXPECT_TRUE(signups().start(other));
}

TEST_F(SignupServiceTest, LimitsMailsToOneAddress) {
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(signups().start(form(i % 2 == 0 ? "ada@example.com" : "ADA@example.com")));
    const auto refused = signups().start(form());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many_signups");
    EXPECT_EQ(refused.error().retry_after, minutes(10));
    EXPECT_TRUE(signups().start(form("obi@example.com")));
}

TEST_F(SignupServiceTest, CodesAreSixDigitsOfAllKinds) {
    ServerKey key({"0123456789abcdef0123456789abcdef", ""});
    key.open(random, log);
    OneTimeCodes codes(PurposeKey(key, "codes"), random);
    std::set<char> first;
    for (int i = 0; i < 1000; ++i) {
        const std::string code = codes.make();
        ASSERT_EQ(code.size(), 6u);
        ASSERT_EQ(code.find_first_not_of("0123456789"), std::string::npos);
        first.insert(code[0]);
    }
    EXPECT_EQ(first.size(), 10u);
}

}  // namespace
}  // namespace kitchen::auth
