#include "resend_mailer.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "kitchen/testkit/certificate.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"
#include "resend_double.h"

namespace kitchen::resend {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using Kind = tests::ResendFault::Kind;

class ResendMailerTest : public testing::Test {
protected:
    Options options() const {
        Options out;
        out.base_url = service.base_url();
        out.api_key = "re_secret";
        out.from = "\"Chuks, the cook\" <k@example.com>";
        return out;
    }
    static Mail a_mail(std::string key) {
        return {"ada@example.com", "The subject", "Your code is 493817.\n", "<p>493817</p>",
                std::move(key)};
    }

    testkit::RecordingLogger log;
    tests::ResendDouble service{"re_secret"};
    testkit::ManualTracing tracing;
    ResendMailer mailer{options(), log, tracing};
};

TEST_F(ResendMailerTest, SendsWhatTheServiceDocuments) {
    mailer.send(a_mail("order-7")).value();
    ASSERT_EQ(service.mails().size(), 1u);
    const tests::ResendMail mail = service.mails()[0];
    EXPECT_EQ(mail.from, "\"Chuks, the cook\" <k@example.com>");
    EXPECT_EQ(mail.to, "ada@example.com");
    EXPECT_EQ(mail.subject, "The subject");
    EXPECT_EQ(mail.text, "Your code is 493817.\n");
    EXPECT_EQ(mail.html, "<p>493817</p>");
    EXPECT_EQ(mail.key, "order-7");
}

TEST_F(ResendMailerTest, TheLogHoldsNothingOfTheMailAndNoKey) {
    mailer.send(a_mail("signup:secret-session")).value();
    service.fail_next({{}});
    EXPECT_FALSE(mailer.send(a_mail("signup:other-session")));
    EXPECT_TRUE(log.contains("mail taken"));
    EXPECT_TRUE(log.contains("mail not taken"));
    for (const char* secret : {"493817", "ada@", "subject", "-session", "re_secret"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_F(ResendMailerTest, FailuresOfTheServiceAreUnavailableAndTheKeyStaysTheSame) {
    service.fail_next({{Kind::response, 500, "application_error"},
                       {Kind::response, 502, ""},
                       {Kind::response, 429, "rate_limit_exceeded", "Retry-After: 7"},
                       {Kind::lose_request}});
    EXPECT_EQ(mailer.send(a_mail("k")).error().code, "mail_service_failed");
    EXPECT_EQ(mailer.send(a_mail("k")).error().kind, Errc::unavailable);
    const Status limited = mailer.send(a_mail("k"));
    EXPECT_EQ(limited.error().kind, Errc::too_many_requests);
    EXPECT_EQ(limited.error().retry_after, 7s);
    (void)mailer.send(a_mail("k"));  // a connection that was open before is tried twice by libcurl
    mailer.send(a_mail("k")).value();
    EXPECT_EQ(service.mails().size(), 1u);
    for (const std::string& key : service.keys()) EXPECT_EQ(key, "k");
}

TEST_F(ResendMailerTest, ALostResponseIsNotASecondMail) {
    service.fail_next({{Kind::lose_response}});
    EXPECT_EQ(mailer.send(a_mail("k")).error().code, "mail_service_unreachable");
    EXPECT_EQ(service.mails().size(), 1u);
    mailer.send(a_mail("k")).value();
    EXPECT_EQ(service.mails().size(), 1u);
    EXPECT_EQ(service.requests(), 2);
}

TEST_F(ResendMailerTest, AMailThatIsRefusedIsUnprocessable) {
    service.fail_next({{Kind::response, 422, "validation_error"}});
    const Status refused = mailer.send(a_mail("k"));
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_EQ(refused.error().subject, "validation_error");
}

TEST_F(ResendMailerTest, TheSenderChangedBetweenTwoTries) {
    mailer.send(a_mail("k")).value();
    Options other = options();
    other.from = "Another <k@example.com>";
    EXPECT_TRUE(ResendMailer(other, log, tracing).send(a_mail("k")));
    EXPECT_EQ(service.mails().size(), 1u);
    EXPECT_TRUE(log.contains("another mail was taken under this key"));
}

TEST_F(ResendMailerTest, AWrongKeyMayBeMendedLater) {
    Options wrong = options();
    wrong.api_key = "re_wrong";
    const Status refused = ResendMailer(wrong, log, tracing).send(a_mail("k"));
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().code, "mail_key_refused");
    EXPECT_EQ(refused.error().subject, "invalid_api_key");
    EXPECT_FALSE(log.contains("re_wrong"));
}

TEST_F(ResendMailerTest, AHangingServiceIsGivenUp) {
    Options impatient = options();
    impatient.connect_timeout = impatient.timeout = 200ms;
    service.fail_next({{Kind::hang}});
    const Status late = ResendMailer(impatient, log, tracing).send(a_mail("k"));
    EXPECT_EQ(late.error().kind, Errc::unavailable);
    EXPECT_EQ(late.error().code, "mail_service_timeout");
    service.release();
    // Until it is through with the first one, the service answers that it is still at work on this
    // mail.
    EXPECT_TRUE(testkit::wait_until([&] { return mailer.send(a_mail("k")).has_value(); }));
    EXPECT_EQ(service.mails().size(), 1u);
}

TEST_F(ResendMailerTest, TwoProcessesWithOneKeyAtOnce) {
    service.fail_next({{Kind::hang}});
    auto first = std::async(std::launch::async, [&] { return mailer.send(a_mail("k")); });
    service.wait_for_requests(1);
    ResendMailer other(options(), log, tracing);
    const Status second = other.send(a_mail("k"));
    EXPECT_EQ(second.error().code, "mail_in_progress");
    EXPECT_EQ(second.error().retry_after, 1s);
    service.release();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(other.send(a_mail("k")));
    EXPECT_EQ(service.mails().size(), 1u);
}

TEST_F(ResendMailerTest, RedirectsAreNotFollowed) {
    tests::ResendDouble elsewhere("re_secret");
    service.fail_next(
        {{Kind::response, 307, "moved", "Location: " + elsewhere.base_url() + "/emails"}});
    EXPECT_EQ(mailer.send(a_mail("k")).error().code, "mail_service_unknown");
    EXPECT_EQ(elsewhere.requests(), 0);
}

TEST_F(ResendMailerTest, NobodyListens) {
    Options nobody = options();
    nobody.base_url = "http://127.0.0.1:" + std::to_string(testkit::free_port());
    EXPECT_EQ(ResendMailer(nobody, log, tracing).send(a_mail("k")).error().code,
              "mail_service_unreachable");
}

TEST_F(ResendMailerTest, ACertificateOfNobodyIsRefused) {
    const testkit::TemporaryDirectory directory;
    const auto [certificate, key] = testkit::make_certificate(directory.path(), "localhost");
    const std::string port = std::to_string(testkit::free_port());
    testkit::ChildProcess server({"openssl", "s_server", "-accept", "127.0.0.1:" + port, "-key",
                                  key, "-cert", certificate, "-rev"});
    ASSERT_TRUE(server.wait_for("ACCEPT")) << server.output();

    Options secure = options();
    secure.base_url = "https://localhost:" + port;
    EXPECT_EQ(ResendMailer(secure, log, tracing).send(a_mail("k")).error().code,
              "mail_service_untrusted");
    secure.ca_file = certificate;
    EXPECT_EQ(ResendMailer(secure, log, tracing).send(a_mail("k")).error().code,
              "mail_service_unreachable");          // TLS was fine, what it says is no HTTP
    secure.base_url = "https://127.0.0.1:" + port;  // a name that the certificate does not have
    EXPECT_EQ(ResendMailer(secure, log, tracing).send(a_mail("k")).error().code,
              "mail_service_untrusted");
    secure.ca_file = directory.path() / "missing.pem";
    EXPECT_EQ(ResendMailer(secure, log, tracing).send(a_mail("k")).error().code,
              "mail_service_untrusted");
}

TEST(HeaderKey, PlainKeysStandAsTheyAre) {
    for (const char* key : {"k", "order/7", "0123456789abcdef", "!~"})
        EXPECT_EQ(header_key(key), key);
    EXPECT_EQ(header_key(std::string(200, 'k')), std::string(200, 'k'));
}

TEST(HeaderKey, OthersAreDigestsThatNoPlainKeyIs) {
    for (const std::string& key :
         {std::string(201, 'k'), "a b"s, "a\nb"s, "\0"s, "clé"s, "digest-x"s}) {
        EXPECT_TRUE(header_key(key).starts_with("digest-")) << key;
        EXPECT_EQ(header_key(key).size(), 39u);
        EXPECT_NE(header_key(header_key(key)), header_key(key));
    }
}

TEST(ResendOptions, WhatCannotWorkIsSaid) {
    const auto reason = [](auto change) -> std::string {
        Options options;
        options.api_key = "re_x";
        options.from = "k@example.com";
        change(options);
        const auto problems = problems_of(options);
        return problems.empty() ? "good" : problems[0].substr(0, problems[0].find(':'));
    };
    for (const char* url :
         {"https://api.resend.com", "https://api.resend.com/", "https://mail.example/v2",
          "http://localhost:8025", "http://127.0.0.1:1", "http://[::1]:8025/x"})
        EXPECT_EQ(reason([&](Options& o) { o.base_url = url; }), "good") << url;
    for (const char* url :
         {"", "api.resend.com", "http://api.resend.com", "http://localhost.example.com",
          "ftp://127.0.0.1", "https://", "https://a:b@example.com", "https://example.com/?x=1",
          "https://example.com/#x", "file:///etc/passwd"})
        EXPECT_EQ(reason([&](Options& o) { o.base_url = url; }), "base_url") << url;
    for (const std::string& key : {""s, "re x"s, "re_x\r\nX: y"s, "re_\xc3\xa9"s})
        EXPECT_EQ(reason([&](Options& o) { o.api_key = key; }), "api_key");
    EXPECT_EQ(reason([](Options& o) { o.from = "Chuks"; }), "from");
    EXPECT_EQ(reason([](Options& o) { o.timeout = 1s; }), "timeout");
}

}  // namespace
}  // namespace kitchen::resend
