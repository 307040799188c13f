// What a queue says: answers of SQS, and the messages in them that the outbox reads. Whatever
// comes, it is one of the errors that queue/1 knows, with a subject that may stand in a log, or a
// value of the documented form; and a message names a mail or nothing.
//
// Input: the status on the first line, then the body.
#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "handover.h"
#include "kitchen/queue.h"
#include "lines.h"
#include "require.h"
#include "sqs_response.h"

namespace {

using namespace kitchen;
using kitchen::fuzz::require;

void check_error(const Error& error) {
    require(error.kind == Errc::unavailable || error.kind == Errc::too_many_requests ||
                error.kind == Errc::conflict || error.kind == Errc::unprocessable,
            "an error is one of queue/1");
    require(error.code.starts_with("queue_"), "its code is of the queue");
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-';
    };
    require(error.subject.size() <= 64 &&
                std::all_of(error.subject.begin(), error.subject.end(), plain),
            "its subject is a word");
    require(!sqs::may_pass(error) || error.kind == Errc::unavailable ||
                error.kind == Errc::too_many_requests,
            "only faults of the service may pass");
}

void check_message(std::string_view body) {
    const auto id = outbox::parse_message(body);
    if (!id) return;
    require(*id > 0, "a mail's id is positive");
    require(outbox::parse_message(outbox::to_message(*id)) == id,
            "what is written is read as it was");
    require(check_queue_body(outbox::to_message(*id)).has_value(), "what is written may travel");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    const std::string_view first = fuzz::take_line(rest);
    ServiceResponse response{200, std::string(rest), {}};
    std::from_chars(first.data(), first.data() + first.size(), response.status);

    const Result<Json> read = sqs::read_response(response);
    check_message(rest);
    if (!read) {
        check_error(read.error());
        return 0;
    }
    require(response.status == 200 && read->is_object(), "a success is an object");
    if (const auto messages = sqs::messages_of(*read)) {
        require(messages->size() <= rest.size() / 2, "messages come out of the answer");
        for (const QueueMessage& message : *messages) {
            require(message.received >= 1, "a message that came has come once");
            check_message(message.body);
        }
    } else {
        check_error(messages.error());
    }
    if (const auto depth = sqs::depth_of(*read); !depth) check_error(depth.error());
    return 0;
}
