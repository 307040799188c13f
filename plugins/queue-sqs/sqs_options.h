// Where the queue is, and who asks for it.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "connection_settings.h"
#include "kitchen/queue.h"

namespace kitchen::sqs {

struct Options : ConnectionSettings {
    std::string queue_url;
    std::string region;    ///< "": as the host of the queue's URL says
    std::string endpoint;  ///< "": scheme and host of the queue's URL
    std::string access_key_id, secret_access_key;
    std::string session_token;                        ///< "": the keys are lasting ones
    std::string proxy;                                ///< "": none, whatever the environment says
    std::chrono::seconds wait = Queue::longest_wait;  ///< no long poll is longer
    std::chrono::milliseconds retry_wait{100};        ///< longest before the second try; doubles
    std::chrono::milliseconds check_interval = std::chrono::minutes(1);  ///< of depth and health

    Options() { timeout = std::chrono::seconds(10); }  // besides the waiting for messages
    static void describe(Fields<Options>& field);
    /// Finds what cannot work or would be unsafe.
    static void check(const Options& options, Problems& problems);
};

/// With region and endpoint filled in. The options have passed check().
Options completed(Options options);

}  // namespace kitchen::sqs
