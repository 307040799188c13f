// Bodies that are files, over a real socket: what arrives, what is refused, and what is left.
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.h"
#include "http/tests/support.h"
#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/raw_client.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::http {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RawClient;

struct Caption {
    std::string text;
    std::int64_t number = 0;
    std::vector<std::string> tags;

    static void describe(BodyFields<Caption>& field) {
        field.named("Caption");
        field("text", &Caption::text).min(1).max(40);
        field.optional("number", &Caption::number).max(9);
        field.optional("tags", &Caption::tags).max(3);
    }
};

std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_below(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        count += entry.is_regular_file();
    return count;
}

std::string form_part(const std::string& parameters, const std::string& data,
                      const std::string& type = "") {
    return "--X\r\nContent-Disposition: form-data; " + parameters +
           (type.empty() ? "" : "\r\nContent-Type: " + type) + "\r\n\r\n" + data + "\r\n";
}
const std::string image = form_part("name=\"image\"; filename=\"a.png\"", "PNG", "image/png");
const std::string caption = form_part("name=\"text\"", "Jollof");

class UploadTest : public testing::Test {
protected:
    UploadTest() {
        options_.upload_folder = parent_.path();
        options_.body_limit = 100;
        add(Route::post("/raw/")
                .takes_file({"image/png", "text/*"}, 1000)
                .query({"n", Schema::integer(), ""})
                .handle(
                    [this](Request& request) -> Result<Response> { return described(request); }));
        add(Route::post("/form/")
                .takes_form<Caption>({{"image", {"image/*"}}, {"more", {"*/*"}, 0, 2}}, 2000)
                .handle(
                    [this](Request& request) -> Result<Response> { return described(request); }));
        add(Route::post("/mine/")
                .signed_in()
                .takes_file({"*/*"}, 100 << 20)
                .handle(
                    [this](Request& request) -> Result<Response> { return described(request); }));
        add(Route::post("/large/")
                .takes_file({"*/*"}, 100 << 20)
                .handle([](Request& request) -> Result<Response> {
                    return Response::json(
                        200, Json(static_cast<std::int64_t>(fs::file_size(request.file()->path))));
                }));
        add(Route::post("/keep/")
                .takes_file({"*/*"}, 1000)
                .handle([this](Request& request) -> Result<Response> {
                    fs::rename(request.file()->path, parent_.path() / "kept");
                    return Response(204);
                }));
        add(Route::post("/throw/")
                .takes_file({"*/*"}, 1000)
                .handle([](Request&) -> Result<Response> { throw std::runtime_error("x"); }));
        table_.middleware.push_back(test::identify("customer"));
    }

    Server& start() {
        server_.emplace(options_, std::move(table_), log_, clock_, random_);
        server_->start();
        return *server_;
    }
    void add(Route route) {
        route.plugin = "test";
        table_.routes.push_back(std::move(route));
    }
    /// What the handler got, one line each.
    Result<Response> described(Request& request) {
        std::string out;
        if (!request.json.is_null()) {
            const auto read = request.read<Caption>();
            out = read.text + ' ' + std::to_string(read.number);
            for (const std::string& tag : read.tags) out += ' ' + tag;
            out += '\n';
        }
        for (const UploadedFile& file : request.files) {
            out += file.field + '|' + file.client_name + '|' + file.media_type + '|' +
                   std::to_string(file.size) + '|' + contents(file.path) + '\n';
            EXPECT_EQ(file.size, fs::file_size(file.path));
            EXPECT_EQ(fs::status(file.path).permissions(),
                      fs::perms::owner_read | fs::perms::owner_write);
            EXPECT_EQ(file.path.native().find("etc"), std::string::npos);
        }
        Response response(200);
        response.body = out;
        return response;
    }

    HttpResponse send(const std::string& path, const std::string& body,
                      const std::string& type = "multipart/form-data; boundary=X") {
        if (!server_) start();
        return HttpClient(server_->port()).send("POST", path, body, {{"Content-Type", type}});
    }
    HttpResponse form(const std::string& parts) { return send("/form/", parts + "--X--\r\n"); }
    /// Status and code of the response to a form; nothing may be left of it.
    std::string refusal(const HttpResponse& response) {
        EXPECT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 0; }));
        std::string out =
            std::to_string(response.status) + ' ' +
            (response.json["code"].is_string() ? response.json["code"].as_string() : response.body);
        if (response.json.find("errors"))
            for (const Json& fault : response.json["errors"].as_array())
                out += ' ' + fault["pointer"].as_string() + ' ' + fault["code"].as_string();
        return out;
    }

    const testkit::TemporaryDirectory parent_;
    ServerOptions options_;
    ServerTable table_;
    testkit::RecordingLogger log_;
    testkit::ManualClock clock_;
    testkit::SeededRandom random_;
    std::optional<Server> server_;
};

TEST_F(UploadTest, AFileArrivesAsItIsAndIsGoneAfterwards) {
    const std::string bytes("\x89PNG\0\r\n--X", 10);
    EXPECT_EQ(send("/raw/", bytes, "Image/PNG; a=b").body, "||image/png|10|" + bytes + "\n");
    EXPECT_EQ(send("/raw/", "x", "text/anything").body, "||text/anything|1|x\n");
    EXPECT_EQ(files_below(parent_.path()), 0u);
}

TEST_F(UploadTest, AFormGivesItsFieldsAndFiles) {
    const HttpResponse response =
        form(caption + form_part("name=number", "7") + form_part("name=tags", "hot") +
             form_part("name=tags", "new") + image +
             form_part("name=more; filename=\"../../etc/passwd\"", "root") +
             form_part("name=more; filename=\"C:\\x\"", ""));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.body,
              "Jollof 7 hot new\nimage|a.png|image/png|3|PNG\n"
              "more|passwd|application/octet-stream|4|root\nmore|x|application/octet-stream|0|\n");
    EXPECT_EQ(files_below(parent_.path()), 0u);
}

TEST_F(UploadTest, AFileThatWasNotChosenIsNotThere) {
    EXPECT_EQ(form(caption + image +
                   form_part("name=more; filename=\"\"", "", "application/octet-stream"))
                  .body,
              "Jollof 0\nimage|a.png|image/png|3|PNG\n");
    EXPECT_EQ(refusal(form(caption + form_part("name=image; filename=\"\"", "", "image/png"))),
              "422 validation_failed /image required");
}

TEST_F(UploadTest, AFormByteByByteInChunksIsTheSame) {
    start();
    const std::string body = caption + image + "--X--";
    RawClient client(server_->port());
    client.send(
        "POST /form/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: multipart/form-data; boundary=\"X\"\r\n\r\n");
    for (const char byte : body) ASSERT_TRUE(client.send("1\r\n" + std::string(1, byte) + "\r\n"));
    client.send("0\r\n\r\n");
    EXPECT_EQ(client.body(), "Jollof 0\nimage|a.png|image/png|3|PNG\n");
}

TEST_F(UploadTest, FormsThatDoNotFitAreRefused) {
    EXPECT_EQ(refusal(form(image)), "422 validation_failed /text required");
    EXPECT_EQ(refusal(form(caption)), "422 validation_failed /image required");
    EXPECT_EQ(refusal(form("")), "422 validation_failed /image required /text required");
    EXPECT_EQ(refusal(send("/form/", "", "multipart/form-data; boundary=X")),
              "422 validation_failed  required");
    EXPECT_EQ(refusal(form(image + form_part("name=text", std::string(41, 'x')))),
              "422 validation_failed /text too_long");
    EXPECT_EQ(refusal(form(caption + image + form_part("name=number", "x"))),
              "422 validation_failed /number type");
    EXPECT_EQ(refusal(form(caption + image + form_part("name=other", "x"))),
              "422 validation_failed /other unknown_field");
    EXPECT_EQ(refusal(form(image + form_part("name=other; filename=x", "x"))),
              "422 validation_failed /other unknown_field");
    EXPECT_EQ(refusal(form(image + form_part("name=text; filename=x", "x"))),
              "422 validation_failed /text type");
    EXPECT_EQ(refusal(form(caption + form_part("name=image", "x"))),
              "422 validation_failed /image type");
    EXPECT_EQ(refusal(form(caption + caption + image)), "400 duplicate_field");
    EXPECT_EQ(refusal(form(caption + image + image)), "400 duplicate_field");
    const std::string more = form_part("name=more; filename=a", "x");
    EXPECT_EQ(refusal(form(image + more + more + more)), "400 duplicate_field");
    EXPECT_EQ(refusal(form(image + form_part("name=text", "\xff"))), "400 bad_form_text");
    EXPECT_EQ(refusal(form(image + form_part("name=text", std::string(101, 'x')))),
              "413 form_text_too_large");
    EXPECT_EQ(refusal(form(form_part("name=image; filename=a", "x", "text/html"))),
              "415 unsupported_media_type");
    EXPECT_EQ(refusal(form(image + form_part("name=more; filename=a", "x", "multipart/mixed"))),
              "400 nested_multipart");
    EXPECT_EQ(refusal(form(image + form_part("filename=a", "x"))), "400 part_without_name");
    EXPECT_EQ(refusal(send("/form/", image)), "400 incomplete_form");
    EXPECT_EQ(refusal(send("/form/", image + "--XX")), "400 bad_boundary");
}

TEST_F(UploadTest, TypesAreJudgedBeforeTheBody) {
    start();
    for (const auto& [path, type, expected] :
         {std::tuple{"/raw/", "image/gif", "415 unsupported_media_type"},
          {"/raw/", "application/json", "415 unsupported_media_type"},
          {"/raw/", "image/png; =", "415 unsupported_media_type"},
          {"/form/", "application/x-www-form-urlencoded", "415 unsupported_media_type"},
          {"/form/", "multipart/form-data", "400 bad_boundary"},
          {"/form/", "multipart/mixed; boundary=X", "415 unsupported_media_type"},
          {"/form/", "multipart/form-data; boundary=\"X \"", "400 bad_boundary"}}) {
        RawClient client(server_->port());
        client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + type +
                    "\r\nContent-Length: 100\r\n\r\n");
        const auto response = client.read_response();
        ASSERT_TRUE(response) << type;
        EXPECT_EQ(std::to_string(response->status), std::string(expected).substr(0, 3)) << type;
        EXPECT_THAT(response->body, HasSubstr(std::string(expected).substr(4))) << type;
        EXPECT_TRUE(client.ends());
    }
}

TEST_F(UploadTest, TheRoutesOwnLimitHolds) {
    EXPECT_EQ(send("/raw/", std::string(1000, 'x'), "text/plain").status, 200);
    EXPECT_EQ(refusal(send("/raw/", std::string(1001, 'x'), "text/plain")), "413 body_too_large");
    RawClient chunks(server_->port());
    chunks.send(
        "POST /raw/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: text/plain\r\n\r\n3e8\r\n" +
        std::string(1000, 'x') + "\r\n1\r\n");
    const auto response = chunks.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413);
    EXPECT_THAT(response->body, HasSubstr("body_too_large"));
    EXPECT_EQ(files_below(parent_.path()), 0u);
}

TEST_F(UploadTest, NothingIsReadOfWhatIsNotAllowed) {
    start();
    RawClient client(server_->port());
    client.send(
        "POST /mine/ HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nExpect: 100-continue\r\n"
        "Content-Length: 100000000\r\n\r\n");
    EXPECT_EQ(client.status(), 401);  // and no 100
    EXPECT_TRUE(client.ends());
    RawClient query(server_->port());
    query.send(
        "POST /raw/?n=x HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
        "Content-Length: 100\r\n\r\n");
    EXPECT_EQ(query.status(), 422);
    EXPECT_TRUE(query.ends());
    RawClient allowed(server_->port());
    allowed.send(
        "POST /mine/ HTTP/1.1\r\nHost: a\r\nAuthorization: right\r\nContent-Type: a/b\r\n"
        "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(allowed.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    allowed.send("abc");
    EXPECT_EQ(allowed.body(), "||a/b|3|abc\n");
}

TEST_F(UploadTest, AFileThatIsRenamedIsKept) {
    EXPECT_EQ(send("/keep/", "abc", "a/b").status, 204);
    EXPECT_EQ(contents(parent_.path() / "kept"), "abc");
}

TEST_F(UploadTest, NothingIsLeftOfAnExceptionOrAClientThatLeaves) {
    EXPECT_EQ(refusal(send("/throw/", "abc", "a/b")), "500 internal");
    RawClient client(server_->port());
    client.send(
        "POST /large/ HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n"
        "Content-Length: 100000000\r\n\r\nabc");
    ASSERT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 1; }));
    client.reset();
    EXPECT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 0; }));
}

TEST_F(UploadTest, AFullDiskIs507) {
    start();
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1 << 20, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);  // write() fails as on a full disk
    const HttpResponse response = send("/large/", std::string(3 << 20, 'x'), "a/b");
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(refusal(response), "507 disk_full");
}

TEST_F(UploadTest, AllUploadsTogetherAreLimited) {
    options_.upload_total = 1 << 20;
    start();
    const HttpResponse response = send("/large/", std::string(2 << 20, 'x'), "a/b");
    EXPECT_EQ(refusal(response), "503 uploads_full");
    EXPECT_FALSE(response.header("retry-after").empty());
    EXPECT_EQ(send("/large/", std::string(1 << 20, 'x'), "a/b").body, "1048576");
}

TEST_F(UploadTest, SlowUploadsKeepNoOtherRequestWaiting) {
    options_.pool_threads = 1;
    options_.upload_threads = 8;
    options_.pool_queue = 1;
    add(Route::get("/quick/").handle(test::gives("{}")));
    start();
    std::vector<RawClient> slow;
    for (int i = 0; i < 2; ++i) {
        slow.emplace_back(server_->port());
        slow.back().send(
            "POST /large/ HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n"
            "Content-Length: 3\r\n\r\na");
    }
    ASSERT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 2; }));
    EXPECT_EQ(HttpClient(server_->port()).get("/quick/").status, 200);
    for (RawClient& client : slow) {
        client.send("bc");
        EXPECT_EQ(client.body(), "3");
    }
}

TEST_F(UploadTest, OneClientHasAQuarterOfTheThreads) {
    options_.upload_threads = 8;
    start();
    const auto begin = [&](const char* source) {
        RawClient client(server_->port(), {.source = source});
        client.send(
            "POST /large/ HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n"
            "Content-Length: 3\r\n\r\na");
        return client;
    };
    std::vector<RawClient> slow;
    for (int i = 0; i < 2; ++i) slow.push_back(begin("127.0.0.1"));
    ASSERT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 2; }));

    const auto refused = begin("127.0.0.1").read_response();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 429);
    EXPECT_EQ(refused->header("retry-after"), "1");
    EXPECT_THAT(refused->body, HasSubstr("too_many_uploads"));
    RawClient other = begin("127.0.0.2");
    other.send("bc");
    EXPECT_EQ(other.body(), "3");

    slow[0].send("bc");
    EXPECT_EQ(slow[0].body(), "3");
    slow[1].reset();
    ASSERT_TRUE(testkit::eventually([&] { return files_below(parent_.path()) == 0; }));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(send("/large/", "abc", "a/b").body, "3");
}

TEST_F(UploadTest, ALargeUploadTakesNoMemory) {
    start();
    const auto peak = [] {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));  // KiB
        return 0L;
    };
    RawClient client(server_->port());
    const std::string portion(1 << 20, 'x');
    client.send("POST /large/ HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: " +
                std::to_string(90 * portion.size()) + "\r\n\r\n");
    const long before = peak();
    for (int i = 0; i < 90; ++i) ASSERT_TRUE(client.send(portion));
    EXPECT_EQ(client.body(), std::to_string(90 * portion.size()));
    EXPECT_LT(peak() - before, 10 * 1024);
}

TEST_F(UploadTest, RoutesThatCannotWorkAreRefused) {
    const auto problems = [](Route route) {
        route.plugin = "test";
        std::vector<std::string> out;
        check_routes({{std::move(route)}, {}}, out);
        return out;
    };
    const Handler none = [](Request&) -> Result<Response> { return Response(204); };
    EXPECT_THAT(problems(Route::get("/a/").takes_file({"*/*"}, 1).handle(none)),
                testing::ElementsAre(HasSubstr("which GET does not have")));
    EXPECT_THAT(problems(Route::post("/a/").takes_file({"*/*"}, 1).runs_inline().handle(none)),
                testing::ElementsAre(HasSubstr("runs inline")));
    EXPECT_THAT(problems(Route::post("/a/").takes_form({}, 1, Schema::integer()).handle(none)),
                testing::ElementsAre(HasSubstr("not an object")));
}

}  // namespace
}  // namespace kitchen::http
