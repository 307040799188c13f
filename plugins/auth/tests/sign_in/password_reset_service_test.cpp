#include "sign_in/password_reset_service.h"

#include <thread>
#include <vector>

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;

class PasswordResetTest : public AuthTest {
protected:
    static constexpr const char* new_password = "yam-and-egg-sauce";
    void SetUp() override {
        AuthTest::SetUp();
        ada = sign_up();
        sent = mailer.mails().size();
    }
    static Contact contact(const std::string& text) {
        return {text.starts_with('+') ? Channel::sms : Channel::email, text};
    }
    std::string reset(const std::string& email, const std::string& code,
                      const std::string& password = new_password,
                      const std::string& address = "192.0.2.1") {
        const Status status = module->resets.reset(contact(email), code, password, address);
        return status ? "ok" : status.error().code;
    }
    std::string reset_from(const std::string& address, const std::string& code) {
        return reset("ada@example.com", code, new_password, address);
    }
    std::string ask(const std::string& email = "ada@example.com",
                    const std::string& address = "192.0.2.1") {
        EXPECT_TRUE(module->resets.forgot(contact(email), address));
        return newest_code();
    }
    bool opens(const std::string& password) {
        return module->guard.verify("ada@example.com", password, "192.0.2.1").has_value();
    }
    User ada;
    std::size_t sent = 0;
};

TEST_F(PasswordResetTest, ChangesThePasswordAndEndsEverything) {
    const IssuedTokens tokens = module->tokens.issue(ada).value();
    ASSERT_TRUE(opens(good_password));
    const std::string code = ask("ADA@example.com");
    EXPECT_EQ(mailer.mails().back().to, "ada@example.com");
    EXPECT_TRUE(opens(good_password)) << "asking changes nothing";
    EXPECT_EQ(reset("Ada@Example.com", code), "ok");
    EXPECT_FALSE(opens(good_password));
    EXPECT_TRUE(opens(new_password));
    EXPECT_FALSE(module->tokens.authenticate(tokens.access_token));
    EXPECT_FALSE(module->tokens.refresh(tokens.refresh_token));
    EXPECT_EQ(reset("ada@example.com", code, "another-good-one"), "password_reset_not_found")
        << "good once";
    jobs.run_all();
    EXPECT_EQ(mailer.mails().size(), sent + 2);
    const Mail notice = mailer.mails().back();
    EXPECT_EQ(notice.to, "ada@example.com");
    EXPECT_EQ(notice.subject, "Your password at Chuks Kitchen was changed");
    EXPECT_FALSE(log.contains(code));
    EXPECT_FALSE(log.contains(new_password));
}

TEST_F(PasswordResetTest, UnknownAddressesLookTheSame) {
    ask("nobody@example.com");
    EXPECT_EQ(mailer.mails().size(), sent) << "no mail";
    for (int i = 0; i < 4; ++i) {
        const Status refused = module->resets.reset(
            contact("nobody@example.com"), "00000" + std::to_string(i), new_password, "192.0.2.1");
        EXPECT_EQ(refused.error().code, "otp_wrong");
        EXPECT_EQ(refused.error().members.at(0).second, Json(4 - i));
    }
    EXPECT_EQ(reset("nobody@example.com", "000009"), "otp_exhausted");
    EXPECT_EQ(reset("nobody@example.com", "000009"), "password_reset_not_found");
}

TEST_F(PasswordResetTest, BySmsForAProvedNumber) {
    const User obi = sign_up_by_sms("08031111111");
    const std::size_t before = sms.sent().size();
    EXPECT_TRUE(module->resets.forgot(contact("+2348031111111"), "192.0.2.1"));
    const std::string code = newest_sms_code();
    ASSERT_EQ(sms.sent().size(), before + 1);
    EXPECT_EQ(reset("+2348031111111", another(code)), "otp_wrong");
    EXPECT_EQ(reset("ada@example.com", code), "password_reset_not_found");
    EXPECT_EQ(reset("+2348031111111", code), "ok");
    EXPECT_EQ(module->guard.verify("+2348031111111", new_password, "192.0.2.1").value().id, obi.id);
    EXPECT_EQ(mailer.mails().size(), sent);
    EXPECT_FALSE(log.contains(code));
    EXPECT_FALSE(log.contains("8031111111"));
}

TEST_F(PasswordResetTest, NumbersThatAreNotProvedLookLikeUnknownOnes) {
    for (const char* number : {"+2348031234567", "+2348039999999"}) {
        EXPECT_TRUE(module->resets.forgot(contact(number), "192.0.2.1"));
        jobs.run_all();
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(reset(number, "00000" + std::to_string(i)), "otp_wrong");
        EXPECT_EQ(reset(number, "000009"), "otp_exhausted");
        EXPECT_EQ(reset(number, "000009"), "password_reset_not_found");
    }
    EXPECT_TRUE(sms.sent().empty());
    EXPECT_EQ(mailer.mails().size(), sent);
}

TEST_F(PasswordResetTest, ACodeDiesWhenTheNumberIsNotTheirsAnyMore) {
    const User obi = make_by_phone("+2348031111111", "obi@example.com");
    EXPECT_TRUE(module->resets.forgot(contact("+2348031111111"), "192.0.2.1"));
    const std::string code = newest_sms_code();
    OwnChange change;
    change.phone_number = "0803 222 2222";
    ASSERT_TRUE(module->accounts.change_own({obi.id, 0, ""}, change, any_version));
    EXPECT_EQ(reset("+2348031111111", code), "password_reset_not_found");
}

TEST_F(PasswordResetTest, LimitsTextMessagesToOneNumber) {
    sign_up_by_sms("08031111111");
    const std::size_t before = sms.sent().size();
    for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(module->resets.forgot(contact("+2348031111111"), "192.0.2.1"));
        jobs.run_all();
    }
    EXPECT_EQ(sms.sent().size(), before + 5);
}

TEST_F(PasswordResetTest, DisabledAccountsGetNoMail) {
    const User chief = make_admin();
    module->accounts.change_rights(ada.id, {.role = {}, .disabled = true}, chief.id, any_version)
        .value();
    ask();
    EXPECT_EQ(mailer.mails().size(), sent);
}

TEST_F(PasswordResetTest, ACodeDiesWhenTheAccountIsDisabledAfterwards) {
    const User chief = make_admin();
    const std::string code = ask();
    module->accounts.change_rights(ada.id, {.role = {}, .disabled = true}, chief.id, any_version)
        .value();
    EXPECT_EQ(reset("ada@example.com", code), "password_reset_not_found");
}

TEST_F(PasswordResetTest, FiveWrongCodes) {
    const std::string code = ask();
    for (int i = 1; i <= 4; ++i) EXPECT_EQ(reset("ada@example.com", another(code, i)), "otp_wrong");
    EXPECT_EQ(reset("ada@example.com", another(code, 5)), "otp_exhausted");
    EXPECT_EQ(reset("ada@example.com", code), "password_reset_not_found");
}

TEST_F(PasswordResetTest, AStrangerUsesUpTheirOwnTries) {
    const std::string code = ask();
    for (int i = 1; i <= 4; ++i)
        EXPECT_EQ(reset_from("198.51.100.7", another(code, i)), "otp_wrong");
    EXPECT_EQ(reset_from("198.51.100.7", another(code, 5)), "otp_exhausted");
    EXPECT_EQ(reset_from("203.0.113.9", code), "password_reset_not_found")
        << "of all who have not asked together, the right one too";
    EXPECT_EQ(reset_from("192.0.2.1", code), "ok");
}

TEST_F(PasswordResetTest, AStrangerWhoAsksHasTriesOfTheirOwn) {
    const std::string code = ask();
    EXPECT_EQ(ask("ada@example.com", "2001:db8:1:2::7"), code);
    for (int i = 1; i <= 4; ++i)
        EXPECT_EQ(reset_from("2001:db8:1:2::" + std::to_string(i), another(code, i)), "otp_wrong");
    EXPECT_EQ(reset_from("2001:db8:1:2::5", another(code, 5)), "otp_exhausted");
    EXPECT_EQ(reset_from("2001:db8:1:2::6", code), "password_reset_not_found");
    EXPECT_EQ(reset_from("203.0.113.9", another(code)), "otp_wrong") << "the owner, on the way";
    EXPECT_EQ(reset_from("192.0.2.1", code), "ok");
}

TEST_F(PasswordResetTest, AskingAgainGivesTriesAgain) {
    const std::string code = ask();
    for (int i = 1; i <= 5; ++i) reset("ada@example.com", another(code, i));
    EXPECT_EQ(reset("ada@example.com", code), "password_reset_not_found");
    EXPECT_EQ(ask(), code);
    EXPECT_EQ(reset("ada@example.com", code), "ok");
}

// Mails overtake each other.
TEST_F(PasswordResetTest, AskingAgainMailsTheSameCodeWhileItIsYoung) {
    const std::string code = ask();
    clock.advance(minutes(5) - std::chrono::milliseconds(1));
    EXPECT_EQ(ask(), code);
    EXPECT_NE(mailer.mails().back().text.find("6 minutes"), std::string::npos)
        << mailer.mails().back().text;
    clock.advance(std::chrono::milliseconds(1));
    const std::string second = ask();
    ASSERT_NE(second, code);
    EXPECT_EQ(reset("ada@example.com", code), "otp_wrong");
    EXPECT_EQ(reset("ada@example.com", second), "ok");
    EXPECT_NE(ask(), second) << "an account that has changed gets another";
}

TEST_F(PasswordResetTest, ACodeIsForOneAddress) {
    sign_up("obi@example.com", "08031111111");
    const std::string code = ask();
    ask("obi@example.com");
    EXPECT_EQ(reset("obi@example.com", code), "otp_wrong");
}

TEST_F(PasswordResetTest, TheCacheHoldsNoCode) {
    const std::string code = ask();
    const SecretKey key = SecretKey::from_text(default_settings().key);
    const auto fields =
        cache.get_fields("auth:reset:" + key.derive("reset email").mac({"ada@example.com"}))
            .value();
    ASSERT_TRUE(fields);
    for (const auto& [name, value] : *fields) {
        EXPECT_NE(value, code);
        EXPECT_EQ((name + value).find("192.0.2.1"), std::string::npos);
    }
}

TEST_F(PasswordResetTest, CodesExpire) {
    const std::string code = ask();
    clock.advance(minutes(10));
    EXPECT_EQ(reset("ada@example.com", code), "password_reset_not_found");
}

TEST_F(PasswordResetTest, BadPasswordsCostNoTry) {
    const std::string code = ask();
    EXPECT_EQ(reset("ada@example.com", code, "password"), "password_too_common");
    EXPECT_EQ(reset("ada@example.com", code, "08031234567"), "password_too_common")
        << "the account's phone number";
    EXPECT_EQ(reset("ada@example.com", code, "short"), "password_too_short");
    EXPECT_EQ(reset("ada@example.com", code), "ok");
}

TEST_F(PasswordResetTest, AStoreThatIsAwayKeepsTheCode) {
    const std::string code = ask();
    store.away = true;
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(reset("ada@example.com", code), "store_unavailable") << "and it costs no try";
    store.away = false;
    EXPECT_EQ(reset("ada@example.com", code), "ok");
}

TEST_F(PasswordResetTest, ParallelResetsWithOneCodeChangeOnce) {
    const std::string code = ask();
    std::atomic<int> done{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i)
            threads.emplace_back([&, i] {
                done +=
                    reset("ada@example.com", code, "a-new-password-" + std::to_string(i)) == "ok";
            });
    }
    EXPECT_EQ(done, 1);
}

TEST_F(PasswordResetTest, LimitsMailsSilentlyAndClientsOpenly) {
    for (int i = 0; i < 8; ++i) ask();
    EXPECT_EQ(mailer.mails().size(), sent + 5);
    AuthSettings settings = default_settings();
    settings.reset.per_address_burst = 1;
    settings.reset.per_address_period = minutes(1);
    build(settings);
    EXPECT_TRUE(module->resets.forgot(contact("x@example.com"), "192.0.2.77"));
    const Status refused = module->resets.forgot(contact("y@example.com"), "192.0.2.77");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::too_many_requests);
    jobs.run_all();
}

TEST_F(PasswordResetTest, AFullQueueIsSaid) {
    jobs.full = true;
    EXPECT_EQ(module->resets.forgot(contact("ada@example.com"), "192.0.2.1").error().kind,
              Errc::unavailable);
}

}  // namespace
}  // namespace kitchen::auth
