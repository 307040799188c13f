// What S3 says went wrong, as an error of blob/1.
//
// Thread-safety: pure functions.
#pragma once

#include "http_post.h"
#include "kitchen/result.h"

namespace kitchen::s3 {

/// Of a response that is no success. Its subject is the code that S3 gave, or the status.
Error error_of(const ServiceResponse& response);
/// Whether it is worth trying again.
bool may_pass(const Error& error);

}  // namespace kitchen::s3
