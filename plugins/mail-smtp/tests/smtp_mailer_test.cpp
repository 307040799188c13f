#include "smtp_mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kitchen/testkit/fakes.h"
#include "smtp_server.h"

namespace kitchen::smtp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::Certificate;
using tests::SmtpServer;

class SmtpMailerTest : public testing::Test {
protected:
    Options options(std::int64_t port, Security security) const {
        Options out;
        out.host = "localhost";
        out.port = port;
        out.security = security;
        out.from = "Kitchen <k@example.com>";
        return out;
    }
    Status send(const Options& options, const Mail& mail) {
        return SmtpMailer(options, clock, log).send(mail);
    }
    static Mail a_mail(std::string key, std::string to = "ada@example.com") {
        return {std::move(to), "The subject", "Your code is 493817.\n", "<p>493817</p>",
                std::move(key)};
    }

    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    testkit::TemporaryDirectory directory;
};

TEST_F(SmtpMailerTest, AMailArrivesWhole) {
    SmtpServer server;
    Mail mail = a_mail("order-7");
    mail.text = "Oúnjẹ ₦2 800 🍚\n.\n..two dots\n";
    send(options(server.port(), Security::none), mail).value();
    ASSERT_EQ(server.mails().size(), 1u);
    const std::string got = server.mails()[0];
    EXPECT_THAT(
        got,
        HasSubstr(
            "tls=False login=None host=example.com from=k@example.com\nrcpt=ada@example.com\n"));
    const auto message =
        mime::build({*mime::parse_mailbox("Kitchen <k@example.com>"), mail.to, mail.subject,
                     mail.text, mail.html, clock.now(), "the id", true});
    const std::string body = message->substr(message->find("\r\n\r\n"));
    EXPECT_THAT(got, HasSubstr("Subject: The subject\r\n"));
    EXPECT_THAT(got, HasSubstr("\r\n.\r\n..two dots\r\n"));
    EXPECT_THAT(got, HasSubstr("<p>493817</p>\r\n"));
    EXPECT_TRUE(std::all_of(got.begin(), got.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    })) << "8BITMIME was not asked for";
}

TEST_F(SmtpMailerTest, ConnectionsAreUsedAgain) {
    SmtpServer server;
    SmtpMailer mailer(options(server.port(), Security::none), clock, log);
    for (int i = 0; i < 5; ++i) mailer.send(a_mail("k" + std::to_string(i))).value();
    server.process().signal(SIGKILL);
    server.process().wait();
    EXPECT_EQ(mailer.send(a_mail("later")).error().code, "mail_server_unreachable");
    EXPECT_EQ(server.mails().size(), 5u);
}

TEST_F(SmtpMailerTest, StartTlsWithTheRightCertificateAndLogin) {
    const Certificate certificate = Certificate::make(directory.path(), "mx");
    SmtpServer server(
        {"--starttls", certificate.chain, certificate.key, "--auth", "chuks", "pass word"});
    Options secure = options(server.port(), Security::starttls);
    secure.username = "chuks";
    secure.password = "pass word";
    secure.ca_file = certificate.authority;
    send(secure, a_mail("k")).value();
    EXPECT_THAT(server.mails().at(0), HasSubstr("tls=True"));

    Options wrong = secure;
    wrong.password = "wrong secret";
    const Status refused = send(wrong, a_mail("k2"));
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().code, "mail_login_refused");
    Options nobody = secure;
    nobody.username = nobody.password = "";
    EXPECT_EQ(send(nobody, a_mail("k3")).error().code, "mail_login_refused");
    EXPECT_EQ(server.mails().size(), 1u);
    for (const char* secret : {"pass word", "wrong secret", "493817", "ada@", "subject"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_F(SmtpMailerTest, TlsFromTheStart) {
    const Certificate certificate = Certificate::make(directory.path(), "mx");
    SmtpServer server({"--tls", certificate.chain, certificate.key});
    Options secure = options(server.port(), Security::tls);
    secure.ca_file = certificate.authority;
    send(secure, a_mail("k")).value();
    EXPECT_EQ(server.mails_to("ada@example.com"), 1);
}

TEST_F(SmtpMailerTest, AWrongCertificateIsRefused) {
    const Certificate certificate = Certificate::make(directory.path(), "mx");
    const Certificate another = Certificate::make(directory.path(), "other");
    const Certificate elsewhere =
        Certificate::make(directory.path(), "elsewhere", "mail.example.com");
    SmtpServer starttls({"--starttls", certificate.chain, certificate.key});
    SmtpServer tls({"--tls", certificate.chain, certificate.key});
    SmtpServer other_name({"--starttls", elsewhere.chain, elsewhere.key});
    for (Options secure :
         {options(starttls.port(), Security::starttls), options(tls.port(), Security::tls)}) {
        EXPECT_EQ(send(secure, a_mail("k")).error().code,
                  "mail_server_untrusted");  // the system knows no such authority
        secure.ca_file = another.authority;
        EXPECT_EQ(send(secure, a_mail("k")).error().code, "mail_server_untrusted");
        secure.ca_file = directory.path() / "missing.pem";
        EXPECT_EQ(send(secure, a_mail("k")).error().code, "mail_server_untrusted");
    }
    Options secure = options(other_name.port(), Security::starttls);
    secure.ca_file = elsewhere.authority;
    EXPECT_EQ(send(secure, a_mail("k")).error().code, "mail_server_untrusted");
    for (const SmtpServer* server : {&starttls, &tls, &other_name})
        EXPECT_TRUE(server->mails().empty());
}

TEST_F(SmtpMailerTest, WithoutTlsNothingIsSaid) {
    SmtpServer plain({"--auth", "chuks", "secret"});
    Options secure = options(plain.port(), Security::starttls);
    secure.username = "chuks";
    secure.password = "secret";
    EXPECT_EQ(send(secure, a_mail("k")).error().code, "mail_server_without_tls");
    EXPECT_TRUE(plain.mails().empty());
    secure.security = Security::none;  // to this machine, on purpose
    EXPECT_TRUE(send(secure, a_mail("k")));
    EXPECT_THAT(plain.mails().at(0), HasSubstr("login=True"));
}

TEST_F(SmtpMailerTest, RepliesOfTheServerHaveTheirKind) {
    SmtpServer server;
    SmtpMailer mailer(options(server.port(), Security::none), clock, log);
    const struct {
        const char* to;
        Errc kind;
        const char* reply;
    } cases[] = {{"deferred@example.com", Errc::unavailable, "451"},
                 {"refused@example.com", Errc::unprocessable, "550"},
                 {"toolarge@example.com", Errc::unprocessable, "552"},
                 {"rejected@example.com", Errc::unprocessable, "554"},
                 {"noroom@example.com", Errc::unavailable, "452"}};
    for (const auto& c : cases) {
        for (int again = 0; again < 2; ++again) {
            const Status refused = mailer.send(a_mail(c.to, c.to));
            ASSERT_FALSE(refused) << c.to;
            EXPECT_EQ(refused.error().kind, c.kind) << c.to;
            EXPECT_EQ(refused.error().subject, c.reply) << c.to;
        }
        EXPECT_TRUE(mailer.send(a_mail(std::string("after ") + c.to))) << "the next mail goes out";
    }
    Options blocked = options(server.port(), Security::none);
    blocked.from = "blocked@example.com";
    EXPECT_EQ(send(blocked, a_mail("k")).error().code, "mail_sender_refused");
    EXPECT_EQ(server.mails().size(), std::size(cases));
}

TEST_F(SmtpMailerTest, ALostResponseIsUnavailable) {
    SmtpServer server;
    SmtpMailer mailer(options(server.port(), Security::none), clock, log);
    const Status lost = mailer.send(a_mail("k", "lost@example.com"));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, Errc::unavailable);
    EXPECT_EQ(server.mails_to("lost@example.com"), 1);
}

TEST_F(SmtpMailerTest, AHangingServerIsGivenUp) {
    SmtpServer server;
    Options impatient = options(server.port(), Security::none);
    impatient.connect_timeout = 400ms;
    impatient.timeout = 800ms;
    const Status late = send(impatient, a_mail("k", "hang@example.com"));
    EXPECT_EQ(late.error().kind, Errc::unavailable);
    EXPECT_EQ(late.error().code, "mail_server_timeout");

    // One that takes the connection and never greets.
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(silent, 4), 0);
    ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
    for (const Security security : {Security::none, Security::starttls, Security::tls}) {
        Options to_silent = impatient;
        to_silent.port = ntohs(address.sin_port);
        to_silent.host = "127.0.0.1";
        to_silent.security = security;
        EXPECT_EQ(send(to_silent, a_mail("k")).error().code, "mail_server_timeout");
    }
    ::close(silent);
}

TEST_F(SmtpMailerTest, AKeyIsNewAgainAfterADay) {
    SmtpServer server;
    SmtpMailer mailer(options(server.port(), Security::none), clock, log);
    for (int i = 0; i < 2; ++i) mailer.send(a_mail("k")).value();
    EXPECT_EQ(server.mails().size(), 1u);
    clock.advance(24h);
    mailer.send(a_mail("k")).value();
    EXPECT_EQ(server.mails().size(), 2u);
}

TEST(SmtpOptions, WhatCannotWorkIsSaid) {
    const auto reason = [](auto change) -> std::string {
        Options options;
        options.host = "mx.example.com";
        options.from = "k@example.com";
        change(options);
        const auto problems = problems_of(options);
        return problems.empty() ? "good" : problems[0].substr(0, problems[0].find(':'));
    };
    EXPECT_EQ(reason([](Options&) {}), "good");
    for (const char* host :
         {"", "mx example", "mx.example.com/x", "user@mx", "mx:25", "mx\r\nRSET", "::1"})
        EXPECT_EQ(reason([&](Options& o) { o.host = host; }), "host") << host;
    EXPECT_EQ(reason([](Options& o) { o.security = Security::none; }), "security");
    for (const char* host : {"localhost", "127.0.0.1", "[::1]"})
        EXPECT_EQ(reason([&](Options& o) {
                      o.security = Security::none;
                      o.host = host;
                  }),
                  "good")
            << host;
    EXPECT_EQ(reason([](Options& o) { o.username = "chuks"; }), "username");
    EXPECT_EQ(reason([](Options& o) { o.password = "secret"; }), "username");
    EXPECT_EQ(reason([](Options& o) {
                  o.username = "chuks";
                  o.password = "two\r\nlines";
              }),
              "password");
    EXPECT_EQ(reason([](Options& o) { o.from = "Kitchen"; }), "from");
    EXPECT_EQ(reason([](Options& o) { o.client_name = "a b"; }), "client_name");
    EXPECT_EQ(reason([](Options& o) { o.timeout = 1s; }), "timeout");
}

}  // namespace
}  // namespace kitchen::smtp
