#include "csv/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "csv/csv_text.h"

namespace kitchen::transfer {
namespace {

using Cells = std::vector<std::string>;

/// All records; a line "!…" with its number for the error that ended them.
std::vector<Cells> records(const std::string& text, std::size_t max_record = 1000) {
    std::istringstream in(text);
    CsvReader reader(in, max_record);
    std::vector<Cells> all;
    for (;;) {
        const Result<bool> found = reader.next();
        if (!found) {
            EXPECT_EQ(found.error().code, "csv_malformed");
            all.push_back({"!" + std::to_string(reader.line())});
        }
        if (!found || !*found) return all;
        all.push_back(reader.cells());
    }
}

TEST(CsvReader, RecordsAndCells) {
    const std::vector<Cells> two = {{"a", "b"}, {"1", "2"}};
    EXPECT_EQ(records("a,b\r\n1,2\r\n"), two);
    EXPECT_EQ(records("a,b\n1,2"), two);
    EXPECT_EQ(records("\xef\xbb\xbf"
                      "a,b\r\n1,2\r"),
              two);
    EXPECT_EQ(records(""), (std::vector<Cells>{}));
    EXPECT_EQ(records("\n,\n"), (std::vector<Cells>{{""}, {"", ""}}));
    EXPECT_EQ(records("\xef\xbc\x81"), (std::vector<Cells>{{"\xef\xbc\x81"}})) << "is no mark";
}

TEST(CsvReader, Quotes) {
    EXPECT_EQ(records("\"a,\"\"b\"\"\r\nc\",\"\"\r\n d "),
              (std::vector<Cells>{{"a,\"b\"\r\nc", ""}, {" d "}}));
}

TEST(CsvReader, WhatIsMalformed) {
    EXPECT_EQ(records("a\n\"b\nc"), (std::vector<Cells>{{"a"}, {"!2"}})) << "not closed";
    EXPECT_EQ(records("a\"b"), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("\"a\"b"), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("\"a\" ,b"), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("\"a\"\"\",\"b\"\"c"), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("a\rb"), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("12345\n123456", 6), (std::vector<Cells>{{"12345"}, {"123456"}}));
    EXPECT_EQ(records("1234567", 6), (std::vector<Cells>{{"!1"}}));
    EXPECT_EQ(records("\"12345\"", 6), (std::vector<Cells>{{"!1"}}));
}

TEST(CsvReader, LinesAreThoseOfTheFile) {
    std::istringstream in("a\r\n\"b\r\nc\"\r\nd");
    CsvReader reader(in, 100);
    std::vector<std::int64_t> lines;
    while (*reader.next()) lines.push_back(reader.line());
    EXPECT_EQ(lines, (std::vector<std::int64_t>{1, 2, 4}));
}

TEST(CsvText, EveryTextIsReadAsItWas) {
    const std::string pieces[] = {"=", "+", "-", "@", "\t", "\r", "'", "\"", ",", "\n", " ", "a"};
    for (const std::string& a : pieces)
        for (const std::string& b : pieces)
            for (const std::string& c : pieces)
                for (const std::string& text : {a + b + c, a + b, a, std::string()}) {
                    const std::string safe = harmless(text);
                    EXPECT_EQ(as_meant(safe), text);
                    EXPECT_FALSE(!safe.empty() &&
                                 std::string("=+-@\t\r").find(safe[0]) != std::string::npos);
                    std::string record = "x,";
                    append_cell(record, safe);
                    EXPECT_EQ(records(record), (std::vector<Cells>{{"x", safe}}));
                }
    EXPECT_EQ(harmless("=1+1"), "'=1+1");
    EXPECT_EQ(as_meant("'tis"), "'tis");
}

}  // namespace
}  // namespace kitchen::transfer
