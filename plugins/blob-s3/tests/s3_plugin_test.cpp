// The plugin through the real loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/blobs.h"
#include "kitchen/testkit/test_kernel.h"
#include "s3_double.h"

namespace kitchen::s3 {
namespace {

testkit::TestKernel kernel_with(const tests::S3Double& service, const std::string& secret) {
    testkit::TestKernelOptions options;
    options.environment = {
        {"URL", service.endpoint()}, {"KEY", tests::S3Double::key_id}, {"SECRET", secret}};
    return testkit::TestKernel(
        "plugins:\n  - id: blob-s3\n    config: {bucket: kitchen, endpoint: '${URL}', path_style: "
        "true, access_key_id: !env KEY, secret_access_key: !env SECRET, check_interval: 100ms}\n",
        options);
}

std::string status_of(testkit::HttpClient& client) {
    return client.get("/health/").json["checks"]["blobs"]["status"].as_string();
}

TEST(BlobS3Plugin, IsReachedThroughItsInterface) {
    tests::S3Double service;
    testkit::TestKernel kernel = kernel_with(service, tests::S3Double::secret);
    Blobs& blobs = kernel.service<Blobs>();
    EXPECT_EQ(blobs.open("nothing").error().code, "no_such_blob");
    testkit::HttpClient client = kernel.client();
    EXPECT_EQ(status_of(client), "ok");
}

TEST(BlobS3Plugin, AWrongKeyIsSeenBeforeAnythingIsPut) {
    tests::S3Double service;
    testkit::TestKernel kernel = kernel_with(service, "a-very-wrong-secret");
    testkit::HttpClient client = kernel.client();
    EXPECT_TRUE(testkit::wait_until([&] { return status_of(client) != "ok"; }));
}

}  // namespace
}  // namespace kitchen::s3
