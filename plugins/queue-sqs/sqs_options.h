// Where the queue is, and who asks for it.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "kitchen/queue.h"

namespace kitchen::sqs {

struct Options {
    std::string queue_url;
    std::string region;    ///< "": as the host of the queue's URL says
    std::string endpoint;  ///< "": scheme and host of the queue's URL
    std::string access_key_id, secret_access_key;
    std::string session_token;  ///< "": the keys are lasting ones
    std::string ca_file;        ///< "": those of the system
    std::string proxy;          ///< "": none, whatever the environment says
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{
        10'000};  ///< of one exchange, besides the waiting for messages
    std::chrono::seconds wait = Queue::longest_wait;  ///< no long poll is longer
    std::chrono::milliseconds retry_wait{100};        ///< longest before the second try; doubles
};

/// With region and endpoint filled in. Throws std::invalid_argument, with a sentence that begins
/// with the key, for what cannot work or would be unsafe. Touches no file and no network.
Options checked(Options options);

}  // namespace kitchen::sqs
