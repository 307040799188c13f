#include "sqs_queue.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "kitchen/backoff.h"

namespace kitchen::sqs {
namespace {

/// In the order of the enumeration.
constexpr const char* action_names[] = {"SendMessage", "ReceiveMessage", "ChangeMessageVisibility",
                                        "DeleteMessage", "GetQueueAttributes"};

/// Ten messages of the greatest length that others may have sent (1 MiB), every byte escaped.
constexpr std::size_t longest_response = 10 * 2 * 1024 * 1024 + 64 * 1024;

constexpr std::chrono::seconds longest_pause{10};

/// A request begins with the queue's URL.
class Request {
public:
    explicit Request(const std::string& queue_url) : json_(text_) {
        json_.begin_object().member("QueueUrl", queue_url);
    }
    JsonWriter& json() { return json_; }
    std::string finish() {
        json_.end_object();
        return std::move(text_);
    }

private:
    std::string text_;
    JsonWriter json_;
};

std::int64_t within(std::chrono::seconds value, std::chrono::seconds most) {
    return std::clamp<std::int64_t>(value.count(), 0, most.count());
}

Status without_value(const Result<Json>& response) {
    if (!response) return response.error();
    return {};
}

}  // namespace

SqsQueue::SqsQueue(Options options, Random& random, Logger& log)
    : options_(completed(std::move(options))), random_(random), log_(log) {}

Status SqsQueue::send(std::string_view body) {
    if (Status good = check_queue_body(body); !good) return good;
    Request request(options_.queue_url);
    request.json().member("MessageBody", body);
    return without_value(call(Action::send, request.finish()));
}

Result<std::vector<QueueMessage>> SqsQueue::receive(const QueueReceive& wanted,
                                                    std::stop_token stop) {
    if (stop.stop_requested()) return std::vector<QueueMessage>();
    const std::int64_t wait = within(wanted.wait, options_.wait);
    Request request(options_.queue_url);
    request.json()
        .member("MaxNumberOfMessages", std::clamp(wanted.most, 1, 10))
        .member("WaitTimeSeconds", wait)
        .member("VisibilityTimeout", within(wanted.hidden_for, longest_hiding));
    request.json()
        .key("MessageSystemAttributeNames")
        .begin_array()
        .value("ApproximateReceiveCount")
        .end_array();
    const Result<Json> response =
        exchange(Action::receive, request.finish(), std::chrono::seconds(wait), stop);
    if (!response && stop.stop_requested()) return std::vector<QueueMessage>();
    Result<std::vector<QueueMessage>> messages =
        response ? messages_of(*response) : Result<std::vector<QueueMessage>>(response.error());
    note(Action::receive, messages ? nullptr : &messages.error());
    return messages;
}

Status SqsQueue::hide(std::string_view receipt, std::chrono::seconds from_now) {
    Request request(options_.queue_url);
    request.json()
        .member("ReceiptHandle", receipt)
        .member("VisibilityTimeout", within(from_now, longest_hiding));
    return without_value(call(Action::hide, request.finish()));
}

Status SqsQueue::remove(std::string_view receipt) {
    Request request(options_.queue_url);
    request.json().member("ReceiptHandle", receipt);
    const Result<Json> response = call(Action::remove, request.finish());
    if (!response && response.error().kind == Errc::conflict)
        return {};  // gone, or another consumer's: nothing more to do with it
    return without_value(response);
}

Result<Depth> SqsQueue::depth() {
    Request request(options_.queue_url);
    request.json()
        .key("AttributeNames")
        .begin_array()
        .value("ApproximateNumberOfMessages")
        .value("ApproximateNumberOfMessagesNotVisible")
        .end_array();
    const Result<Json> response = call(Action::attributes, request.finish());
    if (!response) return response.error();
    return depth_of(*response);
}

Status SqsQueue::check() const {
    std::lock_guard lock(mutex_);
    for (const auto& failure : failures_)
        if (failure) return *failure;
    return {};
}

// A try whose response was lost may have been taken: the message is then sent twice, which queue/1
// allows.
Result<Json> SqsQueue::call(Action action, const std::string& body) {
    for (int tries = 1;; ++tries) {
        Result<Json> response = exchange(action, body);
        if (response || tries == most_tries || !may_pass(response.error())) {
            note(action, response ? nullptr : &response.error());
            return response;
        }
        std::this_thread::sleep_for(
            Backoff{options_.retry_wait, longest_pause}.full_jitter(tries, random_));
    }
}

Result<Json> SqsQueue::exchange(Action action, const std::string& body,
                                std::chrono::milliseconds wait, std::stop_token stop) {
    CurlList headers;
    headers.add("Content-Type: application/x-amz-json-1.0");
    headers.add("X-Amz-Target: AmazonSQS." +
                std::string(action_names[static_cast<std::size_t>(action)]));
    options_.add_token(headers);
    HttpService service{options_, options_.endpoint + "/", options_.proxy, longest_response};
    service.timeout += wait;
    ServiceResponse response;
    const CURLcode failure = http_post(
        pool_, service, headers, body, response, [this](CURL* curl) { options_.sign(curl, "sqs"); },
        std::move(stop));
    if (failure != CURLE_OK) return unreachable(failure, "queue", "SQS");
    return read_response(response);
}

// Told when it begins, changes and ends; a queue that is away for an hour is not a line a second.
void SqsQueue::note(Action action, const Error* failure) {
    if (failure && (failure->kind == Errc::conflict || failure->kind == Errc::unprocessable))
        failure = nullptr;  // SQS is well
    const auto index = static_cast<std::size_t>(action);
    std::string before;
    {
        std::lock_guard lock(mutex_);
        std::optional<Error>& kept = failures_[index];
        if (kept) before = kept->code;
        kept.reset();
        if (failure) kept = *failure;
    }
    if (failure && failure->code != before)
        log_.warn("the queue cannot be used", {{"action", action_names[index]},
                                               {"code", failure->code},
                                               {"reason", failure->subject},
                                               {"detail", failure->detail}});
    else if (!failure && !before.empty())
        log_.info("the queue can be used again", {{"action", action_names[index]}});
}

}  // namespace kitchen::sqs
