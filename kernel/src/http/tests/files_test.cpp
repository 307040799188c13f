// Files as responses, over a real socket.
#include "kitchen/http/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <utime.h>

#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.h"
#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/raw_client.h"
#include "kitchen/testkit/temporary_directory.h"
#include "support.h"

namespace kitchen::http {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RawClient;

class FilesTest : public testing::Test {
protected:
    FilesTest() {
        fs::create_directories(folder() / "css");
        write("letters.txt", "abcdefghij");
        write("css/style.CSS", "body {}");
        write(".hidden", "secret");
        write("odd name", "odd");
        write("empty.bin", "");
        std::ofstream(parent_.path() / "outside.txt") << "outside";
        fs::create_symlink("../outside.txt", folder() / "link.txt");
        fs::create_directory_symlink("..", folder() / "up");
        ::mkfifo((folder() / "pipe").c_str(), 0600);
        add(files("/assets/{path*}", folder(),
                  {.headers = {{"Cache-Control", "public, max-age=86400"}}}));
        add(files("/later/{path*}", parent_.path() / "later"));
        add(Route::get("/one/").signed_in().handle([this](Request& request) {
            return file_response(request, folder() / "letters.txt", {.media_type = "text/x"});
        }));
        add(Route::get("/content/").handle([this](Request& request) {
            Content content{"tag", 784111777, 10, "text/x", {{"Cache-Control", "no-cache"}}, {}};
            content.open = [this](std::uint64_t first, std::uint64_t length) {
                ++opened_;
                return std::make_shared<const FileBody>(
                    ::open((folder() / "letters.txt").c_str(), O_RDONLY | O_CLOEXEC), first,
                    length);
            };
            return content_response(request, content);
        }));
        add(Route::get("/away/").handle([](Request& request) {
            Content content{"tag", 0, 10, "text/x", {}, {}};
            content.open = [](std::uint64_t, std::uint64_t) {
                return Error(Errc::unavailable, "away", "Try again later.");
            };
            return content_response(request, content);
        }));
        add(Route::get("/gone/").handle(
            [this](Request& request) { return file_response(request, folder() / "gone"); }));
        table_.middleware.push_back(test::identify("customer"));
        server_.emplace(ServerOptions{}, std::move(table_), log_, clock_, random_);
        server_->start();
    }

    fs::path folder() const { return parent_.path() / "served"; }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder() / name) << text;
        const utimbuf earlier{784111777, 784111777};  // 06 Nov 1994 08:49:37
        ::utime((folder() / name).c_str(), &earlier);
    }
    void add(Route route) {
        route.plugin = "test";
        table_.routes.push_back(std::move(route));
    }
    HttpResponse get(const std::string& target, const testkit::HeaderList& headers = {}) {
        return HttpClient(server_->port()).get(target, headers);
    }
    std::string part(const std::string& range, const testkit::HeaderList& more = {}) {
        testkit::HeaderList headers = more;
        headers.emplace_back("Range", range);
        const HttpResponse response = get("/assets/letters.txt", headers);
        return std::to_string(response.status) + ' ' +
               (response.status < 400 ? response.body : response.json["code"].as_string()) + ' ' +
               response.header("content-range");
    }

    const testkit::TemporaryDirectory parent_;
    ServerTable table_;
    testkit::RecordingLogger log_;
    testkit::ManualClock clock_;
    testkit::SeededRandom random_;
    std::optional<Server> server_;
    std::atomic<int> opened_ = 0;  ///< how often /content/ was
    const std::string date_ = "Sun, 06 Nov 1994 08:49:37 GMT";
};

TEST_F(FilesTest, AFileComesWithItsTypeAndValidators) {
    const HttpResponse response = get("/assets/letters.txt");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "abcdefghij");
    EXPECT_EQ(response.header("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("cache-control"), "public, max-age=86400");
    EXPECT_EQ(response.header("last-modified"), date_);
    EXPECT_EQ(response.header("accept-ranges"), "bytes");
    EXPECT_EQ(response.header("etag").size(), 69u);
    EXPECT_EQ(get("/assets/css/style.CSS").header("content-type"), "text/css; charset=utf-8");
    EXPECT_EQ(get("/assets/odd%20name").header("content-type"), "application/octet-stream");
    const HttpResponse empty = get("/assets/empty.bin", {{"Range", "bytes=-1"}});
    EXPECT_EQ(empty.status, 200);
    EXPECT_EQ(empty.body, "");
    EXPECT_EQ(get("/assets/letters.txt/").status, 200) << "as routes are";
}

TEST_F(FilesTest, ContentIsOpenedWhenItIsSent) {
    const HttpResponse whole = get("/content/");
    EXPECT_EQ(whole.body, "abcdefghij");
    EXPECT_EQ(whole.header("etag"), "\"tag\"");
    EXPECT_EQ(whole.header("last-modified"), date_);
    EXPECT_EQ(whole.header("content-type"), "text/x");
    EXPECT_EQ(get("/content/", {{"Range", "bytes=2-4"}}).body, "cde");
    EXPECT_EQ(opened_, 2);
    EXPECT_EQ(get("/content/", {{"If-None-Match", "\"tag\""}}).header("cache-control"), "no-cache");
    EXPECT_EQ(get("/content/", {{"If-Modified-Since", date_}}).status, 304);
    EXPECT_EQ(get("/content/", {{"If-Match", "\"other\""}}).status, 412);
    EXPECT_EQ(get("/content/", {{"Range", "bytes=10-"}}).header("content-range"), "bytes */10");
    EXPECT_EQ(opened_, 2);
    EXPECT_EQ(get("/away/").problem_code(), "away");
    EXPECT_EQ(get("/away/", {{"If-None-Match", "*"}}).status, 304);
}

TEST_F(FilesTest, NothingOutsideOfTheFolderIsServed) {
    for (const char* path : {"link.txt",
                             "up/outside.txt",
                             "../outside.txt",
                             "%2e%2e/outside.txt",
                             "..%2foutside.txt",
                             "css/../../outside.txt",
                             "css%2f..%2f..%2foutside.txt",
                             "css",
                             "css/",
                             "",
                             ".hidden",
                             "./letters.txt",
                             "letters.txt%00",
                             "letters.txt%00.png",
                             "pipe",
                             "gone",
                             "gone/letters.txt",
                             "letters.txt/x",
                             "%2Fetc%2Fpasswd",
                             "//etc/passwd"}) {
        RawClient client(server_->port());
        client.get("/assets/" + std::string(path));
        const auto response = client.read_response();
        ASSERT_TRUE(response) << path;
        EXPECT_TRUE(response->status == 404 || response->status == 400)
            << path << ": " << response->status << response->body;
    }
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += "x/";
    EXPECT_EQ(get("/assets/" + deep).status, 404);
    EXPECT_EQ(get("/assets/" + std::string(300, 'x')).status, 404);
}

TEST_F(FilesTest, ConditionsAreChecked) {
    const std::string tag = get("/assets/letters.txt").header("etag");
    const auto status = [&](const char* name, const std::string& value) {
        const HttpResponse response = get("/assets/letters.txt", {{name, value}});
        EXPECT_EQ(response.body.empty(), response.status == 304);
        EXPECT_EQ(response.header("etag").empty(), response.status == 412);
        return response.status;
    };
    EXPECT_EQ(status("If-None-Match", tag), 304);
    EXPECT_EQ(status("If-None-Match", "\"x\", W/" + tag), 304);
    EXPECT_EQ(status("If-None-Match", "*"), 304);
    EXPECT_EQ(status("If-None-Match", "\"x\""), 200);
    EXPECT_EQ(status("If-Modified-Since", date_), 304);
    EXPECT_EQ(status("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"), 200);
    EXPECT_EQ(status("If-Modified-Since", "yesterday"), 200);
    EXPECT_EQ(status("If-Match", tag), 200);
    EXPECT_EQ(status("If-Match", "\"x\""), 412);
    EXPECT_EQ(status("If-Match", "W/" + tag), 412);
    EXPECT_EQ(status("If-Unmodified-Since", date_), 200);
    EXPECT_EQ(status("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"), 412);
    EXPECT_EQ(get("/assets/letters.txt", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", date_}})
                  .status,
              200)
        << "a tag decides before a date";
    const HttpResponse cached = get("/assets/letters.txt", {{"If-None-Match", tag}});
    EXPECT_EQ(cached.header("cache-control"), "public, max-age=86400");
    EXPECT_EQ(cached.header("content-type"), "");
    write("letters.txt", "abcdefghijk");
    EXPECT_EQ(status("If-None-Match", tag), 200) << "another file has another tag";
    write("twin.txt", "ABCDEFGHIJ");
    write("letters.txt", "abcdefghij");
    const std::string before = get("/assets/letters.txt").header("etag");
    fs::rename(folder() / "twin.txt", folder() / "letters.txt");
    EXPECT_EQ(status("If-None-Match", before), 200) << "of the same size and time";
}

TEST_F(FilesTest, OneRangeIsServed) {
    EXPECT_EQ(part("bytes=0-3"), "206 abcd bytes 0-3/10");
    EXPECT_EQ(part("bytes=7-"), "206 hij bytes 7-9/10");
    EXPECT_EQ(part("bytes=-2"), "206 ij bytes 8-9/10");
    EXPECT_EQ(part("bytes=0-99"), "206 abcdefghij bytes 0-9/10");
    EXPECT_EQ(part("bytes=0-1,4-5"), "200 abcdefghij ");
    EXPECT_EQ(part("bytes=x"), "200 abcdefghij ");
    EXPECT_EQ(part("bytes=10-"), "416 range_not_satisfiable bytes */10");
    const std::string tag = get("/assets/letters.txt").header("etag");
    EXPECT_EQ(part("bytes=0-0", {{"If-Range", tag}}), "206 a bytes 0-0/10");
    EXPECT_EQ(part("bytes=0-0", {{"If-Range", "W/" + tag}}), "200 abcdefghij ");
    EXPECT_EQ(part("bytes=0-0", {{"If-Range", "\"x\""}}), "200 abcdefghij ");
    EXPECT_EQ(part("bytes=10-", {{"If-Range", "\"x\""}}), "200 abcdefghij ");
    EXPECT_EQ(part("bytes=0-0", {{"If-Range", date_}}), "206 a bytes 0-0/10");
    EXPECT_EQ(part("bytes=0-0", {{"If-Range", "Sun, 06 Nov 1994 08:49:38 GMT"}}),
              "200 abcdefghij ");
    EXPECT_EQ(part("bytes=0-0", {{"If-None-Match", tag}}).substr(0, 3), "304");
}

TEST_F(FilesTest, HeadSaysTheLengthAndKeepsTheConnection) {
    RawClient client(server_->port());
    client.send("HEAD /assets/letters.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n");
    const auto head = client.read_response(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->header("content-length"), "10");
    client.get("/assets/letters.txt");
    EXPECT_EQ(client.body(), "abcdefghij");
}

TEST_F(FilesTest, AHandlerServesOneFile) {
    HttpClient client(server_->port());
    const HttpResponse response =
        client.get("/one/", {{"Authorization", "right"}, {"Range", "bytes=1-2"}});
    EXPECT_EQ(response.status, 206);
    EXPECT_EQ(response.body, "bc");
    EXPECT_EQ(response.header("content-type"), "text/x");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_EQ(client.get("/one/").status, 401);
    EXPECT_EQ(client.get("/gone/").status, 404);
}

TEST_F(FilesTest, ALargeFileIsSentToSlowAndPipelinedClients) {
    std::string text;
    for (int i = 0; text.size() < (8u << 20); ++i) text += std::to_string(i) + '\n';
    write("large.txt", text);
    RawClient client(server_->port(), 4096);
    std::string requests;
    for (int i = 0; i < 3; ++i) {
        requests += "GET /assets/large.txt HTTP/1.1\r\nHost: a\r\n\r\n";
        requests += "GET /assets/letters.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    client.send(requests);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(client.body() == text);
        EXPECT_EQ(client.body(), "abcdefghij");
    }
    EXPECT_TRUE(log_.contains("bytes=" + std::to_string(text.size())));
}

TEST_F(FilesTest, AFileThatIsCutWhileItIsSentCutsTheConnection) {
    write("large.txt", std::string(16 << 20, 'x'));
    RawClient client(server_->port(), 4096);
    client.get("/assets/large.txt");
    ASSERT_TRUE(client.read_head());
    fs::resize_file(folder() / "large.txt", 100);
    EXPECT_FALSE(client.read_to_end().value_or("").size() == 16u << 20);
}

TEST_F(FilesTest, AWrongPatternIsSaidAtStart) {
    EXPECT_THROW(files("/assets/{path}", folder()), std::logic_error);
}

TEST_F(FilesTest, TheFolderMayComeLater) {
    EXPECT_EQ(get("/later/letters.txt").status, 503);
    EXPECT_TRUE(log_.contains((parent_.path() / "later").native() + ": No such file or directory"));
    fs::rename(folder(), parent_.path() / "later");
    EXPECT_EQ(get("/later/letters.txt").body, "abcdefghij");
}

}  // namespace
}  // namespace kitchen::http
