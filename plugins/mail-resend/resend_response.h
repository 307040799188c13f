// What a response of the Resend API means to the sender of a mail
// (https://resend.com/docs/api-reference/errors).
//
// A fault of this server's own settings (key, sender, address of the service) is `unavailable` and
// not `unprocessable`: the mail is good, and may go out once the settings are mended.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "http_post.h"
#include "kitchen/result.h"

namespace kitchen::resend {

/// The id that the service gave the mail; "" when it has taken another mail under the same key
/// before (mailer.h: that is a success). Errors: as mailer.h says; their subject is the service's
/// own word ("validation_error") or the status.
Result<std::string> read_response(const ServiceResponse& response);

}  // namespace kitchen::resend
