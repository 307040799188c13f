// A real nginx of a test's own, on free ports of 127.0.0.1. It is gone when the test is.
//
//     NginxServer nginx(1, [&](const NginxServer& server) {
//         return "server { listen 127.0.0.1:" + std::to_string(server.port(0)) + "; location / {
//         return 204; } }";
//     });
//
// Without the program (Debian packages nginx-light, nginx) the constructor throws
// std::runtime_error, so that tests fail and are not skipped. Whatever nginx runs on the machine by
// itself is neither used nor disturbed.
//
// Thread-safety: one object, one thread; port() and output() from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::testkit {

class NginxServer {
public:
    /// What stands inside `http { … }`. Relative names in `include` are looked up in directory(),
    /// where it may write files. Called again, with other ports, when one has been taken.
    using Http = std::function<std::string(const NginxServer&)>;

    /// Takes connections on all ports when it returns. Throws std::runtime_error with what nginx
    /// said.
    NginxServer(std::size_t ports, Http http);
    ~NginxServer();

    std::uint16_t port(std::size_t index) const { return ports_.at(index); }
    const std::filesystem::path& directory() const { return directory_.path(); }
    /// What nginx has logged: its error log from `warn` up, and how it started.
    std::string output() const { return process_ ? process_->output() : std::string(); }

private:
    bool start(const Http& http);

    TemporaryDirectory directory_;
    std::vector<std::uint16_t> ports_;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace kitchen::testkit
