#include "twilio_sender.h"

#include <utility>

#include "idempotency_keys.h"
#include "sms_rules.h"
#include "twilio_response.h"

namespace kitchen::twilio {
namespace {

std::string messages_url(std::string url, const std::string& account_sid) {
    while (url.ends_with('/')) url.pop_back();
    return url + "/2010-04-01/Accounts/" + account_sid + "/Messages.json";
}

}  // namespace

TwilioSender::TwilioSender(Options options, Logger& log)
    : options_(std::move(options)),
      service_{options_, messages_url(options_.url, options_.account_sid), options_.proxy},
      log_(log) {}

Status TwilioSender::send(const Sms& sms) {
    if (Status good = check_sms(sms); !good) return good;
    const Result<ServiceResponse> response = post(form_encoded(
        {{"To", sms.to},
         options_.from.empty() ? std::pair("MessagingServiceSid", options_.messaging_service_sid)
                               : std::pair("From", options_.from),
         {"Body", sms.text},
         {"ValidityPeriod", std::to_string(options_.validity.count())}}));
    const Result<std::string> sid =
        response ? read_response(*response) : Result<std::string>(response.error());
    const std::string digest = key_digest(sms.idempotency_key);
    if (!sid) {
        log_.warn("sms not taken",
                  {{"key", digest}, {"code", sid.error().code}, {"reason", sid.error().subject}});
        return sid.error();
    }
    log_.info("sms taken", {{"key", digest}, {"id", *sid}});
    return {};
}

Result<ServiceResponse> TwilioSender::post(const std::string& form) {
    CurlList headers;
    headers.add("Content-Type: application/x-www-form-urlencoded");
    headers.add("Accept: application/json");
    headers.add("Expect:");  // no waiting for 100 Continue

    const auto as_ourselves = [this](CURL* curl) {
        const std::string& user =
            options_.api_key_sid.empty() ? options_.account_sid : options_.api_key_sid;
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.secret.c_str());
        // On a connection that has been used before, libcurl sends a request again whose response
        // has not come: a second message.
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    };
    ServiceResponse response;
    if (const CURLcode failure = http_post(pool_, service_, headers, form, response, as_ourselves);
        failure != CURLE_OK)
        return unreachable(failure, "sms_service", "The service");
    return response;
}

}  // namespace kitchen::twilio
