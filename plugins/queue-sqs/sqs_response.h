// What a response of SQS means (AWS JSON protocol 1.0;
// docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference, Common Errors).
//
// A fault of this server's own settings (keys, region, clock) is `unavailable`: the work is good,
// and goes on once the settings are mended.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "http_post.h"
#include "kitchen/json.h"
#include "kitchen/queue.h"
#include "kitchen/result.h"

namespace kitchen::sqs {

/// The body of a success: an object; an empty body counts as an empty one.
/// Errors: as queue.h says; their subject is the service's own word ("QueueDoesNotExist") or the
/// status.
Result<Json> read_response(const ServiceResponse& response);

/// A later try may well succeed without any repair.
bool may_pass(const Error& error);

/// The response to ReceiveMessage. Error: unavailable "queue_unknown" for what is not of its form.
Result<std::vector<QueueMessage>> messages_of(const Json& body);

/// The response to GetQueueAttributes.
struct Depth {
    std::int64_t visible = 0, hidden = 0;  ///< about
};
Result<Depth> depth_of(const Json& body);

}  // namespace kitchen::sqs
