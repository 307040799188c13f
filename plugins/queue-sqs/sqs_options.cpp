#include "sqs_queue.h"

#include <string_view>

#include "http_post.h"

namespace kitchen::sqs {
namespace {

/// "https://host:port" of a URL.
std::string_view origin_of(std::string_view url) {
    return url.substr(0, url.find('/', url.find("://") + 3));
}

/// "us-east-1" of "https://sqs.us-east-1.amazonaws.com"; "" for another form.
std::string region_of(std::string_view origin) {
    std::string_view host = origin.substr(origin.find("://") + 3);
    constexpr std::string_view begin = "sqs.", end = ".amazonaws.com";
    if (!host.starts_with(begin)) return {};
    host.remove_prefix(begin.size());
    const std::size_t dot = host.find('.');
    if (dot == host.npos || !host.substr(dot).starts_with(end)) return {};
    return std::string(host.substr(0, dot));
}

}  // namespace

void Options::describe(Fields<Options>& field) {
    using S = Options;
    using std::chrono::seconds;
    field("queue_url", &S::queue_url,
          "Of a standard queue, for this alone: "
          "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
        .required();
    AwsKeys::describe(
        field, "May send, receive and delete messages, change their visibility, get attributes",
        "Empty: as queue_url says");
    field("endpoint", &S::endpoint,
          "Where SQS is, when not where queue_url says; http only on this machine");
    field("wait", &S::wait,
          "Longest long poll; shorter where something in between cuts idle connections")
        .between(seconds(1), Queue::longest_wait);
    field("check_interval", &S::check_interval, "How often depth and health are looked up")
        .between(std::chrono::milliseconds(100), std::chrono::hours(1));
    field("proxy", &S::proxy, "HTTP proxy to go through; empty: none");
    ConnectionSettings::describe(field,
                                 "For one exchange in all, besides the waiting for messages");
}

void Options::check(const Options& options, Problems& problems) {
    const std::string &url = options.queue_url, &endpoint = options.endpoint;
    const std::string_view origin = origin_of(url);
    if (std::string wrong = check_service_url(url); !wrong.empty())
        problems.at(url, wrong);
    else if (url.find('/', origin.size() + 1) == url.npos || url.ends_with('/'))
        problems.at(url, "as Amazon shows it, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME");
    else if (url.ends_with(".fifo"))
        problems.at(url, "a standard queue is needed, not a FIFO queue");
    else if (options.region.empty() && region_of(origin).empty())
        problems.at(options.region, "cannot be told from queue_url; say it");
    if (!endpoint.empty()) {
        // libcurl signs the path as it stands; "/" is the only one that SQS has.
        const std::size_t path = origin_of(endpoint).size();
        if (std::string wrong = check_service_url(endpoint); !wrong.empty())
            problems.at(endpoint, wrong);
        else if (path < endpoint.size() && path + 1 != endpoint.size())
            problems.at(endpoint, "leave out the path");
    }
    AwsKeys::check(options, problems);
    ConnectionSettings::check(options, problems);
}

Options completed(Options options) {
    const std::string_view origin = origin_of(options.queue_url);
    if (options.region.empty()) options.region = region_of(origin);
    options.endpoint = origin_of(options.endpoint.empty() ? origin : options.endpoint);
    return options;
}

}  // namespace kitchen::sqs
