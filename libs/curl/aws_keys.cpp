#include "aws_keys.h"

#include <algorithm>

namespace kitchen {
namespace {

void check_text(const std::string& text, Problems& problems) {
    const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_visible))
        problems.at(text, "visible ASCII characters only, and at least one");
}

}  // namespace

void AwsKeys::check(const AwsKeys& keys, Problems& problems) {
    const auto is_region = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (!std::all_of(keys.region.begin(), keys.region.end(), is_region))
        problems.at(keys.region, "not a region; write it like eu-west-1");
    check_text(keys.access_key_id, problems);
    check_text(keys.secret_access_key, problems);
    if (!keys.session_token.empty()) check_text(keys.session_token, problems);
}

void AwsKeys::add_token(CurlList& headers) const {
    if (!session_token.empty()) headers.add("X-Amz-Security-Token: " + session_token);
}

void AwsKeys::sign(CURL* handle, std::string_view service) const {
    const std::string scheme = "aws:amz:" + region + ":" + std::string(service);
    curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, scheme.c_str());
    curl_easy_setopt(handle, CURLOPT_USERNAME, access_key_id.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, secret_access_key.c_str());
}

}  // namespace kitchen
