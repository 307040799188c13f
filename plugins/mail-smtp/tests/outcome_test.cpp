#include "outcome.h"

#include <gtest/gtest.h>

namespace kitchen::smtp {
namespace {

TEST(Dialogue, FollowsTheCommands) {
    Dialogue dialogue;
    for (const char* line : {"EHLO example.com\r\n", "STARTTLS\r\n", "EHLO example.com\r\n"})
        dialogue.command(line);
    EXPECT_EQ(dialogue.stage(), Stage::greeting);
    dialogue.command("AUTH LOGIN\r\n");
    dialogue.command("cGFzc3dvcmQ=\r\n");
    EXPECT_EQ(dialogue.stage(), Stage::login);
    dialogue.command("MAIL FROM:<k@example.com> SIZE=12\r\n");
    EXPECT_EQ(dialogue.stage(), Stage::sender);
    dialogue.command("RCPT TO:<ada@example.com>\r\n");
    EXPECT_EQ(dialogue.stage(), Stage::recipient);
    dialogue.command("DATA\r\n");
    EXPECT_EQ(dialogue.stage(), Stage::content);
}

struct SmtpOutcomeCase {
    CURLcode result;
    long reply;
    Stage stage;
    Errc kind;
    const char* code;
};

TEST(Outcome, EveryEndHasItsKind) {
    const SmtpOutcomeCase cases[] = {
        {CURLE_WEIRD_SERVER_REPLY, 421, Stage::greeting, Errc::unavailable, "mail_deferred"},
        {CURLE_WEIRD_SERVER_REPLY, 554, Stage::greeting, Errc::unavailable, "mail_server_refused"},
        {CURLE_LOGIN_DENIED, 535, Stage::login, Errc::unavailable, "mail_login_refused"},
        {CURLE_LOGIN_DENIED, 454, Stage::login, Errc::unavailable, "mail_deferred"},
        {CURLE_LOGIN_DENIED, 0, Stage::login, Errc::unavailable, "mail_login_refused"},
        {CURLE_SEND_ERROR, 530, Stage::sender, Errc::unavailable, "mail_login_refused"},
        {CURLE_SEND_ERROR, 530, Stage::recipient, Errc::unavailable, "mail_login_refused"},
        {CURLE_SEND_ERROR, 550, Stage::sender, Errc::unavailable, "mail_sender_refused"},
        {CURLE_SEND_ERROR, 552, Stage::sender, Errc::unprocessable, "mail_refused"},
        {CURLE_SEND_ERROR, 451, Stage::recipient, Errc::unavailable, "mail_deferred"},
        {CURLE_SEND_ERROR, 550, Stage::recipient, Errc::unprocessable, "mail_refused"},
        {CURLE_SEND_ERROR, 554, Stage::content, Errc::unprocessable, "mail_refused"},
        {CURLE_RECV_ERROR, 354, Stage::content, Errc::unavailable, "mail_server_unreachable"},
        {CURLE_OPERATION_TIMEDOUT, 550, Stage::recipient, Errc::unavailable, "mail_server_timeout"},
        {CURLE_USE_SSL_FAILED, 502, Stage::greeting, Errc::unavailable, "mail_server_without_tls"},
        {CURLE_PEER_FAILED_VERIFICATION, 220, Stage::greeting, Errc::unavailable,
         "mail_server_untrusted"},
        {CURLE_COULDNT_CONNECT, 0, Stage::greeting, Errc::unavailable, "mail_server_unreachable"},
    };
    for (const SmtpOutcomeCase& c : cases) {
        const Status status = outcome(c.result, c.reply, c.stage);
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().kind, c.kind) << c.result << ' ' << c.reply;
        EXPECT_EQ(status.error().code, c.code) << c.result << ' ' << c.reply;
        EXPECT_FALSE(status.error().subject.empty());
    }
    EXPECT_TRUE(outcome(CURLE_OK, 250, Stage::content));
}

}  // namespace
}  // namespace kitchen::smtp
