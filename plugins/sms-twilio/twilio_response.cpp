#include "twilio_response.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "kitchen/json.h"

namespace kitchen::twilio {
namespace {

using std::chrono::seconds;

// When the service says nothing of its own.
constexpr seconds after_rate_limit{1};
constexpr seconds after_full_queue{60};
constexpr seconds after_daily_limit{3600};

Error unavailable(std::string code, std::string detail) {
    return Error(Errc::unavailable, std::move(code), std::move(detail));
}

Error too_many(std::string code, std::string detail, seconds wait) {
    return Error(Errc::too_many_requests, std::move(code), std::move(detail)).retry_in(wait);
}

bool is_one_of(std::int64_t code, std::initializer_list<std::int64_t> codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Each code has a page: https://www.twilio.com/docs/api/errors/21211
Error error_of(long status, std::int64_t code) {
    if (code == 21611)
        return too_many("sms_queue_full", "The sender has too many messages waiting already.",
                        after_full_queue);
    if (code == 63038)
        return too_many("sms_quota_exceeded", "The account may send no more messages today.",
                        after_daily_limit);
    if (status == 429)
        return too_many("sms_rate_limited", "The service takes no more messages at this moment.",
                        after_rate_limit);
    if (status >= 500 || status == 408 || code == 21730)  // 21730: under maintenance
        return unavailable("sms_service_failed",
                           "The service has a fault of its own. Try again later.");
    // Invalid, no such route, region not enabled, no number that a trial account has verified,
    // unsubscribed, unreachable, no mobile number.
    if (is_one_of(code, {21211, 21217, 21408, 21608, 21610, 21612, 21614}))
        return Error(Errc::unprocessable, "sms_number_refused",
                     "This phone number takes no text messages from us.");
    // From: invalid, not of the account, missing, not able to send, not that of a trial account, of
    // another country or account. The messaging service: does not exist, has no number, is no SID.
    if (is_one_of(code, {21212, 21601, 21603, 21606, 21607, 21659, 21660, 21661}) ||
        (code >= 21701 && code <= 21705))
        return unavailable("sms_sender_refused",
                           "The service does not let us send as this sender. Check from or "
                           "messaging_service_sid.");
    if (status == 401 || status == 403)
        return unavailable("sms_credentials_refused",
                           "The service does not accept our credentials. Check account_sid, "
                           "api_key_sid and secret, and whether the account is active.");
    if (status == 400)
        return Error(Errc::unprocessable, "sms_refused",
                     "The service does not take this text message.");
    // 3xx, 404, 405 and whatever else Twilio does not say to this request.
    return unavailable("sms_service_unknown",
                       "What responds at url is not the API of this account. Check url and "
                       "account_sid.");
}

/// What names a message, and may stand in a log: "SM" or "MM" and 32 hexadecimal digits.
bool is_message_sid(const std::string& text) {
    return text.size() == 34 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

}  // namespace

Result<std::string> read_response(const ServiceResponse& response) {
    const Json body = parse_json(response.body).value_or(Json());
    if (response.status >= 200 && response.status < 300) {
        const Json& sid = body["sid"];
        if (sid.is_string() && is_message_sid(sid.as_string())) return sid.as_string();
        // Cut short, or from another server: not known to be taken.
        return unavailable("sms_service_unreadable",
                           "The service gave a response that says nothing.")
            .with_subject(std::to_string(response.status));
    }
    const std::int64_t code = body["code"].is_integer() ? body["code"].as_integer() : 0;
    Error error = error_of(response.status, code);
    if (response.retry_after &&
        (error.kind == Errc::unavailable || error.kind == Errc::too_many_requests))
        error.retry_after = response.retry_after;
    error.subject = std::to_string(code != 0 ? code : response.status);
    return error;
}

}  // namespace kitchen::twilio
