#include "twilio_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/certificate.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"
#include "twilio_double.h"

namespace kitchen::twilio {
namespace {

using namespace std::chrono_literals;
using Kind = tests::TwilioFault::Kind;

class TwilioSenderTest : public testing::Test {
protected:
    Options options() const {
        Options out;
        out.url = service.url();
        out.account_sid = service.account_sid;
        out.api_key_sid = service.api_key_sid;
        out.secret = service.api_secret;
        out.from = service.from;
        return out;
    }
    Status send_with(const Options& changed) {
        return TwilioSender(changed, log).send(an_sms("k"));
    }
    static Sms an_sms(std::string key, std::string to = "+2348031234567") {
        return {std::move(to), "Your code is 493817.", std::move(key)};
    }

    testkit::RecordingLogger log;
    tests::TwilioDouble service;
    TwilioSender sender{options(), log};
};

TEST_F(TwilioSenderTest, SendsWhatTheServiceDocuments) {
    sender.send({"+2348031234567", "Oúnjẹ ti délẹ̀ + ₦5 & 50% 🍛", "order-7"}).value();
    ASSERT_EQ(service.messages().size(), 1u);
    const tests::TwilioMessage sent = service.messages()[0];
    EXPECT_EQ(sent.to, "+2348031234567");
    EXPECT_EQ(sent.from, "+15005550006");
    EXPECT_EQ(sent.messaging_service_sid, "");
    EXPECT_EQ(sent.body, "Oúnjẹ ti délẹ̀ + ₦5 & 50% 🍛");
    EXPECT_EQ(sent.validity_period, "600");
}

TEST_F(TwilioSenderTest, AMessagingServiceChoosesTheSender) {
    Options changed = options();
    changed.from.clear();
    changed.messaging_service_sid = service.messaging_service_sid;
    changed.validity = 10min;
    changed.url += '/';
    send_with(changed).value();
    ASSERT_EQ(service.messages().size(), 1u);
    EXPECT_EQ(service.messages()[0].from, "");
    EXPECT_EQ(service.messages()[0].messaging_service_sid, service.messaging_service_sid);
    EXPECT_EQ(service.messages()[0].validity_period, "600");
}

TEST_F(TwilioSenderTest, WithoutAnApiKeyTheSecretIsTheAccounts) {
    Options changed = options();
    changed.api_key_sid.clear();
    changed.secret = service.auth_token;
    send_with(changed).value();
    EXPECT_EQ(service.messages().size(), 1u);
}

TEST_F(TwilioSenderTest, TheLogHoldsNothingOfTheMessageAndNoSecret) {
    sender.send(an_sms("signup:secret-session")).value();
    service.fail_next({{}});
    EXPECT_FALSE(sender.send(an_sms("signup:other-session")));
    EXPECT_FALSE(sender.send(an_sms("signup:third-session", "+15005550009")));
    EXPECT_TRUE(log.contains("sms taken"));
    EXPECT_TRUE(log.contains("sms not taken"));
    EXPECT_TRUE(log.contains("21614"));
    for (const char* secret : {"493817", "803123", "5550009", "Your code", "-session", "key:secret",
                               "a2V5"})  // the secret in base64
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_F(TwilioSenderTest, NumbersThatTakeNoMessagesAreUnprocessable) {
    for (const auto& [number, code] : {std::pair("+15005550001", "21211"),
                                       {"+15005550002", "21612"},
                                       {"+15005550003", "21408"},
                                       {"+15005550004", "21610"},
                                       {"+15005550009", "21614"}}) {
        const Status refused = sender.send(an_sms("k", number));
        ASSERT_FALSE(refused) << number;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        EXPECT_EQ(refused.error().code, "sms_number_refused");
        EXPECT_EQ(refused.error().subject, code);
    }
}

TEST_F(TwilioSenderTest, ASenderThatMayNotSendMayBeMendedLater) {
    Options changed = options();
    for (const char* from : {"+15005550001", "+15005550007"}) {
        changed.from = from;
        EXPECT_EQ(send_with(changed).error().code, "sms_sender_refused");
        EXPECT_EQ(send_with(changed).error().kind, Errc::unavailable);
    }
    changed.from = "+15005550008";
    EXPECT_EQ(send_with(changed).error().kind, Errc::too_many_requests);
}

TEST_F(TwilioSenderTest, AWrongSecretMayBeMendedLater) {
    Options changed = options();
    changed.secret = "wrong-secret";
    const Status refused = send_with(changed);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().code, "sms_credentials_refused");
    EXPECT_EQ(refused.error().subject, "20003");
    EXPECT_FALSE(log.contains("wrong-secret"));
    changed = options();
    changed.account_sid[2] = 'f';
    EXPECT_EQ(send_with(changed).error().code, "sms_service_unknown");
}

TEST_F(TwilioSenderTest, FailuresOfTheServiceAreUnavailable) {
    service.fail_next({{Kind::response, 500, 20500},
                       {Kind::response, 502, 0},
                       {Kind::response, 429, 20429, "Retry-After: 7"},
                       {Kind::lose_request}});
    EXPECT_EQ(sender.send(an_sms("k")).error().code, "sms_service_failed");
    EXPECT_EQ(sender.send(an_sms("k")).error().kind, Errc::unavailable);
    const Status limited = sender.send(an_sms("k"));
    EXPECT_EQ(limited.error().kind, Errc::too_many_requests);
    EXPECT_EQ(limited.error().retry_after, 7s);
    EXPECT_EQ(sender.send(an_sms("k")).error().code, "sms_service_unreachable");
    sender.send(an_sms("k")).value();
    EXPECT_EQ(service.messages().size(), 1u);
}

TEST_F(TwilioSenderTest, ARequestIsNeverRepeated) {
    sender.send(an_sms("k")).value();  // after which libcurl would have a connection to use again
    service.fail_next({{Kind::lose_response}});
    EXPECT_EQ(sender.send(an_sms("another")).error().code, "sms_service_unreachable");
    EXPECT_EQ(service.requests(), 2);
    EXPECT_EQ(service.messages().size(), 2u);
}

TEST_F(TwilioSenderTest, TheServiceKnowsNoKeys) {
    sender.send(an_sms("k")).value();
    sender.send(an_sms("k")).value();
    EXPECT_EQ(service.messages().size(), 2u);
}

TEST_F(TwilioSenderTest, AHangingServiceIsGivenUp) {
    Options impatient = options();
    impatient.connect_timeout = impatient.timeout = 200ms;
    service.fail_next({{Kind::hang}});
    const Status late = send_with(impatient);
    EXPECT_EQ(late.error().kind, Errc::unavailable);
    EXPECT_EQ(late.error().code, "sms_service_timeout");
    service.release();
    // It was taken all the same: who sends it again sends two.
    EXPECT_TRUE(testkit::wait_until([&] { return service.messages().size() == 1; }));
}

TEST_F(TwilioSenderTest, RedirectsAreNotFollowed) {
    tests::TwilioDouble elsewhere;
    service.fail_next({{Kind::response, 307, 0,
                        "Location: " + elsewhere.url() + "/2010-04-01/Accounts/" +
                            service.account_sid + "/Messages.json"}});
    EXPECT_EQ(sender.send(an_sms("k")).error().code, "sms_service_unknown");
    EXPECT_EQ(elsewhere.requests(), 0);
}

TEST_F(TwilioSenderTest, ACertificateThatIsNotTrustedIsRefused) {
    const testkit::TemporaryDirectory directory;
    const auto [certificate, key] = testkit::make_certificate(directory.path(), "localhost");
    const std::string port = std::to_string(testkit::free_port());
    testkit::ChildProcess server({"openssl", "s_server", "-accept", "127.0.0.1:" + port, "-key",
                                  key, "-cert", certificate, "-rev"});
    ASSERT_TRUE(server.wait_for("ACCEPT")) << server.output();

    Options secure = options();
    secure.url = "https://localhost:" + port;
    EXPECT_EQ(send_with(secure).error().code, "sms_service_untrusted");
    secure.ca_file = certificate;  // TLS is fine then, and what it says is no HTTP
    EXPECT_EQ(send_with(secure).error().code, "sms_service_unreachable");
}

}  // namespace
}  // namespace kitchen::twilio
