#include "kitchen/testkit/restaurant_people.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <sys/inotify.h>
#include <poll.h>
#include <unistd.h>

namespace kitchen::testkit {
namespace fs = std::filesystem;

namespace {

std::string mail_text(const fs::path& path) {
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
            if (mail_text(entry.path()).find("To: " + email) != std::string::npos)
                newest = entry.path();
        }
    if (newest.empty()) return {};
    const std::string text = mail_text(newest);
    std::size_t at = text.find("\r\n\r\n");
    for (std::size_t run = 0; at < text.size(); ++at) {
        run = std::isdigit(static_cast<unsigned char>(text[at])) ? run + 1 : 0;
        const bool ends =
            at + 1 == text.size() || !std::isdigit(static_cast<unsigned char>(text[at + 1]));
        if (run == 6 && ends) return text.substr(at - 5, 6);
    }
    throw std::runtime_error("no code in the mail to " + email);
}

}  // namespace

HttpAnswer expect_status(HttpAnswer answer, int status, const std::string& what) {
    if (answer.status != status)
        throw std::runtime_error(what + ": " + std::to_string(answer.status) + " " + answer.body);
    return answer;
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

RestaurantPeople::RestaurantPeople(
    std::function<HttpClient()> anonymous,
    std::function<std::string(const std::string& email)> code_mailed_to)
    : anonymous_(std::move(anonymous)), code_mailed_to_(std::move(code_mailed_to)) {}

HttpClient RestaurantPeople::admin() const {
    HttpClient client = anonymous_();
    client.basic("chef@kitchen.example", restaurant_password);
    return client;
}

RestaurantPeople::Customer RestaurantPeople::sign_up() {
    const int number = ++count_;
    const std::string email = "customer" + std::to_string(number) + "@mail.example";
    HttpClient client = anonymous_();
    expect_status(
        client.post("/signup/",
                    Json::object({{"email", email},
                                  {"phone_number", "0803" + std::to_string(1'000'000 + number)},
                                  {"password", restaurant_password}})),
        200, "signup");
    const HttpAnswer verified = expect_status(
        client.post("/verify/", Json::object({{"otp", code_mailed_to_(email)}})), 200, "verify");
    const HttpAnswer login = expect_status(
        client.post("/login/", Json::object({{"email", email}, {"password", restaurant_password}})),
        200, "login");
    const std::string token = login.json["access_token"].as_string();
    client.bearer(token);
    return {std::move(client), verified.json["id"].as_integer(), token};
}

HttpClient RestaurantPeople::kitchen_staff() {
    const std::int64_t id = sign_up().id;
    expect_status(
        admin().patch("/users/" + std::to_string(id) + "/", Json::object({{"role", "kitchen"}})),
        200, "promote");
    // A change of role ends every session.
    HttpClient client = anonymous_();
    client.basic(std::to_string(id), restaurant_password);
    return client;
}

std::int64_t RestaurantPeople::food(const std::string& name, std::int64_t price,
                                    Json quantity) const {
    const Json body = Json::object({{"name", name},
                                    {"description", name + ", freshly made"},
                                    {"price", price},
                                    {"category", "Mains"},
                                    {"available_quantity", std::move(quantity)}});
    return expect_status(admin().post("/foods/", body), 201, "create food").json["id"].as_integer();
}

std::int64_t RestaurantPeople::stock_of(std::int64_t food_id) const {
    return anonymous_()
        .get("/foods/" + std::to_string(food_id) + "/")
        .json["available_quantity"]
        .as_integer();
}

}  // namespace kitchen::testkit
