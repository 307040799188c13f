#include "restaurant.h"

#include <fstream>
#include <stdexcept>

#include "kitchen/testkit/exposition.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

namespace {

HttpAnswer expect(HttpAnswer answer, int status, const char* what) {
    if (answer.status != status)
        throw std::runtime_error(std::string(what) + ": " + std::to_string(answer.status) + " " +
                                 answer.body);
    return answer;
}

/// The port in the line that says where it serves.
std::uint16_t port_in(const std::string& output) {
    constexpr std::string_view mark = "url=http://127.0.0.1:";
    const std::size_t at = output.rfind(mark);
    return at == std::string::npos
               ? std::uint16_t{0}
               : static_cast<std::uint16_t>(std::atoi(output.c_str() + at + mark.size()));
}

}  // namespace

Restaurant::Restaurant(Backends backends, RestaurantOptions options)
    : options_(std::move(options)),
      data_(options_.data.empty() ? directory_.path() : options_.data),
      backends_(std::move(backends)) {
    fs::create_directories(mail_directory());
    const std::string mailer = options_.mailer.empty()
                                   ? "  - {id: mail-log, config: {directory: '${DATA}/mail'}}\n"
                                   : options_.mailer;
    std::ofstream(config_file())
        << "server: {listen: '127.0.0.1:" + std::to_string(options_.port) +
               "', plugin_dir: '" KITCHEN_TEST_PLUGIN_DIR "'" +
               (options_.server.empty() ? "" : ", " + options_.server) + "}\nplugins:\n" +
               backends_.store + backends_.cache + mailer +
               "  - id: auth\n"
               "    config:\n"
               "      " +
               (options_.auth_key.empty() ? "key_file: ${DATA}/auth.key\n      cookie_secure: false"
                                          : "key: " + options_.auth_key) +
               "\n"
               "      bootstrap_admin: {email: chef@kitchen.example, phone: '08030000000', "
               "password: '" +
               KitchenServer::password + "'}\n  - {id: outbox, config: {" + options_.outbox +
               "}}\n  - {id: catalog}\n  - {id: cart}\n  - {id: orders, config: {mail: {enabled: "
               "true}}}\n" +
               options_.plugins;
}

Restaurant::~Restaurant() = default;

void Restaurant::begin_start() {
    std::vector<std::string> command = options_.wrapper;
    command.insert(command.end(), {KITCHEN_EXECUTABLE, "serve", "--config", config_file()});
    process_.reset();
    process_ = std::make_unique<testkit::ChildProcess>(
        command, testkit::ChildProcessOptions{.environment = {{"DATA", data_.string()}}});
}

void Restaurant::wait_until_it_serves() {
    if (!process_->wait_for("startup_ms="))
        throw std::runtime_error("the server did not start:\n" + output());
    port_ = port_in(output());
}

void Restaurant::start() {
    begin_start();
    wait_until_it_serves();
}

void Restaurant::kill() {
    process_->signal_group(SIGKILL);
    (void)process_->wait();
}

int Restaurant::terminate() {
    process_->signal(SIGTERM);
    return process_->wait();
}

HttpClient Restaurant::admin() const {
    HttpClient client = anonymous();
    client.basic("chef@kitchen.example", KitchenServer::password);
    return client;
}

std::vector<std::string> Restaurant::customers(int count) {
    std::vector<std::string> tokens;
    for (int i = 0; i < count; ++i) {
        const int number = ++people_;
        const std::string email = "customer" + std::to_string(number) + "@mail.example";
        HttpClient client = anonymous();
        expect(
            client.post("/signup/",
                        Json::object({{"email", email},
                                      {"phone_number", "0803" + std::to_string(1'000'000 + number)},
                                      {"password", KitchenServer::password}})),
            200, "signup");
        const std::string code = options_.code_mailed_to
                                     ? options_.code_mailed_to(email)
                                     : code_in_mail_to(email, {mail_directory()});
        expect(client.post("/verify/", Json::object({{"otp", code}})), 200, "verify");
        const HttpAnswer login = expect(
            client.post("/login/",
                        Json::object({{"email", email}, {"password", KitchenServer::password}})),
            200, "login");
        tokens.push_back(login.json["access_token"].as_string());
    }
    return tokens;
}

std::int64_t Restaurant::food(const std::string& name, std::int64_t quantity) {
    const Json body = Json::object({{"name", name},
                                    {"description", "Freshly made"},
                                    {"price", 250'000},
                                    {"category", "Mains"},
                                    {"available_quantity", quantity}});
    return expect(admin().post("/foods/", body), 201, "create food").json["id"].as_integer();
}

std::string Restaurant::health() const {
    try {
        const HttpAnswer answer = anonymous().get("/health/");
        return answer.json["status"].is_string() ? answer.json["status"].as_string()
                                                 : std::string();
    } catch (const std::runtime_error&) {
        return {};
    }
}

bool Restaurant::wait_for_health(const std::string& status) const {
    return testkit::wait_until([&] { return health() == status; });
}

double Restaurant::metric(const std::string& series) const {
    return testkit::Exposition::parse(expect(anonymous().get("/metrics"), 200, "metrics").body)
        .value(series);
}

}  // namespace kitchen::tests
