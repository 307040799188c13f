#include "accounts/contact_change_service.h"

#include <thread>
#include <vector>

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class ContactChangeTest : public AuthTest {
protected:
    Asker asker(const User& user) const { return {user.id, 0, "192.0.2.1"}; }
    std::string begin(const User& user, const std::string& number,
                      const std::string& password = good_password) {
        const auto left = module->phone_changes.start(asker(user), number, password);
        return left ? "ok" : left.error().code;
    }
    std::string verify(const User& user, const std::string& code) {
        const auto changed = module->phone_changes.verify(asker(user), code);
        return changed ? "ok" : changed.error().code;
    }
};

TEST_F(ContactChangeTest, ThePresentNumberIsProved) {
    const User ada = sign_up();
    const IssuedTokens elsewhere = module->tokens.issue(ada).value();
    EXPECT_EQ(begin(ada, "0803-123-4567"), "ok");
    const std::string code = newest_sms_code();
    EXPECT_EQ(sms.sent().back().to, "+2348031234567");
    EXPECT_FALSE(reread(ada.id).phone_proved);
    EXPECT_EQ(verify(ada, code), "ok");
    EXPECT_TRUE(reread(ada.id).phone_proved);
    EXPECT_FALSE(module->tokens.authenticate(elsewhere.access_token)) << "other sign-ins end";
    jobs.run_all();
    EXPECT_EQ(mailer.mails().back().to, "ada@example.com");
    EXPECT_NE(mailer.mails().back().text.find("phone number was confirmed"), std::string::npos);
    EXPECT_EQ(verify(ada, code), "phone_change_not_found") << "a code is good once";
    EXPECT_EQ(begin(ada, "0803 123 4567"), "validation_failed") << "it is proved already";
    EXPECT_FALSE(log.contains(code));
}

TEST_F(ContactChangeTest, AnotherNumberTakesThePlaceOfTheOnlyContact) {
    const User obi = sign_up_by_sms();
    const std::size_t mails = mailer.mails().size();
    EXPECT_EQ(begin(obi, "0803 999 9999"), "ok");
    EXPECT_EQ(verify(obi, newest_sms_code()), "ok");
    EXPECT_EQ(reread(obi.id).phone_number, "+2348039999999");
    EXPECT_TRUE(reread(obi.id).phone_proved);
    jobs.run_all();
    EXPECT_EQ(mailer.mails().size(), mails) << "there is no address for a notice";
}

TEST_F(ContactChangeTest, AnEmailIsAddedToANumber) {
    const User obi = sign_up_by_sms();
    ASSERT_TRUE(module->email_changes.start(asker(obi), "obi@example.com", good_password));
    ASSERT_TRUE(module->email_changes.verify(asker(obi), newest_code()));
    EXPECT_EQ(reread(obi.id).email, "obi@example.com");
    EXPECT_TRUE(reread(obi.id).phone_proved);
    EXPECT_EQ(jobs.run_all(), 0) << "there was no address for a notice";
}

TEST_F(ContactChangeTest, NeedsThePasswordAndAFreeNumber) {
    const User ada = sign_up();
    sign_up("obi@example.com", "08039999999");
    EXPECT_EQ(begin(ada, "08031111111", "not-the-password"), "validation_failed");
    EXPECT_EQ(begin(ada, "08039999999"), "phone_taken");
    EXPECT_EQ(begin(ada, "12"), "validation_failed");
    EXPECT_EQ(verify(ada, "123456"), "phone_change_not_found");
    EXPECT_EQ(jobs.run_all(), 0);
    EXPECT_TRUE(sms.sent().empty());
}

TEST_F(ContactChangeTest, TakenMeanwhile) {
    const User ada = sign_up();
    EXPECT_EQ(begin(ada, "08039999999"), "ok");
    const std::string code = newest_sms_code();
    sign_up("obi@example.com", "08039999999");
    EXPECT_EQ(verify(ada, code), "phone_taken");
    EXPECT_EQ(reread(ada.id).phone_number, ada.phone_number);
}

TEST_F(ContactChangeTest, CodesOfOneChannelAreWorthNothingInTheOther) {
    const User ada = sign_up();
    EXPECT_EQ(begin(ada, "08039999999"), "ok");
    const std::string code = newest_sms_code();
    EXPECT_EQ(module->email_changes.verify(asker(ada), code).error().code,
              "email_change_not_found");
}

TEST_F(ContactChangeTest, HasTheLimitsOfASignUp) {
    const User ada = sign_up();
    for (const char* spelling :
         {"08039999999", "+234 803 999 9999", "002348039999999", "0803 999 9999", "0803-999-9999"})
        EXPECT_EQ(begin(ada, spelling), "ok");
    EXPECT_EQ(begin(ada, "08039999999"), "too_many_phone_changes");
    jobs.run_all();
    EXPECT_EQ(sms.sent().size(), 5u);
}

TEST_F(ContactChangeTest, AHundredParallelGuessesGetFiveCompared) {
    const User ada = sign_up();
    EXPECT_EQ(begin(ada, "08039999999"), "ok");
    const std::string code = newest_sms_code();
    std::atomic<int> wrong{0}, exhausted{0}, gone{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 10; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 10; ++i) {
                    const std::string result = verify(ada, another(code, 1 + t * 10 + i));
                    wrong += result == "otp_wrong";
                    exhausted += result == "otp_exhausted";
                    gone += result == "phone_change_not_found";
                }
            });
    }
    EXPECT_EQ(wrong, 4);
    EXPECT_EQ(exhausted, 1);
    EXPECT_EQ(gone, 95);
}

}  // namespace
}  // namespace kitchen::auth
