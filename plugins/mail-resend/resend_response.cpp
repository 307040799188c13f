#include "resend_response.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "kitchen/json.h"

namespace kitchen::resend {
namespace {

using std::chrono::seconds;

// When the service says nothing of its own: its limit counts requests a second, and its quotas end
// with the day or the month.
constexpr seconds after_rate_limit{1};
constexpr seconds after_quota{3600};

Error unavailable(std::string code, std::string detail) {
    return Error(Errc::unavailable, std::move(code), std::move(detail));
}

Error refused(std::string detail) {
    return Error(Errc::unprocessable, "mail_refused", std::move(detail));
}

/// The `name` of the service's error: a short word, or "" when the body is no error of its form.
std::string name_in(const Json& body) {
    const Json& name = body["name"];
    if (!name.is_string()) return {};
    const std::string& word = name.as_string();
    const bool good = word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || c == '_';
                      });
    return good ? word : std::string();
}

Error error_of(long status, const std::string& name) {
    if (status == 401 || status == 403) {
        if (name == "validation_error")
            return unavailable("mail_sender_refused",
                               "The mail service does not let us send from this address. Verify "
                               "its domain there.");
        return unavailable("mail_key_refused",
                           "The mail service does not accept our key. Check api_key.");
    }
    if (name == "invalid_from_address")
        return unavailable("mail_sender_refused",
                           "The mail service does not accept the sender. Check from.");
    if (status == 409)
        return unavailable("mail_in_progress", "The mail service is still at work on this mail.")
            .retry_in(seconds(1));
    if (name == "daily_quota_exceeded" || name == "monthly_quota_exceeded")
        return Error(Errc::too_many_requests, "mail_quota_exceeded",
                     "The mail service takes no more mails in this period.")
            .retry_in(after_quota);
    if (status == 429)
        return Error(Errc::too_many_requests, "mail_rate_limited",
                     "The mail service takes no more mails at this moment.")
            .retry_in(after_rate_limit);
    if (status >= 500 || status == 408)
        return unavailable("mail_service_failed",
                           "The mail service has a fault of its own. Try again later.");
    if (status == 400 || status == 413 || status == 422 || status == 451)
        return refused("The mail service does not take this mail.");
    // 3xx, 404, 405 and whatever else a service of that API does not say to this request.
    return unavailable("mail_service_unknown",
                       "What answers at base_url is not the mail service. Check base_url.");
}

}  // namespace

Result<std::string> read_response(const ServiceResponse& response) {
    const Json body = parse_json(response.body).value_or(Json());
    if (response.status >= 200 && response.status < 300) {
        const Json& id = body["id"];
        if (id.is_string() && !id.as_string().empty()) return id.as_string();
        // Cut short, or from another server: not known to be taken. The key makes another try
        // harmless.
        return unavailable("mail_service_unreadable",
                           "The mail service gave a response that says nothing.")
            .with_subject(std::to_string(response.status));
    }
    const std::string name = name_in(body);
    if (response.status == 409 && name == "invalid_idempotent_request") return std::string();
    Error error = error_of(response.status, name);
    if (response.retry_after &&
        (error.kind == Errc::unavailable || error.kind == Errc::too_many_requests))
        error.retry_after = response.retry_after;
    error.subject = name.empty() ? std::to_string(response.status) : name;
    return error;
}

}  // namespace kitchen::resend
