#include "kitchen_server.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/inotify.h>
#include <poll.h>
#include <unistd.h>

#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/redis_server.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The six digits of the newest mail to `email` in any of `directories`, or "".
std::string find_code(const std::vector<fs::path>& directories, const std::string& email) {
    fs::path newest;
    for (const fs::path& directory : directories)
        for (const auto& entry : fs::directory_iterator(directory)) {
            if (entry.path().extension() != ".eml" || entry.path().filename() < newest.filename())
                continue;
            if (read_file(entry.path()).find("To: " + email) != std::string::npos)
                newest = entry.path();
        }
    if (newest.empty()) return {};
    const std::string text = read_file(newest);
    std::size_t at = text.find("\r\n\r\n");
    for (std::size_t run = 0; at < text.size(); ++at) {
        run = std::isdigit(static_cast<unsigned char>(text[at])) ? run + 1 : 0;
        const bool ends =
            at + 1 == text.size() || !std::isdigit(static_cast<unsigned char>(text[at + 1]));
        if (run == 6 && ends) return text.substr(at - 5, 6);
    }
    throw std::runtime_error("no code in the mail to " + email);
}

void expect(const HttpAnswer& answer, int status, const char* what) {
    if (answer.status != status)
        throw std::runtime_error(std::string(what) + ": " + std::to_string(answer.status) + " " +
                                 answer.body);
}

}  // namespace

Backends in_memory() { return {"Memory", "  - id: store-memory\n"}; }
Backends on_sqlite() {
    return {"Sqlite", "  - id: store-sqlite\n    config: {path: '${DATA}/kitchen.db'}\n"};
}

Backends on_postgres() {
    auto database = std::make_shared<testkit::PostgresDatabase>();
    // With more patience than a customer has: what the tests prove does not depend on how busy the
    // machine is.
    return {"Postgres",
            "  - id: store-postgres\n"
            "    config: {url: '" +
                database->url() +
                "', pool_size: 10, pool_timeout: 2m, statement_timeout: 1m, lock_timeout: 1m, "
                "retry_attempts: 100, retry_time: 1m}\n",
            "  - id: cache-memory\n", database};
}

Backends on_redis() {
    auto redis = std::make_shared<testkit::RedisServer>();
    // Wide timeouts: here a busy machine must not look like a broken server.
    return {"Redis", "  - id: store-memory\n",
            "  - id: cache-redis\n    config: {url: '" + redis->url() +
                "', connect_timeout: 30s, command_timeout: 30s}\n",
            redis};
}

Backends on_postgres_and_redis() {
    Backends store = on_postgres(), cache = on_redis();
    auto owner = std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
        store.owner, cache.owner);
    return {"PostgresAndRedis", store.store, cache.cache, owner};
}

Backends on_replicas() {
    Backends shared = on_postgres_and_redis();
    shared.name = "ThreeBehindNginx";
    shared.behind_nginx = true;
    return shared;
}

KitchenServer::KitchenServer(Backends backends, KitchenServerOptions options)
    : backends_(std::move(backends)), options_(std::move(options)) {
    start();
}

fs::path KitchenServer::mail_directory(std::size_t index) const {
    return directory_.path() / ("mail-" + std::to_string(index));
}

void KitchenServer::start() {
    const std::size_t count = is_behind_nginx() ? NginxFront::replicas : 1;
    for (std::size_t i = 0; i < count; ++i) start_kernel(i);
    if (!is_behind_nginx()) return;
    std::vector<std::uint16_t> ports;
    for (const auto& kernel : kernels_) ports.push_back(kernel->port());
    nginx_ = std::make_unique<NginxFront>(ports);
}

void KitchenServer::start_kernel(std::size_t index) {
    fs::create_directories(mail_directory(index));
    testkit::TestKernelOptions options;
    options.environment = {{"DATA", directory_.path().string()},
                           {"MAIL", mail_directory(index).string()},
                           {"ADMIN_PASSWORD", password}};
    const std::string server =
        std::string(is_behind_nginx()
                        ? ", trusted_proxies: [127.0.0.1], limits: {connections_per_address: 0}"
                        : "") +
        (options_.server.empty() ? "" : ", " + options_.server);
    kernels_.push_back(std::make_unique<testkit::TestKernel>(
        "server: {listen: '127.0.0.1:0'" + server +
            "}\n"
            "plugins:\n" +
            backends_.store + backends_.cache +
            "  - id: mail-log\n"
            "    config: {directory: '${MAIL}'}\n"
            "  - id: auth\n"
            "    config:\n"
            "      " +
            (is_behind_nginx() ? "key: one-key-of-all-replicas-of-this-test"
                               : "key_file: ${DATA}/keys/auth.key") +
            "\n"
            "      cookie_secure: " +
            (is_behind_nginx() ? "true" : "false") +
            "\n"
            "      argon2: {queue: 1000}\n"
            "      signup: {per_address_burst: 10000}\n"
            "      bootstrap_admin: {email: chef@kitchen.example, phone: '08030000000', password: "
            "!env ADMIN_PASSWORD}\n"
            "  - id: catalog\n" +
            // The tests read at one replica what they have just written at another.
            (is_behind_nginx() ? "    config: {cache: {revalidate: 0s}}\n" : "") +
            "  - id: cart\n"
            "  - id: orders\n" +
            options_.plugins,
        options));
}

void KitchenServer::restart() {
    nginx_.reset();
    kernels_.clear();
    start();
}

HttpClient KitchenServer::admin() const {
    HttpClient client = anonymous();
    client.basic("chef@kitchen.example", password);
    return client;
}

std::string KitchenServer::code_mailed_to(const std::string& email) const {
    std::vector<fs::path> mails;
    for (std::size_t i = 0; i < kernels_.size(); ++i) mails.push_back(mail_directory(i));
    return code_in_mail_to(email, mails);
}

std::string code_in_mail_to(const std::string& email, const std::vector<fs::path>& mails) {
    // Watch before looking, so that a mail that arrives in between is not missed.
    const int watch = inotify_init1(IN_CLOEXEC);
    for (const fs::path& directory : mails)
        inotify_add_watch(watch, directory.c_str(), IN_CREATE | IN_MOVED_TO);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::string code = find_code(mails, email);
    while (code.empty() && std::chrono::steady_clock::now() < deadline) {
        pollfd ready{watch, POLLIN, 0};
        if (poll(&ready, 1, 1000) > 0) {
            char events[4096];
            if (read(watch, events, sizeof events) < 0) break;
        }
        code = find_code(mails, email);
    }
    close(watch);
    if (code.empty()) throw std::runtime_error("no mail to " + email);
    return code;
}

KitchenServer::NewCustomer KitchenServer::sign_up() {
    const int number = ++people_;
    const std::string email = "customer" + std::to_string(number) + "@mail.example";
    const std::string phone = "0803" + std::to_string(1'000'000 + number);
    HttpClient client = anonymous();
    expect(client.post(
               "/signup/",
               Json::object({{"email", email}, {"phone_number", phone}, {"password", password}})),
           200, "signup");
    const HttpAnswer verified =
        client.post("/verify/", Json::object({{"otp", code_mailed_to(email)}}));
    expect(verified, 200, "verify");
    const HttpAnswer login =
        client.post("/login/", Json::object({{"email", email}, {"password", password}}));
    expect(login, 200, "login");
    client.bearer(login.json["access_token"].as_string());
    return {std::move(client), verified.json["id"].as_integer()};
}

HttpClient KitchenServer::customer() { return std::move(sign_up().client); }

HttpClient KitchenServer::kitchen_staff() {
    NewCustomer person = sign_up();
    expect(admin().patch("/users/" + std::to_string(person.id) + "/",
                         Json::object({{"role", "kitchen"}})),
           200, "promote");
    // A change of role ends every session.
    HttpClient client = anonymous();
    client.basic(std::to_string(person.id), password);
    return client;
}

std::int64_t KitchenServer::food(const std::string& name, std::int64_t price, Json quantity) {
    const HttpAnswer created =
        admin().post("/foods/", Json::object({{"name", name},
                                              {"description", name + ", freshly made"},
                                              {"price", price},
                                              {"category", "Mains"},
                                              {"available_quantity", std::move(quantity)}}));
    expect(created, 201, "create food");
    return created.json["id"].as_integer();
}

std::int64_t KitchenServer::stock_of(std::int64_t food_id) const {
    return anonymous()
        .get("/foods/" + std::to_string(food_id) + "/")
        .json["available_quantity"]
        .as_integer();
}

}  // namespace kitchen::tests
