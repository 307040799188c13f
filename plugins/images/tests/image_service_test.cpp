#include "image_service.h"

#include <fstream>
#include <future>
#include <iterator>

#include <gmock/gmock.h>

#include "file_blobs.h"
#include "kitchen/testkit/temporary_directory.h"
#include "sample_images.h"
#include "test_kitchen.h"

namespace kitchen::images {
namespace {

using namespace std::chrono_literals;

/// Passes calls on, or fails.
class ShakyBlobs final : public Blobs {
public:
    explicit ShakyBlobs(Blobs& blobs) : blobs_(blobs) {}

    Status put(std::string_view name, const std::filesystem::path& file) override {
        if (fails) return failure();
        return blobs_.put(name, file);
    }
    Result<std::shared_ptr<const http::FileBody>> open(std::string_view name,
                                                       BlobRange range) override {
        if (fails) return failure();
        return blobs_.open(name, range);
    }
    Status remove(std::string_view name) override {
        if (fails) return failure();
        return blobs_.remove(name);
    }
    bool fails = false;

private:
    static Error failure() { return Error(Errc::unavailable, "blob_failed", "Later."); }
    Blobs& blobs_;
};

class ImageServiceTest : public testing::Test {
protected:
    ImageServiceTest() { files.start().value(); }

    Result<AddedImage> add(std::int64_t food, const std::string& bytes,
                           const VersionCheck& check = any_version) {
        const testkit::TemporaryDirectory upload;
        std::ofstream(upload.path() / "upload", std::ios::binary) << bytes;
        return images.add(food, upload.path() / "upload", "https://kitchen.example/images/", check,
                          1);
    }
    std::string name_in(const AddedImage& added) {
        return added.image_url.substr(added.image_url.rfind('/') + 1);
    }
    std::ptrdiff_t blobs_kept() const {
        return std::distance(std::filesystem::directory_iterator(folder), {});
    }
    Food food_of(std::int64_t id) {
        return kitchen.store
            ->read<std::vector<Food>>(
                [&](Transaction& tx) { return kitchen.catalog.foods(tx, std::array{id}); })
            .value()
            .at(0);
    }
    void change_url(std::int64_t food, std::optional<std::string> url) {
        kitchen.menu
            .change(
                food, [&](FoodDraft& draft) { draft.image_url = url; }, any_version, 1)
            .value();
    }
    bool is_there(const std::string& name) { return images.find(name).has_value(); }

    tests::TestKitchen kitchen{tests::Storage::memory, {"images"}};
    testkit::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path() / "blobs";
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    FileBlobs files{folder, random};
    ShakyBlobs blobs{files};
    ImageService images{{.keep_unused = 1h}, *kitchen.store, blobs,  kitchen.catalog,
                        kitchen.menu,        kitchen.clock,  random, log};
    const std::int64_t jollof = kitchen.food("Jollof", 1), suya = kitchen.food("Suya", 1);
};

TEST_F(ImageServiceTest, TheFoodShowsItsImage) {
    const AddedImage added = add(jollof, samples::jpeg(40, 30)).value();
    EXPECT_EQ(added.width, 40);
    EXPECT_EQ(added.height, 30);
    EXPECT_EQ(added.version, 2);
    EXPECT_THAT(added.image_url,
                testing::MatchesRegex("https://kitchen\\.example/images/[0-9a-f]{64}\\.jpg"));
    EXPECT_EQ(food_of(jollof).image_url, added.image_url);
    const StoredImage image = images.find(name_in(added)).value();
    EXPECT_EQ(image.size, std::ssize(samples::jpeg(40, 30)));
    EXPECT_EQ(images.open(image, {0, 10}).value()->length(), 10u);
    EXPECT_EQ(images.find("nothing.jpg").error().code, "image_not_found");
}

TEST_F(ImageServiceTest, TheSameImageAgainChangesNothing) {
    const AddedImage first = add(jollof, samples::png()).value();
    const AddedImage again = add(jollof, samples::png() + "behind the end").value();
    EXPECT_EQ(again.version, first.version);
    EXPECT_EQ(again.image_url, first.image_url);
    EXPECT_EQ(blobs_kept(), 1);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 0);
    EXPECT_TRUE(is_there(name_in(again)));
}

TEST_F(ImageServiceTest, WhatIsReplacedStaysForAWhile) {
    const AddedImage first = add(jollof, samples::png(1, 1)).value();
    const AddedImage second = add(jollof, samples::png(2, 2)).value();
    EXPECT_NE(second.image_url, first.image_url);
    kitchen.clock.advance(59min);
    EXPECT_EQ(images.sweep().value(), 0);
    EXPECT_TRUE(is_there(name_in(first)));
    kitchen.clock.advance(1min);
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_FALSE(is_there(name_in(first)));
    EXPECT_TRUE(is_there(name_in(second)));
    EXPECT_EQ(blobs_kept(), 1);
}

TEST_F(ImageServiceTest, FoodsMayShareAnImage) {
    const AddedImage added = add(jollof, samples::webp()).value();
    EXPECT_EQ(add(suya, samples::webp()).value().image_url, added.image_url);
    EXPECT_EQ(blobs_kept(), 1);
    images.remove(jollof, any_version, 1).value();
    EXPECT_FALSE(food_of(jollof).image_url);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 0);
    images.remove(suya, any_version, 1).value();
    EXPECT_EQ(images.remove(suya, any_version, 1).error().code, "image_not_found");
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_EQ(blobs_kept(), 0);
}

TEST_F(ImageServiceTest, AnImageThatComesBackIsKept) {
    add(jollof, samples::png(1, 1)).value();
    add(jollof, samples::png(2, 2)).value();
    kitchen.clock.advance(2h);
    const AddedImage back = add(jollof, samples::png(1, 1)).value();
    EXPECT_EQ(images.sweep().value(), 0) << "the other one is unused from now on";
    EXPECT_TRUE(images.open(images.find(name_in(back)).value(), {0, 1}));
}

TEST_F(ImageServiceTest, AnImageWhoseAddressIsPutBackIsKept) {
    const AddedImage own = add(jollof, samples::png(1, 1)).value();
    const AddedImage others = add(suya, samples::png(2, 2)).value();
    images.remove(jollof, any_version, 1).value();
    images.remove(suya, any_version, 1).value();
    change_url(jollof, own.image_url);
    change_url(kitchen.food("Copy", 1), others.image_url);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 0);
    EXPECT_TRUE(is_there(name_in(own)));
    EXPECT_TRUE(is_there(name_in(others)));
    change_url(jollof, std::nullopt);
    EXPECT_EQ(images.sweep().value(), 0) << "it is unused from now on";
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_FALSE(is_there(name_in(own)));
}

TEST_F(ImageServiceTest, AnImageIsUnusedWhenTheFoodShowsAnotherOrIsGone) {
    const AddedImage first = add(jollof, samples::png(1, 1)).value();
    const AddedImage second = add(suya, samples::png(2, 2)).value();
    // The same image at the address that the server had before.
    change_url(suya, "http://old.example/images/" + name_in(second));
    change_url(jollof, "https://cdn.example/jollof.jpg");
    EXPECT_EQ(images.sweep().value(), 0);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_FALSE(is_there(name_in(first)));
    EXPECT_TRUE(is_there(name_in(second)));
    EXPECT_EQ(food_of(jollof).image_url, "https://cdn.example/jollof.jpg");

    kitchen.menu.remove(suya, any_version).value();
    EXPECT_EQ(images.sweep().value(), 0);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_EQ(blobs_kept(), 0);
}

TEST_F(ImageServiceTest, AnotherAddressOfTheFoodIsLeftAlone) {
    add(jollof, samples::png()).value();
    change_url(jollof, "https://cdn.example/jollof.jpg");
    images.remove(jollof, any_version, 1).value();
    EXPECT_EQ(food_of(jollof).image_url, "https://cdn.example/jollof.jpg");
}

TEST_F(ImageServiceTest, WhatIsRefusedLeavesNothing) {
    EXPECT_EQ(add(999, samples::png()).error().code, "food_not_found");
    EXPECT_EQ(add(jollof, "<svg/>").error().code, "image_type_unsupported");
    const VersionCheck stale = [](std::int64_t) -> Status {
        return Error(Errc::precondition_failed, "stale_version", "There is a newer one.");
    };
    EXPECT_EQ(add(jollof, samples::png(), stale).error().code, "stale_version");
    kitchen.menu.remove(suya, any_version).value();
    EXPECT_EQ(add(suya, samples::png()).error().code, "food_not_found");
    EXPECT_EQ(images.remove(suya, any_version, 1).error().code, "food_not_found");
    EXPECT_EQ(blobs_kept(), 0);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 0);
}

TEST_F(ImageServiceTest, FailuresOfTheBlobsAreMendedBySweeping) {
    const AddedImage before = add(jollof, samples::png(1, 1)).value();
    blobs.fails = true;
    EXPECT_EQ(add(jollof, samples::png(2, 2)).error().code, "blob_failed");
    EXPECT_EQ(images.open(images.find(name_in(before)).value(), {0, 1}).error().code,
              "blob_failed");
    EXPECT_EQ(food_of(jollof).image_url, before.image_url);
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().error().code, "blob_failed");
    blobs.fails = false;
    EXPECT_EQ(images.sweep().value(), 1) << "the row whose blob was never put";
    EXPECT_TRUE(is_there(name_in(before)));

    // While its old blob is still being removed, the same image is uploaded again.
    add(jollof, samples::png(3, 3)).value();
    kitchen.clock.advance(2h);
    blobs.fails = true;
    EXPECT_FALSE(images.sweep());
    blobs.fails = false;
    const AddedImage back = add(jollof, samples::png(1, 1)).value();
    EXPECT_EQ(images.sweep().value(), 1);
    EXPECT_TRUE(images.open(images.find(name_in(back)).value(), {0, 1}));
}

TEST_F(ImageServiceTest, ABlobThatOthersRemovedIsNotFound) {
    const StoredImage image = images.find(name_in(add(jollof, samples::png()).value())).value();
    std::ofstream(folder / image.blob) << "short";
    const BlobRange whole{0, static_cast<std::uint64_t>(image.size)};
    EXPECT_EQ(images.open(image, whole).error().code, "image_not_found");
    std::filesystem::remove(folder / image.blob);
    EXPECT_EQ(images.open(image, whole).error().code, "image_not_found");
    EXPECT_TRUE(log.contains("an image is not as it was stored"));
}

TEST_F(ImageServiceTest, ManyAtOnceLeaveOneAndNothingBroken) {
    std::vector<std::future<bool>> uploads;
    for (std::uint32_t i = 1; i <= 8; ++i)
        uploads.push_back(std::async(std::launch::async, [this, i] {
            bool all = true;
            for (std::uint32_t round = 0; round < 5; ++round)
                all &= add(jollof, samples::png(1 + (i + round) % 3, 1)).has_value();
            return all;
        }));
    std::future<bool> sweeps = std::async(std::launch::async, [this] {
        bool all = true;
        for (int i = 0; i < 10; ++i) all &= images.sweep().has_value();
        return all;
    });
    for (auto& upload : uploads) EXPECT_TRUE(upload.get());
    EXPECT_TRUE(sweeps.get());
    kitchen.clock.advance(2h);
    EXPECT_EQ(images.sweep().value(), 2);
    EXPECT_EQ(blobs_kept(), 1);
    const std::string url = food_of(jollof).image_url.value();
    EXPECT_TRUE(is_there(url.substr(url.rfind('/') + 1)));
}

}  // namespace
}  // namespace kitchen::images
