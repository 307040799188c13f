// Images over a real socket, through the real loader, on every store and both kinds of blobs.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/restaurant.h"
#include "s3_double.h"
#include "sample_images.h"

namespace kitchen::images {
namespace {

using samples::jpeg;
using samples::png;
using testing::HasSubstr;
using testing::StartsWith;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

constexpr const char* limits =
    "{id: images, config: {max_bytes: 64KiB, max_pixels: 1000000, sweep_interval: 1s}}";

RestaurantConfig in_folder(RestaurantConfig config) {
    config.plugins = {"{id: blob-file, config: {folder: '${DATA}/blobs'}}", limits};
    return config;
}

RestaurantConfig in_memory_and_folder() { return in_folder({}); }
RestaurantConfig on_sqlite_and_folder() { return in_folder(testkit::on_sqlite()); }
RestaurantConfig on_three_replicas_and_s3() {
    RestaurantConfig config = testkit::on_postgres();
    const auto service = std::make_shared<tests::S3Double>();
    const auto both = std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
        config.owner, service);
    config.owner = both;
    config.replicas = 3;
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    config.plugins = {"{id: blob-s3, config: {bucket: kitchen, path_style: true, endpoint: '" +
                          service->endpoint() + "', access_key_id: " + tests::S3Double::key_id +
                          ", secret_access_key: '" + tests::S3Double::secret + "'}}",
                      limits};
    return config;
}

class ImagesApi : public testing::TestWithParam<std::function<RestaurantConfig()>> {
protected:
    std::string path_of(std::int64_t food) const {
        return "/foods/" + std::to_string(food) + "/image/";
    }
    HttpResponse upload(const std::string& bytes, const std::string& type = "image/jpeg",
                        testkit::HeaderList headers = {}) {
        headers.emplace_back("Content-Type", type);
        return admin.send("POST", path_of(dish), bytes, headers);
    }
    std::string image_url() {
        const Json url = admin.get("/foods/" + std::to_string(dish) + "/").json["image_url"];
        return url.is_null() ? std::string() : url.as_string();
    }

    Restaurant restaurant{GetParam()()};
    HttpClient admin = restaurant.admin();
    HttpClient anyone = restaurant.client();
    const std::int64_t dish = restaurant.food("Jollof", 250'000);
};

TEST_P(ImagesApi, AnImageIsUploadedAndShown) {
    const HttpResponse added = upload(jpeg(40, 30));
    ASSERT_EQ(added.status, 201) << added.body;
    const std::string location = added.header("location");
    EXPECT_THAT(location, StartsWith("/images/"));
    EXPECT_EQ(added.json["width"].as_integer(), 40);
    EXPECT_EQ(added.json["image_url"].as_string(),
              "http://127.0.0.1:" + std::to_string(restaurant.port()) + location);
    EXPECT_EQ(image_url(), added.json["image_url"].as_string());
    EXPECT_EQ(added.header("etag"), '"' + std::to_string(added.json["version"].as_integer()) + '"');

    const HttpResponse image = anyone.get(location);
    EXPECT_EQ(image.status, 200);
    EXPECT_EQ(image.body, jpeg(40, 30));
    EXPECT_EQ(image.header("content-type"), "image/jpeg");
    EXPECT_EQ(image.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(image.header("x-content-type-options"), "nosniff");
    EXPECT_THAT(image.header("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_EQ(image.header("cross-origin-resource-policy"), "cross-origin");
    EXPECT_FALSE(image.header("last-modified").empty());
    const std::string tag = image.header("etag");
    EXPECT_EQ(location, "/images/" + tag.substr(1, tag.size() - 2) + ".jpg");

    EXPECT_EQ(anyone.get(location, {{"If-None-Match", tag}}).status, 304);
    EXPECT_EQ(anyone.get(location, {{"If-Modified-Since", image.header("last-modified")}}).status,
              304);
    const HttpResponse part = anyone.get(location, {{"Range", "bytes=2-5"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, image.body.substr(2, 4));
    EXPECT_EQ(part.header("content-range"), "bytes 2-5/" + std::to_string(image.body.size()));
    EXPECT_EQ(anyone.get(location, {{"Range", "bytes=99999-"}}).status, 416);
    EXPECT_EQ(anyone.get(location, {{"If-Match", "\"other\""}}).status, 412);
    const HttpResponse head = anyone.send("HEAD", location);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), std::to_string(image.body.size()));
    EXPECT_EQ(anyone.get("/images/nothing.jpg").problem_code(), "image_not_found");
}

TEST_P(ImagesApi, ARepeatedUploadHappensOnce) {
    const HttpResponse first = upload(jpeg(40, 30), "image/jpeg", {{"Idempotency-Key", "a"}});
    const HttpResponse again = upload(jpeg(40, 30), "image/jpeg", {{"Idempotency-Key", "a"}});
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("etag"), first.header("etag"));
    EXPECT_EQ(again.header("location"), first.header("location"));
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(upload(png(), "image/png", {{"Idempotency-Key", "a"}}).problem_code(),
              "idempotency_key_reused");
}

TEST_P(ImagesApi, ItIsTakenAwayAndStaysReadableForAWhile) {
    EXPECT_EQ(admin.del(path_of(dish)).problem_code(), "image_not_found");
    const std::string location = upload(png(), "image/png").header("location");
    EXPECT_EQ(admin.del(path_of(dish), {{"If-Match", "\"1\""}}).status, 412);
    EXPECT_EQ(admin.del(path_of(dish)).status, 204);
    EXPECT_EQ(image_url(), "");
    EXPECT_EQ(anyone.get(location).status, 200);
    EXPECT_EQ(upload(png(), "image/png", {{"If-Match", "\"1\""}}).status, 412);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

TEST_P(ImagesApi, TheBytesDecideWhatItIs) {
    const HttpResponse added = upload(png() + "<html><script>alert(1)</script>", "image/jpeg");
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_THAT(added.header("location"), testing::EndsWith(".png"));
    const HttpResponse image = anyone.get(added.header("location"));
    EXPECT_EQ(image.header("content-type"), "image/png");
    EXPECT_EQ(image.body, png()) << "what follows the picture is not kept";
    // A file under another extension is no image of ours.
    std::string other = added.header("location");
    other.replace(other.size() - 3, 3, "svg");
    EXPECT_EQ(anyone.get(other).status, 404);
}

TEST_P(ImagesApi, HostileUploads) {
    EXPECT_EQ(upload("<svg/>", "image/svg+xml").status, 415) << "by its type alone";
    EXPECT_EQ(upload(jpeg(), "text/html").status, 415);
    EXPECT_EQ(upload(jpeg(), "application/json").status, 415);
    for (const char* lie : {"<svg onload='x'/>", "<html>", "GIF89a", "%PDF-1.7"}) {
        const HttpResponse refused = upload(lie);
        EXPECT_EQ(refused.status, 415) << lie;
        EXPECT_EQ(refused.problem_code(), "image_type_unsupported");
    }
    EXPECT_EQ(upload("").status, 422);
    EXPECT_EQ(upload(jpeg().substr(0, 90)).problem_code(), "image_broken");
    EXPECT_EQ(upload(jpeg(65'535, 65'535)).problem_code(), "image_too_large");
    EXPECT_EQ(upload(png(0x7fffffff, 0x7fffffff)).problem_code(), "image_too_large");
    EXPECT_EQ(upload(png(4, 3, samples::chunk("acTL", "12345678"))).problem_code(),
              "image_animated");
    const std::string large = png(4, 3, samples::chunk("tEXt", std::string(70'000, 'x')));
    EXPECT_EQ(upload(large, "image/png").status, 413);
    EXPECT_EQ(image_url(), "");

    EXPECT_EQ(admin.send("POST", path_of(dish + 99), jpeg(), {{"Content-Type", "image/jpeg"}})
                  .problem_code(),
              "food_not_found");
    HttpClient customer = restaurant.customer();
    EXPECT_EQ(customer.send("POST", path_of(dish), jpeg(), {{"Content-Type", "image/jpeg"}}).status,
              403);
    EXPECT_EQ(customer.del(path_of(dish)).status, 403);
    EXPECT_EQ(anyone.send("POST", path_of(dish), jpeg(), {{"Content-Type", "image/jpeg"}}).status,
              401);
    for (const char* path : {"/images/", "/images/..%2fkitchen.db", "/images/.put-1",
                             "/images/%00.jpg", "/images/a%2fb"})
        EXPECT_THAT(anyone.get(path).status, testing::AnyOf(400, 404)) << path;
}

TEST_P(ImagesApi, TwoReplaceAtOnceAndOneOfThemStays) {
    const auto upload_many = [this](std::size_t who) {
        const auto& kernels = restaurant.kernels();
        HttpClient client = kernels[who % kernels.size()]->client();
        client.basic(Restaurant::admin_email, Restaurant::password);
        int good = 0;
        for (std::uint32_t i = 0; i < 10; ++i)
            good += client
                        .send("POST", path_of(dish),
                              jpeg(static_cast<std::uint32_t>(10 + who), 1 + i % 2),
                              {{"Content-Type", "image/jpeg"}})
                        .status == 201;
        return good;
    };
    std::vector<std::future<int>> clients;
    for (std::size_t who = 0; who < 3; ++who)
        clients.push_back(std::async(std::launch::async, upload_many, who));
    for (auto& client : clients) EXPECT_EQ(client.get(), 10);
    const std::string url = image_url();
    EXPECT_EQ(anyone.get(url.substr(url.find("/images/"))).status, 200);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

TEST_P(ImagesApi, EveryReplicaServesIt) {
    const HttpResponse added = upload(jpeg());
    ASSERT_EQ(added.status, 201) << added.body;
    std::string tag;
    for (const auto& kernel : restaurant.kernels()) {
        const HttpResponse image = kernel->client().get(added.header("location"));
        EXPECT_EQ(image.body, jpeg());
        if (tag.empty()) tag = image.header("etag");
        EXPECT_EQ(image.header("etag"), tag);
    }
    if (restaurant.kernels().size() == 1) return;
    restaurant.restart();
    EXPECT_EQ(restaurant.client().get(added.header("location")).body, jpeg());
}

INSTANTIATE_TEST_SUITE_P(InMemory, ImagesApi, testing::Values(in_memory_and_folder));
INSTANTIATE_TEST_SUITE_P(Sqlite, ImagesApi, testing::Values(on_sqlite_and_folder));
INSTANTIATE_TEST_SUITE_P(ThreeReplicas, ImagesApi, testing::Values(on_three_replicas_and_s3));

}  // namespace
}  // namespace kitchen::images
