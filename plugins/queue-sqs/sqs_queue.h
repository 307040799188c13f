// queue/1 on Amazon SQS: AWS JSON protocol 1.0, signed by libcurl (Signature Version 4,
// CURLOPT_AWS_SIGV4).
//
// Thread-safety: all calls, from any thread. The logger and the random source must outlive it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "aws_keys.h"
#include "connection_settings.h"
#include "curl_handle.h"
#include "http_post.h"
#include "kitchen/log.h"
#include "kitchen/queue.h"
#include "kitchen/random.h"
#include "sqs_response.h"

namespace kitchen::sqs {

/// Where the queue is, and who asks for it.
struct Options : ConnectionSettings, AwsKeys {
    std::string queue_url;
    std::string endpoint;                             ///< "": scheme and host of the queue's URL
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

class SqsQueue final : public Queue {
public:
    /// The options have passed check().
    SqsQueue(Options options, Random& random, Logger& log);

    Status send(std::string_view body) override;
    /// Tried once: a consumer receives again and again anyway.
    Result<std::vector<QueueMessage>> receive(const QueueReceive& wanted,
                                              std::stop_token stop) override;
    Status hide(std::string_view receipt, std::chrono::seconds from_now) override;
    Status remove(std::string_view receipt) override;

    Result<Depth> depth();
    /// What went wrong with the latest call of each kind, if something did. No network.
    Status check() const;

private:
    enum class Action : std::uint8_t { send, receive, hide, remove, attributes };
    static constexpr std::size_t action_count = static_cast<std::size_t>(Action::attributes) + 1;
    static constexpr int most_tries = 3;

    /// Again and again, with backoff and full jitter, while a failure may pass.
    Result<Json> call(Action action, const std::string& body);
    Result<Json> exchange(Action action, const std::string& body,
                          std::chrono::milliseconds wait = {}, std::stop_token stop = {});
    void note(Action action, const Error* failure);

    const CurlLibrary library_;
    const Options options_;
    Random& random_;
    Logger& log_;
    CurlPool pool_;
    mutable std::mutex mutex_;
    std::array<std::optional<Error>, action_count> failures_;
};

}  // namespace kitchen::sqs
