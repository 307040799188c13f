#include "codes/mail_texts.h"

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

TEST(MailTexts, TheBuiltInOnes) {
    const MailTexts texts;
    const Mail signup = texts.signup("ada@example.com", "012345", minutes(1));
    EXPECT_EQ(signup.to, "ada@example.com");
    EXPECT_EQ(signup.subject, "Your Chuks Kitchen code");
    EXPECT_THAT(signup.text, AllOf(HasSubstr("\n\nYour code is 012345\n\n"),
                                   HasSubstr("It is valid for 1 minute.")));
    EXPECT_THAT(signup.html, AllOf(HasSubstr("<strong>012345</strong>"),
                                   HasSubstr("It is valid for 1 minute.")));
    const Mail reset = texts.password_reset("ada@example.com", "012345", minutes(10));
    EXPECT_EQ(reset.subject, "Reset your Chuks Kitchen password");
    EXPECT_THAT(reset.text, AllOf(HasSubstr("\n\nYour code is 012345\n\n"),
                                  HasSubstr("It is valid for 10 minutes.")));
    EXPECT_THAT(reset.html, HasSubstr("012345"));
}

TEST(MailTexts, AFolderOfTheOperators) {
    const testkit::TemporaryDirectory folder;
    for (const char* name : {"signup_code", "password_reset", "email_change", "email_changed"})
        for (const char* extension : {".subject", ".txt", ".html"})
            std::filesystem::copy(std::filesystem::path(testkit::source_dir()) /
                                      "plugins/auth/templates" / (std::string(name) + extension),
                                  folder.path());
    std::ofstream(folder.path() / "signup_code.subject") << "Kóòdù rẹ: {{code}}";
    EXPECT_EQ(MailTexts(folder.path()).signup("ada@example.com", "012345", minutes(10)).subject,
              "Kóòdù rẹ: 012345");
    std::ofstream(folder.path() / "password_reset.html") << "<p>{{otp}}</p>";
    try {
        MailTexts refused(folder.path());
        FAIL();
    } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr((folder.path() / "password_reset.html").string() +
                                              ":1: 'otp' is not known here"));
    }
}

}  // namespace
}  // namespace kitchen::auth
