// What can be sent as a text message at all, whatever sends it (kitchen/sms.h).
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "kitchen/result.h"
#include "kitchen/sms.h"

namespace kitchen {

/// Whether it is a phone number in E.164: '+', a country code, 15 digits in all at most.
bool is_e164(std::string_view number);

/// Errors: unprocessable "sms_key_missing", "sms_number_invalid", "sms_text_invalid". None has the
/// number or the text in it.
Status check_sms(const Sms& sms);

}  // namespace kitchen
