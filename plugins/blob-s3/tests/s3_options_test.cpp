#include <gtest/gtest.h>

#include "s3_blobs.h"

namespace kitchen::s3 {
namespace {

Options good() {
    Options options;
    options.bucket = "kitchen";
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "secret";
    return options;
}

std::string url_of(const Options& options) { return url_before_names(completed(options)); }

TEST(S3Options, WhereBlobsAre) {
    EXPECT_EQ(url_of(good()), "https://kitchen.s3.us-east-1.amazonaws.com/");
    Options options = good();
    options.region = "af-south-1";
    options.prefix = "lagos/";
    EXPECT_EQ(url_of(options), "https://kitchen.s3.af-south-1.amazonaws.com/lagos/");
    options.path_style = true;
    EXPECT_EQ(url_of(options), "https://s3.af-south-1.amazonaws.com/kitchen/lagos/");
    options.endpoint = "https://minio.example:9000/";
    EXPECT_EQ(url_of(options), "https://minio.example:9000/kitchen/lagos/");
    Options china = good();
    china.region = "cn-north-1";
    EXPECT_EQ(url_of(china), "https://kitchen.s3.cn-north-1.amazonaws.com.cn/");
}

TEST(S3Options, WhatCannotWorkIsSaid) {
    const auto reason = [](auto change) -> std::string {
        Options options = good();
        change(options);
        const auto problems = problems_of(options);
        return problems.empty() ? "good" : problems[0].substr(0, problems[0].find(':'));
    };
    EXPECT_EQ(reason([](Options&) {}), "good");
    for (const char* bucket : {"", "ab", "Kitchen", "-kitchen", "a/b", "kitchen.example", "k\r\n"})
        EXPECT_EQ(reason([&](Options& o) { o.bucket = bucket; }), "bucket") << bucket;
    EXPECT_EQ(reason([](Options& o) {
                  o.bucket = "kitchen.example";
                  o.path_style = true;
              }),
              "good");
    for (const char* prefix : {"/a", "a//b", "../", "a/../b", "a/.", "a b", "a%2e", "é", "a?b"})
        EXPECT_EQ(reason([&](Options& o) { o.prefix = prefix; }), "prefix") << prefix;
    for (const char* prefix : {"a", "a/", "a/b.c_D-e/"})
        EXPECT_EQ(reason([&](Options& o) { o.prefix = prefix; }), "good") << prefix;
    for (const char* endpoint : {"minio", "http://minio:9000", "https://minio.example/path",
                                 "https://a:b@minio.example", "https://minio.example/?x"})
        EXPECT_EQ(reason([&](Options& o) { o.endpoint = endpoint; }), "endpoint") << endpoint;
    EXPECT_EQ(reason([](Options& o) {
                  o.endpoint = "http://minio:9000";
                  o.plain_http = true;
              }),
              "good");
    EXPECT_EQ(reason([](Options& o) { o.region = "eu:west"; }), "region");
    EXPECT_EQ(reason([](Options& o) { o.access_key_id.clear(); }), "access_key_id");
    EXPECT_EQ(reason([](Options& o) { o.timeout = std::chrono::milliseconds(1); }), "timeout");
}

}  // namespace
}  // namespace kitchen::s3
