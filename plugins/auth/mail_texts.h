// What the plugin's mails say. The one place to change or translate them.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "kitchen/mailer.h"

namespace kitchen::auth {

/// Both without idempotency key.
Mail signup_mail(std::string_view to, std::string_view code, std::chrono::milliseconds valid_for);
Mail password_reset_mail(std::string_view to, std::string_view code, std::chrono::milliseconds valid_for);

}  // namespace kitchen::auth
