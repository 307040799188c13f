#include "sqs_response.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/text.h"

namespace kitchen::sqs {
namespace {

using std::chrono::seconds;

Error unavailable(std::string code, std::string detail) {
    return Error(Errc::unavailable, std::move(code), std::move(detail));
}

Error unknown() {
    return unavailable("queue_unknown",
                       "What answers at endpoint is not SQS. Check endpoint and queue_url.");
}

/// "QueueDoesNotExist" of "com.amazonaws.sqs#QueueDoesNotExist"; "" when the body is no error of
/// SQS.
std::string name_in(const Json& body) {
    const Json& type = body["__type"];
    if (!type.is_string()) return {};
    const std::string word = type.as_string().substr(type.as_string().rfind('#') + 1);
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.';
    };
    return word.size() <= 64 && std::all_of(word.begin(), word.end(), good) ? word : std::string();
}

std::string_view message_in(const Json& body) {
    for (const char* key : {"message", "Message"})
        if (body[key].is_string()) return body[key].as_string();
    return {};
}

Error error_of(long status, const std::string& name, std::string_view message) {
    // Services differ in whether they write "…Exception".
    std::string_view bare = name;
    if (bare.ends_with("Exception")) bare.remove_suffix(9);
    const auto is = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), bare) != names.end();
    };

    if (status == 429 || is({"Throttling", "Throttled", "RequestThrottled", "KmsThrottled",
                             "TooManyRequests", "OverLimit"}))
        return Error(Errc::too_many_requests, "queue_throttled",
                     "SQS takes no more requests at this moment.")
            .retry_in(seconds(1));
    if (status >= 500 || status == 408)
        return unavailable("queue_failed", "SQS has a fault of its own. Try again later.");
    if (is({"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "InvalidAddress"}))
        return unavailable("queue_missing", "There is no such queue. Check queue_url.");
    if (is({"ReceiptHandleIsInvalid", "MessageNotInflight"}) ||
        message.find("ReceiptHandle is invalid") != message.npos)
        return Error(Errc::conflict, "queue_receipt_stale",
                     "Somebody else may have received this message.");
    if (is({"RequestExpired"}) || message.starts_with("Signature expired") ||
        message.starts_with("Signature not yet current"))
        return unavailable("queue_clock_wrong", "SQS finds the clock of this machine wrong.");
    if (is({"SignatureDoesNotMatch", "InvalidSignature", "IncompleteSignature"}))
        return unavailable(
            "queue_signature_refused",
            "SQS does not accept our signature. Check secret_access_key and region.");
    if (is({"ExpiredToken"}))
        return unavailable("queue_token_expired",
                           "The session token has expired. Renew access_key_id, secret_access_key "
                           "and session_token.");
    if (is({"InvalidClientTokenId", "UnrecognizedClient", "MissingAuthenticationToken",
            "InvalidAccessKeyId"}))
        return unavailable(
            "queue_key_refused",
            "SQS does not know our access key. Check access_key_id and session_token.");
    if (status == 401 || status == 403 || is({"AccessDenied", "NotAuthorized"}))
        return unavailable("queue_access_denied",
                           "Our access key may not do that with this queue. Check its policy.");
    if (is({"InvalidMessageContents"}))
        return Error(Errc::unprocessable, "queue_body_refused", "SQS does not take this message.");
    return unknown();
}

std::optional<std::int64_t> number_in(const Json& value) {
    if (value.is_integer()) return value.as_integer();
    return value.is_string() ? parse_number(value.as_string()) : std::nullopt;
}

}  // namespace

Result<Json> read_response(const ServiceResponse& response) {
    Json body = parse_json(response.body).value_or(Json());
    if (response.status == 200) {
        if (response.body.empty()) return Json::object();
        if (!body.is_object()) return unknown();
        return body;
    }
    const std::string name = name_in(body);
    Error error = error_of(response.status, name, message_in(body));
    error.subject = name.empty() ? std::to_string(response.status) : name;
    if (response.retry_after) error.retry_after = response.retry_after;
    return error;
}

bool may_pass(const Error& error) {
    return error.kind == Errc::too_many_requests || error.code == "queue_failed" ||
           error.code == "queue_unreachable" || error.code == "queue_timeout";
}

Result<std::vector<QueueMessage>> messages_of(const Json& body) {
    std::vector<QueueMessage> messages;
    if (!body.has("Messages")) return messages;
    if (!body["Messages"].is_array()) return unknown();
    for (const Json& entry : body["Messages"].as_array()) {
        if (!entry["Body"].is_string() || !entry["ReceiptHandle"].is_string()) return unknown();
        messages.push_back(
            {entry["Body"].as_string(), entry["ReceiptHandle"].as_string(),
             std::max<std::int64_t>(
                 1, number_in(entry["Attributes"]["ApproximateReceiveCount"]).value_or(1))});
    }
    return messages;
}

Result<Depth> depth_of(const Json& body) {
    const Json& attributes = body["Attributes"];
    const auto visible = number_in(attributes["ApproximateNumberOfMessages"]),
               hidden = number_in(attributes["ApproximateNumberOfMessagesNotVisible"]);
    if (!visible || !hidden) return unknown();
    return Depth{*visible, *hidden};
}

}  // namespace kitchen::sqs
