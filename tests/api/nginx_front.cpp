#include "nginx_front.h"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/certificate.h"

namespace kitchen::tests {
namespace fs = std::filesystem;

namespace {

const fs::path shipped = fs::path(testkit::source_dir()) / "deploy" / "nginx";

std::string file_text(const fs::path& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// `what` must be there: a file that has changed is not tested by accident with its own ports.
void put(std::string& text, const std::string& what, const std::string& instead) {
    if (text.find(what) == std::string::npos)
        throw std::runtime_error("deploy/nginx has no '" + what + "' any more");
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += instead.size())
        text.replace(at, what.size(), instead);
}

}  // namespace

NginxFront::NginxFront(const std::vector<std::uint16_t>& ports, bool operators,
                       const std::string& servers) {
    if (ports.size() != replicas) throw std::invalid_argument("the site file shows three replicas");
    const testkit::Certificate made = testkit::make_certificate(certificates_.path(), name);
    nginx_ = std::make_unique<testkit::NginxServer>(2, [&](const testkit::NginxServer& server) {
        std::string site = file_text(shipped / "chuks-kitchen.conf");
        site = std::regex_replace(site, std::regex(R"(\n *listen \[::\]:[^;]*;)"),
                                  "");  // there may be no IPv6 here
        put(site, "listen 80;", "listen 127.0.0.1:" + std::to_string(server.port(0)) + ";");
        put(site, "listen 443 ", "listen 127.0.0.1:" + std::to_string(server.port(1)) + " ");
        put(site, "default 0;", operators ? "default 1;" : "default 0;");
        std::string upstreams = file_text(shipped / servers);
        for (std::size_t i = 0; i < replicas; ++i)
            put(upstreams, "server 127.0.0.1:" + std::to_string(8081 + i) + " ",
                "server 127.0.0.1:" + std::to_string(ports[i]) + " ");
        put(site, "/etc/letsencrypt/live/kitchen.example/fullchain.pem", made.certificate);
        put(site, "/etc/letsencrypt/live/kitchen.example/privkey.pem", made.key);
        put(site, "/var/log/nginx/chuks-kitchen.log", (server.directory() / "access.log").string());
        std::ofstream(server.directory() / "servers.conf") << upstreams;
        std::ofstream(server.directory() / "site.conf") << site;
        fs::copy(shipped / "snippets", server.directory() / "snippets",
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        return std::string(
            "include snippets/chuks-kitchen-http.conf;\ninclude servers.conf;\n"
            "include site.conf;");
    });
}

std::string NginxFront::access_log() const { return file_text(nginx_->directory() / "access.log"); }

}  // namespace kitchen::tests
