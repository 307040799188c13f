#include "s3_response.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace kitchen::s3 {
namespace {

using std::chrono::seconds;

Error unavailable(std::string code, std::string detail) {
    return Error(Errc::unavailable, std::move(code), std::move(detail));
}

/// "NoSuchKey" of "<Error><Code>NoSuchKey</Code>…"; "" when there is none.
std::string code_in(std::string_view body) {
    constexpr std::string_view begin = "<Code>", end = "</Code>";
    const std::size_t at = body.find(begin);
    if (at == body.npos) return {};
    body.remove_prefix(at + begin.size());
    const std::string_view word = body.substr(0, body.find(end));
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return word.size() <= 64 && std::all_of(word.begin(), word.end(), is_letter) ? std::string(word)
                                                                                 : std::string();
}

Error error_of(long status, std::string_view code) {
    const auto is = [&](std::initializer_list<std::string_view> codes) {
        return std::find(codes.begin(), codes.end(), code) != codes.end();
    };
    if (status == 429 || is({"SlowDown"}))
        return unavailable("blob_throttled", "S3 takes no more requests at this moment.")
            .retry_in(seconds(1));
    if (status == 507 || is({"XMinioStorageFull", "QuotaExceeded"}))
        return Error(Errc::storage_full, "blob_storage_full", "There is no room left for files.");
    if (status >= 500 || is({"RequestTimeout", "OperationAborted"}))
        return unavailable("blob_failed", "S3 has a fault of its own. Try again later.");
    if (status == 416 || is({"InvalidRange"}))
        return Error(Errc::range_not_satisfiable, "blob_range_refused",
                     "The range begins behind the end of the blob.");
    if (is({"NoSuchKey"})) return Error(Errc::not_found, "no_such_blob", "There is no such file.");
    if (is({"NoSuchBucket"}))
        return unavailable("blob_bucket_missing", "There is no such bucket. Check bucket.");
    if (is({"EntityTooLarge"}))
        return Error(Errc::unprocessable, "blob_too_large", "S3 does not take a file that large.");
    if (is({"XAmzContentSHA256Mismatch", "IncompleteBody", "BadDigest"}))
        return Error(Errc::internal, "blob_source_unreadable",
                     "The file that is to be kept changed while it was sent.");
    if (is({"RequestTimeTooSkewed"}))
        return unavailable("blob_clock_wrong", "S3 finds the clock of this machine wrong.");
    if (is({"SignatureDoesNotMatch"}))
        return unavailable("blob_signature_refused",
                           "S3 does not accept our signature. Check secret_access_key.");
    if ((status >= 300 && status < 400) ||
        is({"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraint"}))
        return unavailable("blob_region_wrong",
                           "The bucket is in another region. Check region and endpoint.");
    if (is({"ExpiredToken"}))
        return unavailable("blob_token_expired",
                           "The session token has expired. Renew access_key_id, secret_access_key "
                           "and session_token.");
    if (is({"InvalidAccessKeyId", "InvalidToken"}))
        return unavailable(
            "blob_key_refused",
            "S3 does not know our access key. Check access_key_id and session_token.");
    if (status == 401 || status == 403)
        return unavailable("blob_access_denied",
                           "Our access key may not do that with this bucket, or may not list it, "
                           "which tells apart what is missing. Check its policy.");
    return unavailable("blob_unknown",
                       "What answers at endpoint is not S3. Check endpoint and path_style.");
}

}  // namespace

Error error_of(const ServiceResponse& response) {
    const std::string code = code_in(response.body);
    Error error = error_of(response.status, code);
    error.subject = code.empty() ? std::to_string(response.status) : code;
    if (response.retry_after) error.retry_after = response.retry_after;
    return error;
}

bool may_pass(const Error& error) {
    return error.code == "blob_throttled" || error.code == "blob_failed" ||
           error.code == "blob_unreachable" || error.code == "blob_timeout";
}

}  // namespace kitchen::s3
