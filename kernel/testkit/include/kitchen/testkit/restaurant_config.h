// The configuration of a whole restaurant for tests: for a TestKernel, for the executable, for
// replicas. What a test does not name works without another service.
//
//     TestKernel kernel(RestaurantConfig{.mail_directory = mails.path()}.yaml());
#pragma once

#include <optional>
#include <string>

namespace kitchen::testkit {

/// Of the bootstrap administrator, chef@kitchen.example, and of every RestaurantPeople's customer.
inline constexpr const char* restaurant_password = "Sw0rdfish-and-rice";

/// Entries of `plugins:` are whole lines, two spaces deep; what is called "flow" goes between the
/// braces of a mapping: "queue: 2, timeouts: {head: 300ms}".
struct RestaurantConfig {
    std::string listen = "127.0.0.1:0";
    std::string server = {};  ///< further keys of `server:`, flow
    std::string store = "  - id: store-memory\n";
    std::string cache = "  - id: cache-memory\n";
    std::string mail_directory = {};  ///< where mail-log writes; it must exist
    std::string mailer = {};          ///< an entry in place of mail-log
    std::string auth_key = {};  ///< that all replicas share, and cookies for TLS only; empty: a key
                                ///< file in ${DATA}/keys, and plain HTTP
    std::string auth = {};      ///< further keys of its `config:`, whole lines, six spaces deep
    std::optional<std::string> outbox = {};  ///< its `config:`, flow; without: no outbox
    std::string catalog = {};                ///< its `config:`, flow
    std::string orders = {};                 ///< its `config:`, flow
    std::string plugins = {};                ///< further entries

    std::string yaml() const;
};

}  // namespace kitchen::testkit
