#include "kitchen/testkit/restaurant_config.h"

namespace kitchen::testkit {

namespace {

std::string plugin_entry(const std::string& id, const std::string& config) {
    return "  - {id: " + id + (config.empty() ? "" : ", config: {" + config + "}") + "}\n";
}

}  // namespace

std::string RestaurantConfig::yaml() const {
    std::string text = "server: {listen: '" + listen + "'";
    if (!server.empty()) text += ", " + server;
    text += "}\nplugins:\n" + store + cache;
    text +=
        mailer.empty() ? plugin_entry("mail-log", "directory: '" + mail_directory + "'") : mailer;
    text += "  - id: auth\n    config:\n";
    text += auth_key.empty() ? "      key_file: ${DATA}/keys/auth.key\n      cookie_secure: false\n"
                             : "      key: " + auth_key + "\n";
    // The limits are for strangers on a public address; here all come from one.
    text += "      argon2: {queue: 1000}\n      signup: {per_address_burst: 10000}\n";
    text +=
        "      bootstrap_admin: {email: chef@kitchen.example, phone: '08030000000', password: '" +
        std::string(restaurant_password) + "'}\n" + auth;
    if (outbox) text += plugin_entry("outbox", *outbox);
    return text + plugin_entry("catalog", catalog) + plugin_entry("cart", "") +
           plugin_entry("orders", orders) + plugins;
}

}  // namespace kitchen::testkit
