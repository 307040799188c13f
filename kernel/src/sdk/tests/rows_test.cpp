#include "kitchen/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace kitchen {
namespace {

using testing::HasSubstr;

Rows two_rows() {
    Rows rows;
    rows.reset(4);
    rows.add_integer(7);
    rows.add_real(2.5);
    rows.add_bytes("Suya");
    rows.add_null();
    rows.add_integer(8);
    rows.add_null();
    rows.add_null();
    rows.add_null();
    return rows;
}

template <class Read>
std::string refusal(Read read) {
    try {
        read();
        return "nothing was refused";
    } catch (const std::logic_error& e) {
        return e.what();
    }
}

TEST(Rows, CellsAreReadAsTheyAre) {
    const Rows rows = two_rows();
    EXPECT_EQ(rows[0].integer(0), 7);
    EXPECT_EQ(rows[0].real(0), 7.0);
    EXPECT_EQ(rows[0].real(1), 2.5);
    EXPECT_EQ(rows[0].text(2), "Suya");
    EXPECT_EQ(rows[1].integer(0), 8);
    EXPECT_EQ(rows[1].maybe_integer(3), std::nullopt);
    // NULL is of every type.
    EXPECT_EQ(rows[1].integer(1), 0);
    EXPECT_EQ(rows[1].real(1), 0);
    EXPECT_EQ(rows[1].text(2), "");
}

TEST(Rows, AnotherTypeIsRefusedWithItsColumn) {
    const Rows rows = two_rows();
    EXPECT_THAT(refusal([&] { (void)rows[0].integer(2); }),
                HasSubstr("column 2 of a row was read as an integer, but holds text"));
    EXPECT_THAT(refusal([&] { (void)rows[0].integer(1); }), HasSubstr("holds a real"));
    EXPECT_THAT(refusal([&] { (void)rows[0].boolean(2); }), HasSubstr("column 2"));
    EXPECT_THAT(refusal([&] { (void)rows[0].real(2); }), HasSubstr("read as a real"));
    EXPECT_THAT(refusal([&] { (void)rows[0].string(0); }), HasSubstr("read as text"));
    EXPECT_THAT(refusal([&] { (void)rows[0].maybe_string(0); }), HasSubstr("holds an integer"));
}

TEST(Rows, ACellThatIsNotThereIsRefused) {
    const Rows rows = two_rows();
    EXPECT_THAT(refusal([&] { (void)rows[0].integer(4); }), HasSubstr("column 4 of row 0"));
    EXPECT_THAT(refusal([&] { (void)rows[1].is_null(4); }), HasSubstr("2 rows of 4 columns"));
    EXPECT_THAT(refusal([&] { (void)rows[2].is_null(0); }), HasSubstr("row 2"));
    EXPECT_THAT(refusal([] { (void)Rows().front().integer(0); }), HasSubstr("0 rows"));
}

TEST(Rows, RefusalsNameTheColumnsThatTheStoreNamed) {
    Rows rows;
    rows.reset(2, std::make_shared<const Rows::Names>(Rows::Names{"id", "price"}));
    rows.add_integer(7);
    rows.add_integer(1500);
    EXPECT_THAT(refusal([&] { (void)rows[0].text(1); }),
                HasSubstr("column 1 ('price') of a row was read as text"));
    EXPECT_THAT(refusal([&] { (void)rows[0].text(2); }),
                HasSubstr("2 columns (counted from 0): id, price"));
}

TEST(Rows, TheFirstRowIsReadIfThereIsOne) {
    const auto id = [](const Row& row) { return row.integer(0); };
    EXPECT_EQ(*first_row(two_rows(), id), 7);
    EXPECT_EQ(*first_row(Rows(), id), std::nullopt);
    const Error away(Errc::unavailable, "away", "Later.");
    EXPECT_EQ(first_row(away, id).error().code, "away");
    // A row may be unreadable.
    const auto unreadable = [](const Row&) {
        return Result<std::int64_t>(Error(Errc::internal, "odd", "Odd."));
    };
    EXPECT_EQ(first_row(two_rows(), unreadable).error().code, "odd");
    EXPECT_EQ(*first_row(Rows(), unreadable), std::nullopt);

    EXPECT_TRUE(*any_row(two_rows()));
    EXPECT_FALSE(*any_row(Rows()));
    EXPECT_EQ(any_row(away).error().code, "away");
}

}  // namespace
}  // namespace kitchen
