// blob/1 in a bucket of Amazon S3, or of what speaks its protocol: one object a blob, requests
// signed by libcurl (Signature Version 4).
//
// Thread-safety: all calls, from any thread. The logger and the random source must outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "aws_keys.h"
#include "connection_settings.h"
#include "http_post.h"
#include "kitchen/blobs.h"
#include "kitchen/log.h"
#include "kitchen/random.h"

namespace kitchen::s3 {

/// Where the bucket is, and who asks for it.
struct Options : ConnectionSettings, AwsKeys {
    std::string bucket;
    std::string prefix;
    std::string endpoint;
    bool path_style = false;
    bool plain_http = false;
    std::string proxy;                          ///< "": none, whatever the environment says
    std::chrono::milliseconds retry_wait{100};  ///< longest before the second try; doubles
    std::chrono::milliseconds check_interval = std::chrono::minutes(1);

    static void describe(Fields<Options>& field);
    /// Finds what cannot work or would be unsafe.
    static void check(const Options& options, Problems& problems);
};

/// With region and endpoint filled in. The options have passed check().
Options completed(Options options);
/// What all names of blobs come after: "https://bucket.s3.eu-west-1.amazonaws.com/prefix/". The
/// options are completed().
std::string url_before_names(const Options& options);

class S3Blobs final : public Blobs {
public:
    /// The options have passed check().
    S3Blobs(Options options, Random& random, Logger& log);

    Status put(std::string_view name, const std::filesystem::path& file) override;
    Result<std::shared_ptr<const http::FileBody>> open(std::string_view name,
                                                       BlobRange range) override;
    using Blobs::open;
    Status remove(std::string_view name) override;

    /// Asks for a blob that is not there, for check() to tell what is wrong.
    void look();
    /// What went wrong with the latest call, if S3 is to blame. No network.
    Status check() const;

private:
    static constexpr int most_tries = 3;
    /// What one call sends. The functions are called for each try.
    struct Call {
        std::function<void(CURL*)> options;
        std::function<void(CurlList&)> headers;  ///< may be empty
        std::string payload_hash;                ///< SHA-256 in hexadecimal digits
        const std::string* error = nullptr;  ///< a response that is an error, when it went there
    };
    /// Again and again, with backoff and full jitter, while a failure may pass.
    Result<ServiceResponse> call(std::string_view name, const Call& call);
    Result<ServiceResponse> exchange(std::string_view name, const Call& call);
    void note(const Error* failure);

    const CurlLibrary library_;
    const Options options_;
    const std::string url_;
    Random& random_;
    Logger& log_;
    CurlPool pool_;
    mutable std::mutex mutex_;
    std::optional<Error> failure_;
};

}  // namespace kitchen::s3
