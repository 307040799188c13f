// The contract of mailer/1 as tests.
#include "kitchen/testkit/conformance.h"

#include <future>
#include <latch>
#include <ostream>
#include <string>
#include <vector>

namespace kitchen::testkit {

using namespace std::string_literals;

void PrintTo(const MailerFactory& factory, std::ostream* out) { *out << factory.name; }

// A test that links the testkit for something else needs no backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MailerConformance);

void MailerConformance::SetUp() { mailer = GetParam().make(); }

namespace {

Mail a_mail(std::string to, std::string key) {
    return {std::move(to), "Your code", "Your code is 493817.\nIt is good for ten minutes.\n", "",
            std::move(key)};
}

// Sends all mails at once, each from a thread of its own; how many were taken.
int send_together(Mailer& mailer, const std::vector<Mail>& mails) {
    std::latch start(static_cast<std::ptrdiff_t>(mails.size()));
    std::vector<std::future<bool>> sending;
    for (const Mail& mail : mails)
        sending.push_back(std::async(std::launch::async, [&mailer, &start, &mail] {
            start.arrive_and_wait();
            return mailer.send(mail).has_value();
        }));
    int taken = 0;
    for (auto& one : sending) taken += one.get();
    return taken;
}

}  // namespace

TEST_P(MailerConformance, DeliversAMail) {
    mailer->send(a_mail("ada@example.com", "key-1")).value();
    EXPECT_EQ(GetParam().delivered("ada@example.com"), 1);
    EXPECT_EQ(GetParam().delivered("obi@example.com"), 0);
}

TEST_P(MailerConformance, DeliversTextWithHtml) {
    Mail mail = a_mail("ada@example.com", "key-html");
    mail.html = "<p>Your code is <b>493817</b>.</p>";
    mailer->send(mail).value();
    EXPECT_EQ(GetParam().delivered("ada@example.com"), 1);
}

TEST_P(MailerConformance, TheSameKeyIsDeliveredOnce) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(mailer->send(a_mail("once@example.com", "key-1")));
    EXPECT_EQ(GetParam().delivered("once@example.com"), 1);
}

TEST_P(MailerConformance, TheSameKeyIsDeliveredOnceInParallel) {
    EXPECT_EQ(send_together(*mailer, std::vector<Mail>(20, a_mail("race@example.com", "key-race"))),
              20);
    EXPECT_EQ(GetParam().delivered("race@example.com"), 1);
}

TEST_P(MailerConformance, DifferentKeysAreDifferentMails) {
    mailer->send(a_mail("twice@example.com", "key-1")).value();
    mailer->send(a_mail("twice@example.com", "key-2")).value();
    EXPECT_EQ(GetParam().delivered("twice@example.com"), 2);
}

TEST_P(MailerConformance, DifferentKeysInParallelAreAllDelivered) {
    std::vector<Mail> mails;
    for (int i = 0; i < 20; ++i)
        mails.push_back(a_mail("many@example.com", "key-" + std::to_string(i)));
    EXPECT_EQ(send_together(*mailer, mails), 20);
    EXPECT_EQ(GetParam().delivered("many@example.com"), 20);
}

TEST_P(MailerConformance, AnyKeyWillDo) {
    const std::vector<std::string> keys = {
        "/", "../../etc/x", "a b", "clé", std::string(300, 'k'), "a\nb", "\0"s, "\0\0"s};
    for (const std::string& key : keys) {
        EXPECT_TRUE(mailer->send(a_mail("keys@example.com", key)));
        EXPECT_TRUE(mailer->send(a_mail("keys@example.com", key)));
    }
    EXPECT_EQ(GetParam().delivered("keys@example.com"), static_cast<int>(keys.size()));
}

TEST_P(MailerConformance, HeadersCannotBeInjected) {
    const std::string breaks[] = {"\r\nBcc: victim@example.com", "\nBcc: victim@example.com",
                                  "\rBcc: victim@example.com", "\0Bcc: victim@example.com"s,
                                  "\r\n\r\nanother body"};
    int n = 0;
    for (const std::string& injected : breaks) {
        Mail by_recipient = a_mail("ada@example.com" + injected, "key-to-" + std::to_string(++n));
        Mail by_subject = a_mail("ada@example.com", "key-subject-" + std::to_string(n));
        by_subject.subject += injected;
        for (const Mail& mail : {by_recipient, by_subject}) {
            const Status refused = mailer->send(mail);
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        }
    }
    EXPECT_EQ(GetParam().delivered("ada@example.com"), 0);
    EXPECT_EQ(GetParam().delivered("victim@example.com"), 0);
}

TEST_P(MailerConformance, OneRecipientOnly) {
    for (const char* to :
         {"", "nobody", "ada@example.com, victim@example.com",
          "ada@example.com; victim@example.com", "<ada@example.com> victim@example.com"}) {
        const Status refused = mailer->send(a_mail(to, "key-"s + to));
        ASSERT_FALSE(refused) << to;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    }
    EXPECT_EQ(GetParam().delivered("victim@example.com"), 0);
}

TEST_P(MailerConformance, AKeyThatWasRefusedIsNotSpent) {
    Mail mail = a_mail("later@example.com", "key-1");
    mail.subject = "two\r\nlines";
    EXPECT_FALSE(mailer->send(mail));
    mail.subject = "one line";
    EXPECT_TRUE(mailer->send(mail));
    EXPECT_EQ(GetParam().delivered("later@example.com"), 1);
}

TEST_P(MailerConformance, SubjectAndTextAreUtf8) {
    Mail mail = a_mail("utf8@example.com", "key-1");
    mail.subject = "Ẹ kú àbọ̀: your jollof rice is ready 🍚";
    mail.text = "Oúnjẹ rẹ ti délẹ̀: ₦2 800 🍛\n";
    mailer->send(mail).value();
    EXPECT_EQ(GetParam().delivered("utf8@example.com"), 1);
}

TEST_P(MailerConformance, LongLinesAreTaken) {
    Mail mail = a_mail("long@example.com", "key-1");
    mail.text = std::string(5000, 'x') + "\n" + std::string(5000, 'y');
    mail.html = "<p>" + std::string(5000, 'z') + "</p>";
    mail.subject = std::string(2000, 's');
    mailer->send(mail).value();
    EXPECT_EQ(GetParam().delivered("long@example.com"), 1);
}

TEST_P(MailerConformance, AnEmptyTextIsTaken) {
    Mail mail = a_mail("empty@example.com", "key-1");
    mail.subject.clear();
    mail.text.clear();
    mailer->send(mail).value();
    EXPECT_EQ(GetParam().delivered("empty@example.com"), 1);
}

}  // namespace kitchen::testkit
