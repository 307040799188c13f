#include "outcome.h"

#include <string>
#include <utility>

namespace kitchen::smtp {
namespace {

Error unavailable(std::string code, std::string detail) {
    return Error(Errc::unavailable, std::move(code), std::move(detail));
}

Error refused(long reply, Stage stage) {
    // RFC 5321 4.2.1: 4yz is "not now", 5yz "not so". RFC 4954 6: 530 asks for a login, 535 refuses
    // it. 552: the mail is too large.
    if (reply < 500)
        return unavailable("mail_deferred",
                           "The mail server does not take this mail now. Try again later.");
    if (reply == 530 || reply == 535 || stage == Stage::login)
        return unavailable(
            "mail_login_refused",
            "The mail server does not accept our login. Check username and password.");
    if (reply == 552 || stage == Stage::recipient || stage == Stage::content)
        return Error(Errc::unprocessable, "mail_refused",
                     "The mail server does not take this mail.");
    if (stage == Stage::sender)
        return unavailable("mail_sender_refused",
                           "The mail server does not let us send from this address. Check from.");
    return unavailable("mail_server_refused", "The mail server does not talk to us.");
}

Error failed(CURLcode result) {
    switch (result) {
        case CURLE_OPERATION_TIMEDOUT:
            return unavailable("mail_server_timeout", "The mail server did not answer in time.");
        case CURLE_USE_SSL_FAILED:
            return unavailable("mail_server_without_tls",
                               "The mail server offers no TLS. Check host, port and security.");
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
            return unavailable("mail_server_untrusted",
                               "The mail server's certificate cannot be trusted.");
        case CURLE_LOGIN_DENIED:
            return unavailable(
                "mail_login_refused",
                "The mail server does not accept our login. Check username and password.");
        default:
            return unavailable("mail_server_unreachable",
                               "The mail server cannot be reached, or broke off.");
    }
}

}  // namespace

void Dialogue::command(std::string_view line) {
    if (line.starts_with("AUTH "))
        stage_ = Stage::login;
    else if (line.starts_with("MAIL "))
        stage_ = Stage::sender;
    else if (line.starts_with("RCPT "))
        stage_ = Stage::recipient;
    else if (line.starts_with("DATA"))
        stage_ = Stage::content;
}

Status outcome(CURLcode result, long reply, Stage stage) {
    if (result == CURLE_OK) return {};
    const bool said_no = reply >= 400 && reply < 600 && result != CURLE_OPERATION_TIMEDOUT &&
                         result != CURLE_USE_SSL_FAILED;
    if (said_no) return refused(reply, stage).with_subject(std::to_string(reply));
    return failed(result).with_subject(curl_easy_strerror(result));
}

}  // namespace kitchen::smtp
