// The SMTP server of smtp_server.py as a child process, with certificates made for the test, and
// the mails it took.
//
// Thread-safety: construct on one thread; the rest from any.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::tests {

/// An authority of the test's own, and a certificate of it for one name.
struct Certificate {
    std::string authority, chain, key;  ///< PEM files

    static Certificate make(const std::filesystem::path& directory, const std::string& name,
                            const std::string& host = "localhost") {
        const std::string base = directory / name;
        const std::vector<std::string> new_key = {"-newkey", "ec", "-pkeyopt",
                                                  "ec_paramgen_curve:P-256", "-nodes"};
        run({"openssl", "req", "-x509", "-subj", "/CN=Test authority " + name, "-days", "2",
             "-keyout", base + ".ca.key", "-out", base + ".ca.pem"},
            new_key);
        run({"openssl", "req", "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host,
             "-keyout", base + ".key", "-out", base + ".csr"},
            new_key);
        run({"openssl", "x509", "-req", "-in", base + ".csr", "-CA", base + ".ca.pem", "-CAkey",
             base + ".ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out",
             base + ".pem"},
            {});
        return {base + ".ca.pem", base + ".pem", base + ".key"};
    }

private:
    static void run(std::vector<std::string> command, const std::vector<std::string>& more) {
        command.insert(command.end(), more.begin(), more.end());
        testkit::ChildProcess process(std::move(command));
        if (process.wait() != 0) throw std::runtime_error(process.output());
    }
};

class SmtpServer {
public:
    explicit SmtpServer(std::vector<std::string> arguments = {}) : process_(start(arguments)) {
        if (!process_.wait_for("LISTENING ") || !process_.wait_for("\n"))
            throw std::runtime_error("no SMTP server: " + process_.output());
        const std::string output = process_.output();
        port_ = std::stoi(output.substr(output.find("LISTENING ") + 10));
    }

    std::int64_t port() const { return port_; }
    testkit::ChildProcess& process() { return process_; }

    /// Two lines about the dialogue, then the mail, in the order of their coming.
    std::vector<std::string> mails() const {
        std::vector<std::filesystem::path> names;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
            if (entry.path().extension() == ".mail") names.push_back(entry.path());
        std::sort(names.begin(), names.end());
        std::vector<std::string> mails;
        for (const auto& name : names) {
            std::ifstream in(name, std::ios::binary);
            mails.emplace_back(std::istreambuf_iterator<char>(in),
                               std::istreambuf_iterator<char>());
        }
        return mails;
    }
    int mails_to(const std::string& recipient) const {
        const auto all = mails();
        return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const std::string& mail) {
            return mail.find("\nrcpt=" + recipient + "\n") != std::string::npos;
        }));
    }

private:
    testkit::ChildProcess start(const std::vector<std::string>& arguments) const {
        // Debian's own: aiosmtpd is not there for others.
        std::vector<std::string> command = {
            "/usr/bin/python3", testkit::source_dir() + "/plugins/mail-smtp/tests/smtp_server.py",
            "--directory", directory_.path()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return testkit::ChildProcess(std::move(command));
    }

    testkit::TemporaryDirectory directory_;
    testkit::ChildProcess process_;
    std::int64_t port_ = 0;
};

}  // namespace kitchen::tests
