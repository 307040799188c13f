#include "codes/message_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::auth {
namespace {

using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;

const Contact ada{Channel::email, "ada@example.com"}, number{Channel::sms, "+2348031234567"};

Mail mail(const Message& message) { return std::get<Mail>(message); }

TEST(MessageTexts, TheBuiltInOnes) {
    const MessageTexts texts;
    const Mail signup = mail(texts.signup(ada, "012345", minutes(1)));
    EXPECT_EQ(signup.to, "ada@example.com");
    EXPECT_EQ(signup.subject, "Your Chuks Kitchen code");
    EXPECT_THAT(signup.text, AllOf(HasSubstr("\n\nYour code is 012345\n\n"),
                                   HasSubstr("It is valid for 1 minute.")));
    EXPECT_THAT(signup.html, AllOf(HasSubstr("<strong>012345</strong>"),
                                   HasSubstr("It is valid for 1 minute.")));
    const Mail reset = mail(texts.password_reset(ada, "012345", minutes(10)));
    EXPECT_EQ(reset.subject, "Reset your Chuks Kitchen password");
    EXPECT_THAT(reset.text, AllOf(HasSubstr("\n\nYour code is 012345\n\n"),
                                  HasSubstr("It is valid for 10 minutes.")));
    EXPECT_THAT(reset.html, HasSubstr("012345"));
}

// Telephones show the beginning; beyond 160 characters it would be two messages.
TEST(MessageTexts, TextMessagesAreShortAndBeginWithTheCode) {
    const MessageTexts texts({}, true);
    for (const Message& message : {texts.signup(number, "012345", minutes(60)),
                                   texts.password_reset(number, "012345", minutes(60)),
                                   texts.contact_change(number, "012345", minutes(60))}) {
        const Sms& sms = std::get<Sms>(message);
        EXPECT_EQ(sms.to, "+2348031234567");
        EXPECT_TRUE(sms.text.starts_with("012345 ")) << sms.text;
        EXPECT_THAT(sms.text, HasSubstr("60 minutes"));
        EXPECT_LE(sms.text.size(), 160u) << sms.text;
        // Of what ASCII has, GSM 03.38 counts these twice or not at all.
        EXPECT_EQ(sms.text.find_first_of("[]{}\\^|~`\n"), std::string::npos) << sms.text;
        for (const char c : sms.text) EXPECT_TRUE(c >= ' ' && c <= '~') << sms.text;
    }
    EXPECT_EQ(texts.notice(Notice::phone_changed, "ada@example.com").to, "ada@example.com");
}

TEST(MessageTexts, OnlyServersWithTextMessagesNeedTheirTemplates) {
    const testkit::TemporaryDirectory folder;
    for (const char* name :
         {"signup_code", "password_reset", "email_change", "email_changed", "password_changed"})
        for (const char* extension : {".subject", ".txt", ".html"})
            std::filesystem::copy(std::filesystem::path(testkit::source_dir()) /
                                      "plugins/auth/templates" / (std::string(name) + extension),
                                  folder.path());
    EXPECT_NO_THROW(MessageTexts(folder.path()));
    try {
        MessageTexts refused(folder.path(), true);
        FAIL();
    } catch (const std::runtime_error& refused) {
        for (const char* file :
             {"signup_code.sms", "password_reset.sms", "phone_change.sms", "phone_changed.subject",
              "phone_changed.txt", "phone_changed.html"})
            EXPECT_THAT(refused.what(), HasSubstr(std::string(file) + ": there is no such file"));
    }
}

TEST(MessageTexts, AFolderOfTheOperators) {
    const testkit::TemporaryDirectory folder;
    for (const char* name :
         {"signup_code", "password_reset", "email_change", "email_changed", "password_changed"})
        for (const char* extension : {".subject", ".txt", ".html"})
            std::filesystem::copy(std::filesystem::path(testkit::source_dir()) /
                                      "plugins/auth/templates" / (std::string(name) + extension),
                                  folder.path());
    std::ofstream(folder.path() / "signup_code.subject") << "Kóòdù rẹ: {{code}}";
    EXPECT_EQ(mail(MessageTexts(folder.path()).signup(ada, "012345", minutes(10))).subject,
              "Kóòdù rẹ: 012345");
    std::ofstream(folder.path() / "password_reset.html") << "<p>{{otp}}</p>";
    try {
        MessageTexts refused(folder.path());
        FAIL();
    } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr((folder.path() / "password_reset.html").string() +
                                              ":1: 'otp' is not known here"));
    }
}

}  // namespace
}  // namespace kitchen::auth
