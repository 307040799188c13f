#include "sqs_queue.h"

#include <gtest/gtest.h>

namespace kitchen::sqs {
namespace {

Options good() {
    Options options;
    options.queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/mails";
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "secret";
    return options;
}

TEST(SqsOptions, RegionAndEndpointComeFromTheUrl) {
    EXPECT_EQ(completed(good()).region, "eu-west-1");
    EXPECT_EQ(completed(good()).endpoint, "https://sqs.eu-west-1.amazonaws.com");
    Options china = good();
    china.queue_url = "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/mails";
    EXPECT_EQ(completed(china).region, "cn-north-1");
    Options local = good();
    local.queue_url = "http://localhost:9324/000000000000/mails";
    local.region = "us-east-1";
    EXPECT_EQ(completed(local).endpoint, "http://localhost:9324");
}

TEST(SqsOptions, WhatCannotWorkIsSaid) {
    const auto reason = [](auto change) -> std::string {
        Options options = good();
        change(options);
        const auto problems = problems_of(options);
        for (const std::string& problem : problems)
            EXPECT_EQ(problem.find("secret\r"), std::string::npos);
        return problems.empty() ? "good" : problems[0].substr(0, problems[0].find(':'));
    };
    EXPECT_EQ(reason([](Options&) {}), "good");
    for (const char* url :
         {"", "mails", "http://sqs.eu-west-1.amazonaws.com/1/mails",
          "https://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/mails",
          "https://a:b@sqs.eu-west-1.amazonaws.com/1/mails",
          "https://sqs.eu-west-1.amazonaws.com/1/mails?x", "https://sqs.eu-west-1.amazonaws.com/1/",
          "https://sqs.eu-west-1.amazonaws.com/1/mails.fifo"})
        EXPECT_EQ(reason([&](Options& o) { o.queue_url = url; }), "queue_url") << url;
    EXPECT_EQ(reason([](Options& o) { o.queue_url = "https://queue.example.com/1/mails"; }),
              "region");
    EXPECT_EQ(reason([](Options& o) { o.queue_url = "https://sqs.evil.example/1/mails"; }),
              "region");
    EXPECT_EQ(reason([](Options& o) { o.region = "eu:west"; }), "region");
    EXPECT_EQ(reason([](Options& o) { o.endpoint = "http://sqs.example.com"; }), "endpoint");
    EXPECT_EQ(reason([](Options& o) { o.endpoint = "https://sqs.example.com/path"; }), "endpoint");
    EXPECT_EQ(reason([](Options& o) { o.access_key_id.clear(); }), "access_key_id");
    EXPECT_EQ(reason([](Options& o) { o.secret_access_key = "secret\r\n"; }), "secret_access_key");
    EXPECT_EQ(reason([](Options& o) { o.session_token = "a b"; }), "session_token");
    EXPECT_EQ(reason([](Options& o) { o.timeout = std::chrono::milliseconds(1); }), "timeout");
}

}  // namespace
}  // namespace kitchen::sqs
