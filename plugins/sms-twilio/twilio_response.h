// What a response of Twilio's Messages API means to the sender of a text message
// (https://www.twilio.com/docs/usage/twilios-response, https://www.twilio.com/docs/api/errors).
//
// A fault of this server's own settings (credentials, sender, address of the service) is
// `unavailable` and not `unprocessable`: the message is good, and may go out once they are mended.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "http_post.h"
#include "kitchen/result.h"

namespace kitchen::twilio {

/// The SID that the service gave the message. Errors: as sms.h says; "sms_number_refused" when it
/// is the number that takes none. Their subject is the service's code ("21614") or the status: its
/// sentence has the number in it.
Result<std::string> read_response(const ServiceResponse& response);

}  // namespace kitchen::twilio
