// Forms with files: bad ones however they are split, and what is left on the disk when a client or
// the server is lost.
#include <fstream>

#include <thread>

#include "wire_case.h"

namespace kitchen::tests {
namespace {

namespace fs = std::filesystem;
using testkit::eventually;
using testkit::RestaurantProcess;

std::string field(std::string_view parameters, std::string_view data,
                  std::string_view further = {}) {
    return "--b0\r\nContent-Disposition: form-data; " + std::string(parameters) + "\r\n" +
           std::string(further) + "\r\n" + std::string(data) + "\r\n";
}
const std::string dish_name = field("name=\"name\"", "Jollof");
const std::string dish =
    field("name=\"dish\"; filename=\"../../a.png\"", "PNG\r\n--b", "Content-Type: image/png\r\n");

std::string oven(std::string_view parts, std::string_view type = "multipart/form-data; boundary=b0",
                 std::string_view end = "--b0--\r\n") {
    const std::string body = std::string(parts) + std::string(end);
    return request("POST /stove/oven/",
                   "Content-Type: " + std::string(type) +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                   body);
}
std::string in_chunks(std::string_view parts) {
    std::string out = request("POST /stove/oven/",
                              "Content-Type: multipart/form-data; boundary=b0\r\n"
                              "Transfer-Encoding: chunked\r\n");
    const std::string body = std::string(parts) + "--b0--\r\n";
    for (const char byte : body) out += std::string("1\r\n") + byte + "\r\n";
    return out + "0\r\n\r\n";
}

/// What is refused by its head; sent in few ways, as it is long.
WireCase spoiled(std::string name, const std::string& bytes, int status, std::string code) {
    WireCase row = refused(std::move(name), bytes, {status}, std::move(code));
    row.splits = false;
    return row;
}

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder, error))
        count += entry.is_regular_file(error);
    return count;
}

std::string begun_upload() {
    return request("POST /stove/oven/",
                   "Content-Type: multipart/form-data; boundary=b0\r\n"
                   "Content-Length: 1000000\r\n",
                   dish_name + dish.substr(0, dish.size() - 6) + std::string(1000, 'x'));
}

testkit::RestaurantConfig with_stove() {
    testkit::RestaurantConfig config;
    config.server = "uploads: {folder: '${DATA}/uploads'}";
    config.plugins = {stove()};
    return config;
}

}  // namespace

TEST_F(Hostile, FormsInEveryPortion) {
    connections_at_once = 4;  // as many uploads as one client may have
    expect_every_way({
        answered("a form", oven(dish_name + dish), {200}),
        answered("a form in chunks", in_chunks(dish_name + dish), {200}),
        {"two forms", oven(dish_name + dish) + oven(dish + dish_name), {{200}, {200}}, true},
    });
}

TEST_F(Hostile, FormsThatAreNone) {
    connections_at_once = 4;
    std::string many;
    for (int i = 0; i < 130; ++i) many += field("name=\"name\"", "");
    for (const WireCase& row : {
             spoiled("no boundary", oven(dish, "multipart/form-data"), 400, "bad_boundary"),
             spoiled("a boundary of 71",
                     oven(dish, "multipart/form-data; boundary=" + std::string(71, 'b')), 400,
                     "bad_boundary"),
             spoiled("JSON", oven("{}", "application/json", ""), 415, "unsupported_media_type"),
             spoiled("an encoded body",
                     oven(dish, "multipart/form-data; boundary=b0\r\nContent-Encoding: gzip"), 415,
                     "unsupported_content_encoding"),
         }) {
        expect_every_way({row});
    }
    HttpClient client = server.client();
    const auto code = [&](const std::string& parts, const std::string& end = "--b0--\r\n") {
        const HttpResponse response =
            client.send("POST", "/stove/oven/", parts + end,
                        {{"Content-Type", "multipart/form-data; boundary=b0"}});
        return std::to_string(response.status) + ' ' + response.problem_code();
    };
    EXPECT_EQ(code(dish_name + dish, ""), "400 incomplete_form");
    EXPECT_EQ(code(many), "400 duplicate_field");
    EXPECT_EQ(code(field("name=\"dish\"; filename=x", "--b1--",
                         "Content-Type: multipart/mixed; boundary=b1\r\n")),
              "400 nested_multipart");
    EXPECT_EQ(code(field("filename=x", "")), "400 part_without_name");
    EXPECT_EQ(code(field("name=\"a\0b\"", "")), "400 bad_part_head");
    EXPECT_EQ(code(field("name=name", "", "X: " + std::string(5000, 'x') + "\r\n")),
              "400 part_head_too_large");
    EXPECT_EQ(code(field("name=\"name\"", std::string(100'000, 'x'))), "413 form_text_too_large");
    EXPECT_EQ(
        client.post_form("/stove/oven/", {{"name", "Jollof"}, {"dish", "PNG", "image/png"}}).body,
        "3");
    expect_service("forms that are none");
}

TEST(Uploads, NothingIsLeftOfAClientOrAServerThatIsLost) {
    RestaurantProcess restaurant(with_stove());
    restaurant.start();
    const fs::path folder = restaurant.data() / "uploads";
    {
        RawClient client(restaurant.port());
        client.send(begun_upload());
        ASSERT_TRUE(eventually([&] { return files_in(folder) == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return files_in(folder) == 0; })) << "the client left";

    RawClient client(restaurant.port());
    client.send(begun_upload());
    ASSERT_TRUE(eventually([&] { return files_in(folder) == 1; }));
    restaurant.kill();
    EXPECT_EQ(files_in(folder), 1u);
    restaurant.start();
    EXPECT_EQ(files_in(folder), 0u) << "kill -9, and a start";

    RawClient drained(restaurant.port());
    drained.send(begun_upload());
    ASSERT_TRUE(eventually([&] { return files_in(folder) == 1; }));
    restaurant.terminate();
    EXPECT_TRUE(fs::is_empty(folder)) << "an orderly end";
}

TEST(Uploads, TheServerStaysSmall) {
    RestaurantProcess restaurant(with_stove());
    restaurant.start();
    const auto peak = [&] {
        std::ifstream status("/proc/" + std::to_string(restaurant.process().pid()) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));  // KiB
        return 0L;
    };
    const long before = peak();
    constexpr std::size_t megabytes = 100;
    const std::string head =
        dish_name + field("name=dish; filename=a", "", "Content-Type: image/png\r\n");
    const std::string begin = head.substr(0, head.size() - 2);
    const std::string end = "\r\n--b0--";
    const std::string portion(1 << 20, 'x');
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            RawClient client(restaurant.port());
            client.send(request(
                "POST /stove/oven/",
                "Content-Type: multipart/form-data; boundary=b0\r\nContent-Length: " +
                    std::to_string(begin.size() + megabytes * portion.size() + end.size()) + "\r\n",
                begin));
            for (std::size_t n = 0; n < megabytes; ++n) client.send(portion);
            client.send(end);
            EXPECT_EQ(client.body(), std::to_string(megabytes * portion.size()));
        });
    for (std::thread& client : clients) client.join();
    EXPECT_LT(peak() - before, 16 * 1024);
}

}  // namespace kitchen::tests
