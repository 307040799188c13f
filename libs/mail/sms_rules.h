// What can be sent as a text message at all, whatever sends it (kitchen/sms.h).
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/result.h"
#include "kitchen/sms.h"

namespace kitchen {

/// Errors: unprocessable "sms_key_missing", "sms_number_invalid", "sms_text_invalid". None has the
/// number or the text in it.
Status check_sms(const Sms& sms);

}  // namespace kitchen
