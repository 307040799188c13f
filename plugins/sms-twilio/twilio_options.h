// The settings of sms-twilio.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "connection_settings.h"

namespace kitchen::twilio {

struct Options : ConnectionSettings {
    std::string url = "https://api.twilio.com";
    std::string account_sid;
    std::string api_key_sid;  ///< "": `secret` is the account's own auth token
    std::string secret;
    std::string from, messaging_service_sid;  ///< one of them
    std::chrono::seconds validity = std::chrono::minutes(10);
    std::string proxy;  ///< "": none, whatever the environment says

    static void describe(Fields<Options>& field);
    /// Finds what cannot work or would send the secret in the clear.
    static void check(const Options& options, Problems& problems);
};

}  // namespace kitchen::twilio
