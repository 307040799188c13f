// A real PgBouncer in transaction pooling mode, in front of a server on 127.0.0.1.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include <pwd.h>
#include <unistd.h>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::postgres {

class PgBouncer {
public:
    /// `sessions` of the server for all clients together: fewer than clients, so that they change
    /// hands.
    explicit PgBouncer(std::uint16_t server_port, int sessions = 4) {
        for (int attempt = 0; attempt < 5; ++attempt) {
            port_ = testkit::free_port();
            const auto file = directory_.path() / "pgbouncer.ini";
            std::ofstream(file) << "[pgbouncer]\nlisten_addr = 127.0.0.1\n"
                                << "listen_port = " << port_
                                << "\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
                                << "default_pool_size = " << sessions
                                << "\n[databases]\n* = host=127.0.0.1 port=" << server_port
                                << " user=postgres\n";
            if (const passwd* user =
                    ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr)  // it refuses to be root
                if (::chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
                    throw std::runtime_error("chown failed");
            process_.emplace(std::vector<std::string>{"pgbouncer", file.string()},
                             testkit::ChildProcessOptions{.user = "postgres"});
            if (process_->wait_for("process up")) return;
        }
        throw std::runtime_error("PgBouncer does not start (Debian package pgbouncer):\n" +
                                 process_->output());
    }

    std::uint16_t port() const noexcept { return port_; }

private:
    testkit::TemporaryDirectory directory_;
    std::uint16_t port_ = 0;
    std::optional<testkit::ChildProcess> process_;
};

}  // namespace kitchen::postgres
