#include <algorithm>
#include <string_view>

#include "s3_blobs.h"

namespace kitchen::s3 {
namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_bucket(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && is_word(name.front()) && is_word(name.back()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_word(c) || c == '-' || c == '.'; });
}

/// Characters that are the same in a URL, as libcurl signs the path as it stands; and no segment
/// that it would take out.
bool is_prefix(std::string_view prefix) {
    if (prefix.size() > 200) return false;
    while (!prefix.empty()) {
        const std::string_view segment = prefix.substr(0, prefix.find('/'));
        if (segment.empty() || segment == "." || segment == ".." ||
            !std::all_of(segment.begin(), segment.end(), [](char c) {
                return is_word(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
            }))
            return false;
        prefix.remove_prefix(std::min(segment.size() + 1, prefix.size()));
    }
    return true;
}

}  // namespace

void Options::describe(Fields<Options>& field) {
    using S = Options;
    field("bucket", &S::bucket, "Is there already; nothing in it is public").required();
    field("prefix", &S::prefix,
          "What all names begin with, such as kitchen/: another one for each installation");
    AwsKeys::describe(field, "May get, put and delete objects, and list the bucket",
                      "Of the bucket; empty: us-east-1, which MinIO and others expect");
    field("endpoint", &S::endpoint, "Where S3 is; empty: https://s3.REGION.amazonaws.com");
    field("path_style", &S::path_style,
          "The bucket stands in the path and not in the host, as MinIO wants it");
    field("plain_http", &S::plain_http,
          "Let endpoint begin with http:// on another machine: the secret key does not travel, but "
          "blobs can be read and changed on the way");
    field("check_interval", &S::check_interval, "How often health is looked up")
        .between(std::chrono::milliseconds(100), std::chrono::hours(1));
    field("proxy", &S::proxy, "HTTP proxy to go through; empty: none");
    ConnectionSettings::describe(
        field, "How long less than 1 KiB a second may come or go, in whole seconds");
}

void Options::check(const Options& options, Problems& problems) {
    if (!is_bucket(options.bucket))
        problems.at(options.bucket, "not a bucket: 3 to 63 characters, a-z, 0-9, '-' and '.'");
    else if (options.bucket.find('.') != std::string::npos && !options.path_style)
        problems.at(options.bucket, "with a dot in it, no certificate fits; set path_style");
    if (!is_prefix(options.prefix))
        problems.at(options.prefix, "letters, digits, '-', '.', '_' and single slashes only");
    const std::string& endpoint = options.endpoint;
    if (!endpoint.empty()) {
        if (std::string wrong = check_service_url(endpoint, options.plain_http); !wrong.empty())
            problems.at(endpoint, wrong);
        else if (endpoint.find('/', endpoint.find("://") + 3) < endpoint.size() - 1)
            problems.at(endpoint, "leave out the path");
    }
    AwsKeys::check(options, problems);
    ConnectionSettings::check(options, problems);
}

Options completed(Options options) {
    if (options.region.empty()) options.region = "us-east-1";
    if (options.endpoint.empty())
        options.endpoint = "https://s3." + options.region + ".amazonaws.com" +
                           (options.region.starts_with("cn-") ? ".cn" : "");
    if (options.endpoint.ends_with('/')) options.endpoint.pop_back();
    return options;
}

std::string url_before_names(const Options& options) {
    const std::size_t host = options.endpoint.find("://") + 3;
    const std::string where = options.path_style
                                  ? options.endpoint + '/' + options.bucket
                                  : options.endpoint.substr(0, host) + options.bucket + '.' +
                                        options.endpoint.substr(host);
    return where + '/' + options.prefix;
}

}  // namespace kitchen::s3
