// What the settings of everything that talks to a service have in common. A plugin's settings
// derive from it.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "kitchen/settings.h"

namespace kitchen {

struct ConnectionSettings {
    std::filesystem::path ca_file;  ///< "": those of the system
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{15'000};  ///< of the whole exchange

    /// `limited` says what `timeout` is for.
    template <class S>
    static void describe(Fields<S>& field, std::string_view limited) {
        const std::chrono::milliseconds least(10);
        field("ca_file", &S::ca_file, "Certificates to trust in place of the system's (PEM)");
        field("connect_timeout", &S::connect_timeout, "For the connection, TLS included")
            .between(least, std::chrono::minutes(1));
        field("timeout", &S::timeout, limited).between(least, std::chrono::minutes(2));
    }
    static void check(const ConnectionSettings& settings, Problems& problems) {
        if (settings.timeout < settings.connect_timeout)
            problems.at(settings.timeout, "must not be shorter than connect_timeout");
    }
};

}  // namespace kitchen
