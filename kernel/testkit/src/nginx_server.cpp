#include "kitchen/testkit/nginx_server.h"

#include <fstream>
#include <stdexcept>

#include <unistd.h>

#include "kitchen/testkit/traffic.h"

namespace kitchen::testkit {
namespace fs = std::filesystem;

namespace {

constexpr const char* program = "/usr/sbin/nginx";  // not in everybody's PATH

/// Everything that nginx would write outside, or do as another user, stays in `directory`.
std::string main_configuration(const std::string& http) {
    std::string out = ::geteuid() == 0 ? "user root;\n" : "";
    out +=
        "daemon off;\nworker_processes 2;\nworker_rlimit_nofile 8192;\nworker_shutdown_timeout "
        "5s;\npid nginx.pid;\nerror_log stderr notice;\n"
        "events { worker_connections 4096; }\nhttp {\n    access_log off;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        out += "    " + std::string(kind) + "_temp_path temp_" + kind + ";\n";
    return out + http + "\n}\n";
}

}  // namespace

NginxServer::NginxServer(std::size_t ports, Http http) : ports_(ports) {
    if (!fs::exists(program))
        throw std::runtime_error(
            std::string(program) +
            " is missing: install the Debian package 'nginx-light' (./test does)");
    for (int tries = 0; tries < 5; ++tries)
        if (start(http)) return;
    throw std::runtime_error("nginx found no ports:\n" + output());
}

NginxServer::~NginxServer() = default;

bool NginxServer::start(const Http& http) {
    for (std::uint16_t& port : ports_) port = free_port();
    std::ofstream(directory() / "nginx.conf") << main_configuration(http(*this));
    process_ = std::make_unique<ChildProcess>(std::vector<std::string>{
        program, "-p", directory().string() + "/", "-c", "nginx.conf", "-e", "stderr"});
    if (process_->wait_for("start worker process ")) {
        for (const std::uint16_t port : ports_) record_begin(port);
        return true;
    }
    if (output().find("Address already in use") != std::string::npos) return false;
    throw std::runtime_error("nginx did not start:\n" + output());
}

}  // namespace kitchen::testkit
