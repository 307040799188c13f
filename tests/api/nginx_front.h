// nginx in front of three servers, with the files of deploy/nginx as they ship: only the name's
// certificate, the ports and the place of the access log are put in.
//
// Thread-safety: construction on one thread; the rest from any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/nginx_server.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::tests {

class NginxFront {
public:
    static constexpr std::size_t replicas = 3;  ///< as many as the site file shows
    static constexpr const char* name = "kitchen.example";

    /// `ports`: of the replicas; they need not listen yet. `operators`: whether this machine may
    /// use the routes of those who run the kitchen. `servers`: servers.conf, or services.conf, in
    /// which the ports are those of menu, accounts and ordering.
    explicit NginxFront(const std::vector<std::uint16_t>& ports, bool operators = false,
                        const std::string& servers = "servers.conf");

    /// Over TLS, trusting the certificate made for this test.
    testkit::HttpClient client() const {
        return testkit::HttpClient(port(), testkit::TlsOptions{certificate(), name});
    }
    std::uint16_t port() const { return nginx_->port(1); }
    std::uint16_t plain_port() const { return nginx_->port(0); }
    std::filesystem::path certificate() const { return certificates_.path() / "certificate.pem"; }
    /// One line of JSON a request.
    std::string access_log() const;
    std::string output() const { return nginx_->output(); }

private:
    testkit::TemporaryDirectory certificates_;
    std::unique_ptr<testkit::NginxServer> nginx_;
};

}  // namespace kitchen::tests
