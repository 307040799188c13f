#include "http/multipart/multipart_parser.h"

#include <gtest/gtest.h>

#include "http/multipart/field_value.h"

namespace kitchen::http {
namespace {

/// One line for everything that was found: "name|file name|type|data" or "name=data".
class Recorder final : public MultipartSink {
public:
    Status on_part(MultipartPart part) override {
        found += part.name + (part.is_file ? '|' + part.file_name + '|' : "") + part.media_type +
                 (part.is_file ? "|" : "=");
        return {};
    }
    Status on_data(std::string_view bytes) override {
        EXPECT_FALSE(bytes.empty());
        found += bytes;
        return {};
    }
    Status on_part_end() override {
        found += ";";
        return {};
    }
    std::string found;
};

/// What is found in `body`, or the code of the error; the same however the body is split.
std::string read(std::string_view body, std::string_view boundary = "X") {
    std::string first;
    for (const std::size_t portion :
         {body.size() + 1, std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
        Recorder recorder;
        MultipartParser parser(boundary, recorder);
        Status status;
        for (std::string_view rest = body; status && !rest.empty();
             rest.remove_prefix(std::min(portion, rest.size())))
            status = parser.feed(rest.substr(0, portion));
        if (status) status = parser.finish();
        const std::string now = status ? recorder.found : status.error().code;
        EXPECT_TRUE(status || status.error().kind == Errc::malformed);
        if (portion > body.size())
            first = now;
        else
            EXPECT_EQ(now, first) << "in portions of " << portion;
    }
    return first;
}

std::string part(std::string_view head, std::string_view data) {
    return "--X\r\n" + std::string(head) + "\r\n\r\n" + std::string(data) + "\r\n";
}
std::string named(std::string_view parameters, std::string_view further = "") {
    return "Content-Disposition: form-data; " + std::string(parameters) + std::string(further);
}
std::string whole(std::string_view head, std::string_view data) {
    return part(head, data) + "--X--\r\n";
}

TEST(MultipartParser, FindsTextsAndFiles) {
    EXPECT_EQ(read(part(named("name=\"caption\""), "Jollof") +
                   part(named("name=\"image\"; filename=\"jollof.png\"",
                              "\r\nContent-Type: Image/PNG; x=y"),
                        std::string("\x89PNG\0\r\n", 7)) +
                   "--X--\r\n"),
              "caption=Jollof;image|jollof.png|image/png|" + std::string("\x89PNG\0\r\n", 7) + ";");
}

TEST(MultipartParser, DataMayLookLikeABoundaryAndBeNone) {
    for (const std::string data : {"\r", "\r\n", "\r\n-", "\r\n--", "\r\r\n--", "\r\n\r\n--\r\n--x",
                                   "\n--X", "\r--X", "", "-\r\n-X", "\r\n--\r\n--\r"})
        EXPECT_EQ(read(whole(named("name=a"), data)), "a=" + data + ";") << data;
    EXPECT_EQ(read(whole(named("name=a"), "--Y")), "a=--Y;");
    EXPECT_EQ(read(whole(named("name=a"), "-")), "a=-;");
}

TEST(MultipartParser, APartMayHaveNoDataNorTheLineForIt) {
    EXPECT_EQ(read("--X\r\n" + named("name=a") + "\r\n\r\n--X--"), "a=;");
}

TEST(MultipartParser, WhatIsAroundThePartsIsDropped) {
    EXPECT_EQ(read("for old readers\r\n" + whole(named("name=a"), "1") + "and after\r\n--X\r\n"),
              "a=1;");
    EXPECT_EQ(read("--X \t\r\n" + named("name=a") + "\r\n\r\n1\r\n--X--"), "a=1;");
    EXPECT_EQ(read("--X--"), "");
}

TEST(MultipartParser, ClientsNamesOfFilesLoseTheirFolders) {
    const auto name = [](const std::string& sent) {
        const std::string found = read(whole(named("name=f; filename=\"" + sent + "\""), ""));
        return found.starts_with("f|") ? found.substr(2, found.size() - 5) : found;
    };
    EXPECT_EQ(name("../../etc/passwd"), "passwd");
    EXPECT_EQ(name("C:\\x"), "x");
    EXPECT_EQ(name("C:\\Users\\ada\\a\\\"b.png"), "a\"b.png" + std::string()) << "escaped quote";
    EXPECT_EQ(name("/"), "");
    EXPECT_EQ(name(".."), "");
    EXPECT_EQ(name("."), "");
    EXPECT_EQ(name(""), "");
    EXPECT_EQ(name("a/.."), "");
    EXPECT_EQ(name("\xc3\xa4.png"), "\xc3\xa4.png");
    EXPECT_EQ(name(std::string("a\0b", 3)), "bad_part_head");
    EXPECT_EQ(name("a\x01"), "bad_part_head");
    EXPECT_EQ(name("\xff"), "bad_part_head");
}

TEST(MultipartParser, RefusesWhatIsMalformed) {
    const std::string good = whole(named("name=a"), "1");
    for (std::size_t cut = 0; cut < good.size() - 4; ++cut)
        EXPECT_EQ(read(good.substr(0, cut)), "incomplete_form") << cut;
    EXPECT_EQ(read(whole(named("name=a"), "1"), "Y"), "incomplete_form");
    EXPECT_EQ(read(part(named("name=a"), "1") + "--XY\r\n"), "bad_boundary");
    EXPECT_EQ(read("--X -\r\n"), "bad_boundary");
    EXPECT_EQ(read("--X-\r\n"), "bad_boundary");
    EXPECT_EQ(read("--X\n"), "bad_boundary");
    EXPECT_EQ(read("--X\r\r\n"), "bad_boundary");
    EXPECT_EQ(read(whole(named("name=a", "\r\nContent-Type: multipart/mixed; boundary=Z"), "")),
              "nested_multipart");
    EXPECT_EQ(read(whole("X-Nothing: 1", "")), "part_without_name");
    EXPECT_EQ(read(whole(named("filename=a"), "")), "part_without_name");
    EXPECT_EQ(read(whole(named("name=\"\""), "")), "part_without_name");
    EXPECT_EQ(read("--X\r\n\r\n1\r\n--X--"), "part_without_name");
    for (const std::string head :
         {"no colon", " Content-Disposition: form-data; name=a", "A B: c", ": c",
          "Content-Disposition: attachment; name=a",
          "Content-Disposition: form-data; name=a; name=b", "Content-Disposition: form-data; name",
          "Content-Disposition: form-data; name=\"a", "Content-Disposition: form-data; name=\"a\"b",
          "Content-Disposition: form-data; name=a b", "Content-Disposition:", "A: \x01"})
        EXPECT_EQ(read(whole(head, "")), "bad_part_head") << head;
    EXPECT_EQ(read(whole(named("name=a", "\r\n") + named("name=b"), "")), "bad_part_head");
    EXPECT_EQ(read(whole(named("name=a", "\r\nContent-Type: a/b\r\nContent-Type: a/b"), "")),
              "bad_part_head");
    EXPECT_EQ(read(whole(named("name=a", "\r\n folded"), "")), "bad_part_head");
    EXPECT_EQ(read("--X\r\n" + named("name=a") + "\n\r\n1\r\n--X--"), "bad_part_head");
    EXPECT_EQ(read(whole(named("name=a", "\r\nContent-Transfer-Encoding: base64"), "")),
              "encoded_part");
}

TEST(MultipartParser, HeadsAndPartsAreLimited) {
    const auto long_head = [](std::size_t size) {
        std::string head = named("name=a", "\r\nX-Long: ");
        head.append(size - head.size() - 4, 'x');
        return read(whole(head, "1"));
    };
    EXPECT_EQ(long_head(MultipartParser::max_head), "a=1;");
    EXPECT_EQ(long_head(MultipartParser::max_head + 1), "part_head_too_large");
    const auto parts = [](std::size_t count) {
        std::string body;
        for (std::size_t i = 0; i < count; ++i) body += part(named("name=a"), "");
        return read(body + "--X--");
    };
    EXPECT_TRUE(parts(MultipartParser::max_parts).starts_with("a=;a=;"));
    EXPECT_EQ(parts(MultipartParser::max_parts + 1), "too_many_parts");
}

TEST(Boundary, IsOneThatRfc2046Allows) {
    const auto boundary = [](const std::string& parameter) {
        const auto type = parse_field_value("Multipart/Form-Data; " + parameter);
        return type ? boundary_of(*type).value_or("none") : "malformed";
    };
    EXPECT_EQ(boundary("boundary=----WebKitFormBoundaryX1"), "----WebKitFormBoundaryX1");
    EXPECT_EQ(boundary("charset=utf-8; Boundary=\"a b:c\";"), "a b:c");
    EXPECT_EQ(boundary("boundary=" + std::string(70, 'a')), std::string(70, 'a'));
    for (const std::string& wrong :
         {"boundary=" + std::string(71, 'a'), std::string("x=y"), std::string("boundary=\"\""),
          std::string("boundary=\"a \""), std::string("boundary=\"a\\\"b\"")})
        EXPECT_EQ(boundary(wrong), "none") << wrong;
    for (const char* wrong : {"boundary=", "boundary=a; boundary=b", "boundary=a b", "boundary"})
        EXPECT_EQ(boundary(wrong), "malformed") << wrong;
}

}  // namespace
}  // namespace kitchen::http
