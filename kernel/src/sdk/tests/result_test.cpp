#include "kitchen/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace kitchen {
namespace {

const Error full(Errc::conflict, "full", "Two are enough.");

TEST(Result, AValueThatIsNotThereIsRefusedWithTheError) {
    const Result<std::string> failed(full);
    for (const auto& read : {+[](const Result<std::string>& r) { return *r; },
                             +[](const Result<std::string>& r) { return std::string(r->data()); },
                             +[](const Result<std::string>& r) { return Result(r).value(); }})
        try {
            (void)read(failed);
            ADD_FAILURE() << "nothing was refused";
        } catch (const std::logic_error& e) {
            EXPECT_THAT(e.what(), testing::HasSubstr("full: Two are enough."));
        }
    EXPECT_THROW(Status(full).value(), std::logic_error);
}

TEST(Result, AnErrorThatIsNotThereIsRefused) {
    EXPECT_THROW((void)Result<int>(1).error(), std::logic_error);
    EXPECT_THROW((void)Status().error(), std::logic_error);
    EXPECT_EQ(Status(full).error().code, "full");
}

TEST(Result, GivesItsValueAway) {
    Result<std::unique_ptr<int>> made(std::make_unique<int>(7));
    EXPECT_EQ(**made, 7);
    const std::unique_ptr<int> taken = *std::move(made);
    EXPECT_EQ(*taken, 7);
    EXPECT_EQ(*Result<std::unique_ptr<int>>(std::make_unique<int>(8)).value(), 8);
}

}  // namespace
}  // namespace kitchen
