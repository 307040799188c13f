#include "sqs_options.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "http_post.h"

namespace kitchen::sqs {
namespace {

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

void check_word(const char* key, const std::string& word, bool may_be_empty = false) {
    if ((word.empty() && !may_be_empty) || !std::all_of(word.begin(), word.end(), is_visible))
        throw std::invalid_argument(std::string(key) + ": visible ASCII characters only" +
                                    (may_be_empty ? "" : ", and at least one"));
}

/// "us-east-1" of "sqs.us-east-1.amazonaws.com"; "" for another form.
std::string region_of(std::string_view host) {
    constexpr std::string_view begin = "sqs.", end = ".amazonaws.com";
    if (!host.starts_with(begin)) return {};
    host.remove_prefix(begin.size());
    const std::size_t dot = host.find('.');
    if (dot == host.npos || !host.substr(dot).starts_with(end)) return {};
    return std::string(host.substr(0, dot));
}

}  // namespace

Options checked(Options options) {
    check_service_url("queue_url", options.queue_url);
    const std::size_t host = options.queue_url.find("://") + 3,
                      path = options.queue_url.find('/', host);
    if (path == std::string::npos || options.queue_url.find('/', path + 1) == std::string::npos ||
        options.queue_url.ends_with('/'))
        throw std::invalid_argument(
            "queue_url: as Amazon shows it, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME");
    if (options.queue_url.ends_with(".fifo"))
        throw std::invalid_argument("queue_url: a standard queue is needed, not a FIFO queue");
    if (options.region.empty())
        options.region = region_of(std::string_view(options.queue_url).substr(host, path - host));
    if (options.region.empty())
        throw std::invalid_argument("region: cannot be told from queue_url; say it");
    const auto is_region = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (!std::all_of(options.region.begin(), options.region.end(), is_region))
        throw std::invalid_argument("region: not a region; write it like eu-west-1");
    if (options.endpoint.empty()) options.endpoint = options.queue_url.substr(0, path);
    check_service_url("endpoint", options.endpoint);
    if (options.endpoint.ends_with('/')) options.endpoint.pop_back();
    // libcurl signs the path as it stands; "/" is the only one that SQS has.
    if (options.endpoint.find('/', options.endpoint.find("://") + 3) != std::string::npos)
        throw std::invalid_argument("endpoint: leave out the path");
    check_word("access_key_id", options.access_key_id);
    check_word("secret_access_key", options.secret_access_key);
    check_word("session_token", options.session_token, true);
    if (options.timeout < options.connect_timeout)
        throw std::invalid_argument("timeout: must not be shorter than connect_timeout");
    return options;
}

}  // namespace kitchen::sqs
