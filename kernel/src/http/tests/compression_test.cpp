#include "http/compression.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "http/dispatcher.h"
#include "support.h"

namespace kitchen::http {
namespace {

using test::field;
using test::Harness;
using test::ok;
using test::table_of;
using test::wire;

TEST(AcceptsGzip, Decides) {
    const auto accepts = [](const char* value) {
        return accepts_gzip({{"accept-encoding", value}});
    };
    for (const char* yes : {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=1.0, *;q=0.5", "*",
                            "gzip;q=0.001", "br;q=0, gzip", "gzip ; q=0.5", "*;q=0, gzip"})
        EXPECT_TRUE(accepts(yes)) << yes;
    for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "gzip; Q=0", "*;q=0",
                           "gzip;q=0, *", "gzipped"})
        EXPECT_FALSE(accepts(no)) << no;
    EXPECT_FALSE(accepts_gzip({}));
}

std::string inflated(const std::string& bytes) {
    std::string out(1'000'000, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

const Fields wants_gzip = {{"accept-encoding", "gzip, br"}};
const std::string menu = R"({"a":")" + std::string(5000, 'x') + R"("})";

Route of(Route route, std::string body = menu) {
    return route.handle([body](Request&) -> Result<Response> { return ok(body).with_version(7); });
}

TEST(Compression, IsNegotiated) {
    Harness server(table_of({of(Route::get("/menu/").runs_inline())}));
    for (int i = 0; i < 2; ++i) {  // the second time it is there already
        const Response response = server.get("/menu/", wants_gzip);
        EXPECT_EQ(field(response, "Content-Encoding"), "gzip");
        EXPECT_EQ(field(response, "Vary"), "Accept-Encoding");
        EXPECT_EQ(field(response, "ETag"), "\"7-gzip\"");
        EXPECT_LT(response.body.size(), 200u);
        EXPECT_EQ(inflated(response.body), menu);
    }
    const Response plain = server.get("/menu/", {{"accept-encoding", "gzip;q=0"}});
    EXPECT_EQ(field(plain, "Content-Encoding"), "");
    EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(field(plain, "ETag"), "\"7\"");
    EXPECT_EQ(plain.body, menu);
}

TEST(Compression, KnowsItsTagsAgain) {
    Harness server(table_of({of(Route::get("/menu/").runs_inline())}));
    for (const char* tag : {"\"7\"", "\"7-gzip\"", "W/\"7-gzip\""}) {
        Fields fields = wants_gzip;
        fields.emplace_back("if-none-match", tag);
        const Response response = server.get("/menu/", fields);
        EXPECT_EQ(response.status, 304) << tag;
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(field(response, "Content-Encoding"), "");
        EXPECT_EQ(field(response, "Vary"), "Accept-Encoding");
    }
    Request change;
    change.headers = {{"if-match", "\"7-gzip\""}};
    EXPECT_TRUE(if_match(change)(7));
}

TEST(Compression, IsForTextThatAnyoneMayRead) {
    const Route image =
        Route::get("/image/").runs_inline().handle([](Request&) -> Result<Response> {
            Response response(200);
            response.headers = {{"Content-Type", "image/png"}};
            response.body = menu;
            return response;
        });
    Harness server(table_of({of(Route::get("/small/").runs_inline(), "{}"), image,
                             of(Route::post("/post/").runs_inline()),
                             of(Route::get("/cookie/").uses_cookie("c").runs_inline()),
                             of(Route::get("/menu/").runs_inline())}));
    for (const char* path : {"/small/", "/image/", "/cookie/"}) {
        const Response response = server.get(path, wants_gzip);
        EXPECT_EQ(response.status, 200) << path;
        EXPECT_EQ(field(response, "Content-Encoding"), "") << path;
        EXPECT_EQ(field(response, "Vary"), "") << path;
    }
    EXPECT_EQ(field(server.send(wire("POST", "/post/", wants_gzip)), "Content-Encoding"), "");
    Fields signed_in = wants_gzip;
    signed_in.emplace_back("authorization", "Basic x");
    EXPECT_EQ(field(server.get("/menu/", signed_in), "Content-Encoding"), "");
}

TEST(Compression, IsNotForClientsThatAreSignedIn) {
    const Route mine = of(Route::get("/me/").signed_in());
    Request request = wire("GET", "/me/", wants_gzip);
    request.route = &mine;
    EXPECT_FALSE(is_compressible(request, ok(menu)));
}

}  // namespace
}  // namespace kitchen::http
