#include "s3_blobs.h"

#include <fstream>
#include <memory>

#include <gmock/gmock.h>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"
#include "s3_double.h"

namespace kitchen::s3 {

using tests::S3Double;

Options options_for(const S3Double& service) {
    Options options;
    options.bucket = S3Double::bucket;
    options.prefix = "some/Where-";
    options.endpoint = service.endpoint();
    options.path_style = true;
    options.access_key_id = S3Double::key_id;
    options.secret_access_key = S3Double::secret;
    options.timeout = std::chrono::seconds(1);
    options.retry_wait = std::chrono::milliseconds(1);
    return options;
}

class S3BlobsTest : public testing::Test {
protected:
    S3BlobsTest() { std::ofstream(source) << "hello"; }

    Status put(Blobs& blobs, const std::string& name = "a.jpg") { return blobs.put(name, source); }
    std::string code_of(const Status& status) {
        return status ? std::string() : status.error().code;
    }

    S3Double service;
    testkit::RecordingLogger log;
    testkit::SeededRandom random;
    testkit::TemporaryDirectory directory;
    const std::filesystem::path source = directory.path() / "source";
    S3Blobs blobs{options_for(service), random, log};
};

TEST_F(S3BlobsTest, APrefixKeepsInstallationsApart) {
    put(blobs).value();
    EXPECT_EQ(service.state()["objects"].dump(), R"({"some/Where-a.jpg":5})");
    Options other = options_for(service);
    other.prefix.clear();
    S3Blobs without(other, random, log);
    EXPECT_EQ(without.open("a.jpg").error().code, "no_such_blob");
}

TEST_F(S3BlobsTest, TheBucketMayStandInTheHost) {
    S3Double named({"--host-style"});
    Options options = options_for(named);
    options.path_style = false;
    options.endpoint = "http://localhost:" + std::to_string(named.port());
    S3Blobs in_host(options, random, log);
    put(in_host).value();
    EXPECT_EQ(in_host.open("a.jpg").value()->length(), 5u);
    EXPECT_EQ(named.state()["objects"].dump(), R"({"some/Where-a.jpg":5})");
}

TEST_F(S3BlobsTest, FaultsOfTheServicePass) {
    for (const char* fault : {R"("kind": "answer", "status": 500, "code": "InternalError")",
                              R"("kind": "answer", "status": 503, "code": "SlowDown")",
                              R"("kind": "answer", "status": 502)", R"("kind": "lose_request")",
                              R"("kind": "lose_answer")", R"("kind": "cut_answer")"}) {
        service.fail(std::string(R"([{"method": "*", "count": 2, )") + fault + "}]");
        EXPECT_TRUE(put(blobs)) << fault;
        service.fail(std::string(R"([{"method": "*", "count": 2, )") + fault + "}]");
        const auto body = blobs.open("a.jpg");
        ASSERT_TRUE(body) << fault;
        EXPECT_EQ((*body)->length(), 5u);
        service.fail(std::string(R"([{"method": "*", "count": 2, )") + fault + "}]");
        EXPECT_TRUE(blobs.remove("a.jpg")) << fault;
        EXPECT_TRUE(blobs.check());
    }
}

TEST_F(S3BlobsTest, FaultsThatStayAreSaid) {
    service.fail(
        R"([{"method": "*", "count": -1, "kind": "answer", "status": 503, "code": "SlowDown"}])");
    const Status refused = put(blobs);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_EQ(refused.error().code, "blob_throttled");
    EXPECT_EQ(service.requests("PUT"), 3);
    EXPECT_EQ(code_of(blobs.check()), "blob_throttled");
    EXPECT_TRUE(log.contains("S3 cannot be used"));
    service.fail("[]");
    blobs.look();
    EXPECT_TRUE(blobs.check()) << "a blob that is not there is no fault";
    EXPECT_TRUE(log.contains("S3 can be used again"));
}

TEST_F(S3BlobsTest, ASilentServiceIsGivenUp) {
    service.fail(R"([{"method": "GET", "count": -1, "kind": "hang"}])");
    const auto refused = blobs.open("a.jpg");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "blob_timeout");
    service.release();
}

TEST_F(S3BlobsTest, WhatIsWrongWithTheSettingsIsTold) {
    const auto code_with = [&](auto change) {
        Options wrong = options_for(service);
        change(wrong);
        S3Blobs used(wrong, random, log);
        const Status refused = put(used);
        EXPECT_EQ(refused.error().kind, Errc::unavailable);
        EXPECT_EQ(code_of(used.check()), refused.error().code);
        return refused.error().code;
    };
    EXPECT_EQ(code_with([](Options& o) { o.secret_access_key = "not-the-secret"; }),
              "blob_signature_refused");
    EXPECT_EQ(code_with([](Options& o) { o.access_key_id = "AKIDOTHER"; }), "blob_key_refused");
    EXPECT_EQ(code_with([](Options& o) { o.region = "eu-west-1"; }), "blob_region_wrong");
    EXPECT_EQ(code_with([](Options& o) { o.bucket = "another"; }), "blob_bucket_missing");
    EXPECT_EQ(service.requests("PUT"), 4) << "what cannot pass is not tried again";
    EXPECT_EQ(code_with([](Options& o) { o.endpoint = "http://127.0.0.1:1"; }), "blob_unreachable");
    for (const char* hidden : {"not-the-secret", "AKIDOTHER", S3Double::secret})
        EXPECT_FALSE(log.contains(hidden)) << hidden;
}

TEST_F(S3BlobsTest, AWrongClockIsTold) {
    using namespace std::chrono_literals;
    for (const auto by : {20min, -20min}) {
        service.skew(by);
        EXPECT_EQ(code_of(put(blobs)), "blob_clock_wrong");
    }
    service.skew(0min);
    EXPECT_TRUE(put(blobs));
}

TEST_F(S3BlobsTest, TemporaryKeysCarryTheirToken) {
    const std::string token = "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE+/=";
    S3Double guarded({"--token", token});
    Options options = options_for(guarded);
    S3Blobs without(options, random, log);
    EXPECT_EQ(code_of(put(without)), "blob_key_refused");
    options.session_token = token;
    S3Blobs with(options, random, log);
    EXPECT_TRUE(put(with));
    EXPECT_TRUE(with.open("a.jpg"));
    EXPECT_TRUE(with.remove("a.jpg"));
}

TEST_F(S3BlobsTest, WhatOtherServicesAnswer) {
    const auto code_for = [&](int status, const std::string& code) {
        service.fail(R"([{"method": "*", "count": 3, "kind": "answer", "status": )" +
                     std::to_string(status) + R"(, "code": ")" + code + "\"}]");
        return code_of(put(blobs));
    };
    EXPECT_EQ(code_for(301, "PermanentRedirect"), "blob_region_wrong");
    EXPECT_EQ(code_for(307, ""), "blob_region_wrong");
    EXPECT_EQ(code_for(403, "AccessDenied"), "blob_access_denied");
    EXPECT_EQ(code_for(400, "ExpiredToken"), "blob_token_expired");
    EXPECT_EQ(code_for(507, "XMinioStorageFull"), "blob_storage_full");
    EXPECT_EQ(code_for(404, ""), "blob_unknown");
    EXPECT_EQ(code_for(400, "Something"), "blob_unknown");
    EXPECT_EQ(code_for(400, "<b>"), "blob_unknown");
}

}  // namespace kitchen::s3

namespace kitchen::testkit {

namespace {

BlobsFactory s3_factory() {
    struct Held {
        tests::S3Double service;
        RecordingLogger log;
        SeededRandom random;
        s3::S3Blobs blobs{s3::options_for(service), random, log};
        ~Held() {
            const Json seen = service.state();
            for (const Json& refusal : seen["refusals"].as_array())
                EXPECT_THAT(refusal.as_string(),
                            testing::AnyOf("404 NoSuchKey", "416 InvalidRange"));
        }
    };
    return {"s3", []() -> std::shared_ptr<Blobs> {
                auto held = std::make_shared<Held>();
                return {held, &held->blobs};
            }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(BlobS3, BlobsConformance, testing::Values(s3_factory()));

}  // namespace kitchen::testkit
