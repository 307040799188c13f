#include "kitchen/testkit/restaurant.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

#include <sys/inotify.h>
#include <poll.h>
#include <unistd.h>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/exposition.h"
#include "kitchen/testkit/redis_cluster.h"
#include "kitchen/testkit/redis_server.h"
#include "kitchen/testkit/traffic.h"

namespace kitchen::testkit {
namespace fs = std::filesystem;

namespace {

std::string keys(std::string first, const std::string& more) {
    if (more.empty()) return first;
    return first.empty() ? more : first + ", " + more;
}

std::string entry(const std::string& id, const std::string& keys) {
    return "{id: " + id + ", config: {" + keys + "}}";
}

}  // namespace

std::string RestaurantConfig::yaml() const {
    // The limits are for strangers on a public address; here all come from one.
    const std::string usual =
        (auth_key.empty() ? "key_file: '${DATA}/keys/auth.key', cookie_secure: false"
                          : "key: '" + auth_key + "'") +
        ", argon2: {queue: 200}, signup: {per_address_burst: 10000}, bootstrap_admin: {email: " +
        AnyRestaurant::admin_email + ", phone: '08030000000', password: '" +
        AnyRestaurant::password + "'}";
    std::vector<std::string> entries{store, cache, mailer, entry("auth", keys(usual, auth))};
    if (outbox) entries.push_back(entry("outbox", *outbox));
    if (menu)
        for (const auto& [id, its] : {std::pair("catalog", catalog),
                                      {"cart", ""},
                                      {"claims", ""},
                                      {"idempotency", ""},
                                      {"events", "poll: 50ms"},
                                      {"orders", orders}})
            entries.push_back(entry(id, its));
    if (order_mails) entries.push_back(entry("order-mails", *order_mails));
    entries.insert(entries.end(), plugins.begin(), plugins.end());
    std::string text = "server: {" + keys("listen: '127.0.0.1:${PORT}'", server) + "}\nplugins:\n";
    for (const std::string& one : entries) text += "  - " + one + "\n";
    return text;
}

RestaurantConfig on_sqlite() {
    return {.store = "{id: store-sqlite, config: {path: '${DATA}/kitchen.db'}}"};
}

RestaurantConfig on_postgres(const PostgresDatabase& database) {
    return {.store = entry("store-postgres", "url: '" + database.url() +
                                                 "', pool_size: 10, pool_timeout: 2m, "
                                                 "statement_timeout: 1m, lock_timeout: 1m, "
                                                 "retry_attempts: 100, retry_time: 1m")};
}

RestaurantConfig on_postgres() {
    auto database = std::make_shared<PostgresDatabase>();
    RestaurantConfig config = on_postgres(*database);
    config.owner = database;
    return config;
}

RestaurantConfig on_redis(RestaurantConfig config) {
    config.cache = entry("cache-redis", "url: '" + RedisServer::shared().url() +
                                            "', connect_timeout: 30s, command_timeout: 30s");
    return config;
}

RestaurantConfig on_redis_cluster(RestaurantConfig config) {
    config.cache = entry("cache-redis", "cluster: [" + RedisCluster::shared().nodes() +
                                            "], connect_timeout: 30s, command_timeout: 30s");
    return config;
}

HttpResponse expect_status(HttpResponse response, int status, const std::string& what) {
    if (response.status != status)
        throw std::runtime_error(what + ": " + std::to_string(response.status) + " " +
                                 response.body);
    return response;
}

AnyRestaurant::AnyRestaurant(RestaurantConfig config)
    : config_(std::move(config)), data_(config_.data.empty() ? directory_.path() : config_.data) {
    fs::create_directories(data_ / "mail");
}

HttpClient AnyRestaurant::admin() const {
    HttpClient client = this->client();
    client.basic(admin_email, password);
    return client;
}

AnyRestaurant::Customer AnyRestaurant::sign_up() {
    const int number = ++count_;
    return sign_up("customer" + std::to_string(number) + "@mail.example",
                   "0803" + std::to_string(1'000'000 + number));
}

AnyRestaurant::Customer AnyRestaurant::sign_up(const std::string& email,
                                               const std::string& phone_number) {
    HttpClient client = this->client();
    expect_status(client.post("/signup/", Json::object({{"email", email},
                                                        {"phone_number", phone_number},
                                                        {"password", password}})),
                  200, "signup");
    const HttpResponse verified = expect_status(
        client.post("/verify/", Json::object({{"otp", code_mailed_to(email)}})), 200, "verify");
    const HttpResponse login = expect_status(
        client.post("/login/", Json::object({{"email", email}, {"password", password}})), 200,
        "login");
    const std::string token = login.json["access_token"].as_string();
    client.bearer(token);
    return {std::move(client), verified.json["id"].as_integer(), email, token};
}

std::vector<std::string> AnyRestaurant::tokens(int count) {
    std::vector<std::string> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(sign_up().token);
    return tokens;
}

HttpClient AnyRestaurant::kitchen_staff() {
    const std::int64_t id = sign_up().id;
    expect_status(
        admin().patch("/users/" + std::to_string(id) + "/", Json::object({{"role", "kitchen"}})),
        200, "promote");
    // A change of role ends every session.
    HttpClient client = this->client();
    client.basic(std::to_string(id), password);
    return client;
}

std::int64_t AnyRestaurant::food(const std::string& name, std::int64_t price, Json quantity) const {
    const Json body = Json::object({{"name", name},
                                    {"description", name + ", freshly made"},
                                    {"price", price},
                                    {"category", "Mains"},
                                    {"available_quantity", std::move(quantity)}});
    return expect_status(admin().post("/foods/", body), 201, "create food").json["id"].as_integer();
}

std::int64_t AnyRestaurant::stock_of(std::int64_t food_id) const {
    return client()
        .get("/foods/" + std::to_string(food_id) + "/")
        .json["available_quantity"]
        .as_integer();
}

std::vector<std::string> AnyRestaurant::mails_to(const std::string& email) const {
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(data_ / "mail"))
        if (entry.path().extension() == ".eml") names.push_back(entry.path());
    std::sort(names.begin(), names.end());  // they begin with the time
    std::vector<std::string> mails;
    for (const fs::path& name : names) {
        std::ifstream in(name, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        if (text.find("\r\nTo: " + email + "\r\n") != std::string::npos)
            mails.push_back(std::move(text));
    }
    return mails;
}

std::string AnyRestaurant::code_mailed_to(const std::string& email, std::size_t nth) const {
    if (config_.code_mailed_to) return config_.code_mailed_to(email);
    // Watch before looking, so that a mail that arrives in between is not missed.
    const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_add_watch(watch, (data_ / "mail").c_str(), IN_CREATE | IN_MOVED_TO);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const std::size_t wanted = std::max<std::size_t>(nth, 1);
    std::vector<std::string> mails = mails_to(email);
    const auto code = [&]() -> std::string {
        if (mails.size() < wanted) return {};
        const std::string& mail = nth == 0 ? mails.back() : mails[nth - 1];
        std::smatch found;
        if (!std::regex_search(mail, found, std::regex("\nYour code is ([0-9]{6})\r?\n")))
            return {};
        return found[1].str();
    };
    // Another mail may be the newest for a moment.
    while (code().empty() && std::chrono::steady_clock::now() < deadline) {
        pollfd ready{watch, POLLIN, 0};
        poll(&ready, 1, 1000);
        for (char events[4096]; read(watch, events, sizeof events) > 0;) {}
        mails = mails_to(email);
    }
    close(watch);
    if (code().empty()) throw std::runtime_error("no mail with a code to " + email);
    return code();
}

std::string AnyRestaurant::health() const {
    try {
        const HttpResponse response = client().get("/health/");
        return response.json["status"].is_string() ? response.json["status"].as_string()
                                                   : std::string();
    } catch (const std::runtime_error&) {
        return {};
    }
}

bool AnyRestaurant::wait_for_health(const std::string& status) const {
    return wait_until([&] { return health() == status; });
}

double AnyRestaurant::metric(const std::string& series) const {
    return Exposition::parse(expect_status(client().get("/metrics"), 200, "metrics").body)
        .value(series);
}

std::string AnyRestaurant::broken_data() const {
    return expect_status(admin().get("/admin/data/"), 200, "data").json["broken"].dump();
}

RestaurantProcess::RestaurantProcess(RestaurantConfig config) : AnyRestaurant(std::move(config)) {
    RestaurantConfig written = this->config();
    written.server = keys("plugin_dir: '" + built_plugin_dir() + "'", written.server);
    std::ofstream(config_file()) << written.yaml();
}

void RestaurantProcess::begin_start() {
    std::vector<std::string> command = config().wrapper;
    command.insert(command.end(), {built_executable(), "serve", "--config", config_file()});
    process_.reset();
    process_ = std::make_unique<ChildProcess>(
        command, ChildProcessOptions{.environment = {{"DATA", data().string()},
                                                     {"PORT", std::to_string(config().port)}}});
}

void RestaurantProcess::wait_until_it_serves() {
    if (!process_->wait_for("startup_ms="))
        throw std::runtime_error("the server did not start:\n" + output());
    constexpr std::string_view mark = "url=http://127.0.0.1:";
    const std::string said = output();
    const std::size_t at = said.rfind(mark);
    port_ = static_cast<std::uint16_t>(
        at == std::string::npos ? 0 : std::atoi(said.c_str() + at + mark.size()));
    record_begin(port_);
}

void RestaurantProcess::start() {
    begin_start();
    wait_until_it_serves();
}

void RestaurantProcess::kill() {
    process_->signal_group(SIGKILL);
    (void)process_->wait();
}

int RestaurantProcess::terminate() {
    record_document(client());
    process_->signal(SIGTERM);
    return process_->wait();
}

}  // namespace kitchen::testkit
