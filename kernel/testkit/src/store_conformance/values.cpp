// What is written is read back as it was.
#include <limits>
#include <optional>

#include "store_suite.h"

namespace kitchen::testkit {

using namespace store_suite;
void store_suite::link_values() {}

namespace {

TEST_P(StoreConformance, GivesBackEveryIntegerAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, n BIGINT);");
    const std::vector<std::int64_t> all = {0,
                                           1,
                                           -1,
                                           280000,
                                           std::numeric_limits<std::int64_t>::max(),
                                           std::numeric_limits<std::int64_t>::min(),
                                           std::int64_t{1} << 53};
    for (auto n : all) write(*store, "INSERT INTO t (n) VALUES ($1)", {n}).value();
    write(*store, "INSERT INTO t (n) VALUES ($1)", {true}).value();
    const Rows rows = rows_of(*store, "SELECT n FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size() + 1);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].integer(0), all[i]);
    EXPECT_TRUE(rows[all.size()].boolean(0));
    EXPECT_EQ(
        number(*store, "SELECT id FROM t WHERE n = $1", {std::numeric_limits<std::int64_t>::min()}),
        6);
}

TEST_P(StoreConformance, GivesBackEveryRealAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, x DOUBLE PRECISION);");
    using Limits = std::numeric_limits<double>;
    const std::vector<double> all = {0.0,
                                     1.0,
                                     -2.5,
                                     0.1,
                                     1.0 / 3,
                                     Limits::max(),
                                     Limits::lowest(),
                                     Limits::min(),
                                     Limits::denorm_min(),
                                     1e15 + 0.5};
    for (double x : all) write(*store, "INSERT INTO t (x) VALUES ($1)", {x}).value();
    const Rows rows = rows_of(*store, "SELECT x FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].real(0), all[i]);
}

TEST_P(StoreConformance, GivesBackEveryTextAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, s TEXT NOT NULL);");
    const std::vector<std::string> all = {"",
                                          " ",
                                          "Jollof rice",
                                          "Ọ̀fadà with ẹ̀wà — ₦2,800 🍛",
                                          "Robert'); DROP TABLE t; --",
                                          "\"quoted\" 'twice' $1 ?1 :x \\",
                                          "line\r\nline\ttab\x01",
                                          "<script>alert(1)</script>",
                                          "007",
                                          "1e3",
                                          "null",
                                          std::string(1 << 20, 'x') + "end"};
    for (const auto& s : all) write(*store, "INSERT INTO t (s) VALUES ($1)", {s}).value();
    const Rows rows = rows_of(*store, "SELECT s FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_FALSE(rows[i].is_null(0));
        EXPECT_EQ(rows[i].text(0), all[i]);
    }
    EXPECT_EQ(number(*store, "SELECT count(*) FROM t WHERE s = $1", {all[4]}), 1);
}

TEST_P(StoreConformance, GivesBackEveryBlobAsItWas) {
    schema(*store, "CREATE TABLE t (id {{identity}}, b {{blob}} NOT NULL);");
    std::string bytes;
    for (int i = 0; i < 1 << 18; ++i) bytes += static_cast<char>(i);
    const std::vector<std::string> all = {"", std::string(1, '\0'), std::string("a\0b\0", 4),
                                          "\xff\xfe", bytes};
    for (const auto& b : all)
        write(*store, "INSERT INTO t (b) VALUES ($1)", {Param::blob(b)}).value();
    write(*store, "INSERT INTO t (b) VALUES ($1)", {Param::blob({})})
        .value();  // an empty view without a pointer
    const Rows rows = rows_of(*store, "SELECT b FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), all.size() + 1);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(rows[i].text(0), all[i]);
    EXPECT_FALSE(rows[all.size()].is_null(0));
}

TEST_P(StoreConformance, TellsNullFromEmptyAndZero) {
    schema(*store,
           "CREATE TABLE t (id {{identity}}, n BIGINT, x DOUBLE PRECISION, s TEXT, b {{blob}});");
    write(*store, "INSERT INTO t (n, x, s, b) VALUES ($1, $2, $3, $4)",
          {nullptr, nullptr, nullptr, nullptr})
        .value();
    write(*store, "INSERT INTO t (n, x, s, b) VALUES ($1, $2, $3, $4)",
          {0, 0.0, "", Param::blob("")})
        .value();
    const std::optional<std::string> absent;
    const std::optional<std::int64_t> present = 7;
    write(*store, "INSERT INTO t (n, s) VALUES ($1, $2)", {present, absent}).value();
    write(*store, "INSERT INTO t (s) VALUES ($1)", {std::string_view()}).value();
    const Rows rows = rows_of(*store, "SELECT n, x, s, b FROM t ORDER BY id").value();
    ASSERT_EQ(rows.size(), 4u);
    for (std::uint32_t column = 0; column < 4; ++column) {
        EXPECT_TRUE(rows[0].is_null(column));
        EXPECT_FALSE(rows[1].is_null(column));
    }
    EXPECT_EQ(rows[0].maybe_string(2), std::nullopt);
    EXPECT_EQ(rows[1].maybe_string(2), "");
    EXPECT_EQ(rows[2].maybe_integer(0), 7);
    EXPECT_TRUE(rows[2].is_null(2));
    EXPECT_FALSE(rows[3].is_null(2));
}

}  // namespace
}  // namespace kitchen::testkit
