#include "restaurant.h"

#include <fstream>
#include <stdexcept>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/exposition.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

namespace {

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
      backends_(std::move(backends)),
      people_([this] { return anonymous(); },
              [this](const std::string& email) {
                  return options_.code_mailed_to
                             ? options_.code_mailed_to(email)
                             : testkit::code_in_mail_to(email, {mail_directory()});
              }) {
    fs::create_directories(mail_directory());
    std::ofstream(config_file())
        << testkit::RestaurantConfig{.listen = "127.0.0.1:" + std::to_string(options_.port),
                                     .server =
                                         "plugin_dir: '" + testkit::built_plugin_dir() + "'" +
                                         (options_.server.empty() ? "" : ", " + options_.server),
                                     .store = backends_.store,
                                     .cache = backends_.cache,
                                     .mail_directory = "${DATA}/mail",
                                     .mailer = options_.mailer,
                                     .auth_key = options_.auth_key,
                                     .outbox = options_.outbox,
                                     .orders = "mail: {enabled: true}",
                                     .plugins = options_.plugins}
               .yaml();
}

Restaurant::~Restaurant() = default;

void Restaurant::begin_start() {
    std::vector<std::string> command = options_.wrapper;
    command.insert(command.end(),
                   {testkit::built_executable(), "serve", "--config", config_file()});
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

std::vector<std::string> Restaurant::customers(int count) {
    std::vector<std::string> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(people_.sign_up().token);
    return tokens;
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
    return testkit::Exposition::parse(
               testkit::expect_status(anonymous().get("/metrics"), 200, "metrics").body)
        .value(series);
}

}  // namespace kitchen::tests
