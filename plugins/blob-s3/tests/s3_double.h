// Amazon S3 as a child process on 127.0.0.1 (s3_double.py): verifies every signature and content
// hash, keeps one bucket, fails on demand, and its clock can be wrong.
//
// Thread-safety: construct on one thread; the rest from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/http_client.h"

namespace kitchen::tests {

class S3Double {
public:
    static constexpr const char* key_id = "AKIDEXAMPLE";
    static constexpr const char* secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    static constexpr const char* bucket = "kitchen";

    explicit S3Double(std::vector<std::string> arguments = {})
        : process_(start(std::move(arguments))) {
        if (!process_.wait_for("LISTENING ") || !process_.wait_for("\n"))
            throw std::runtime_error("no S3 double: " + process_.output());
        const std::string output = process_.output();
        port_ =
            static_cast<std::uint16_t>(std::stoi(output.substr(output.find("LISTENING ") + 10)));
    }

    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }

    /// {requests: {METHOD: count}, objects: {NAME: size}, refusals: ["403 …"]}
    Json state() const { return order("state"); }
    std::int64_t requests(const std::string& method) const {
        const Json seen = state();
        return seen["requests"].has(method) ? seen["requests"][method].as_integer() : 0;
    }
    /// The server's clock, seen from ours.
    void skew(std::chrono::minutes by) { order("skew", Json::object({{"minutes", by.count()}})); }
    /// Requests fail so, in order: [{"method": "PUT" or "*", "kind": "answer" with "status" and
    /// "code", "hang", "lose_request", "lose_answer", "cut_answer"; "count": how many requests, −1:
    /// all}]
    void fail(const std::string& faults) {
        order("faults", Json::object({{"faults", parse_json(faults).value()}}));
    }
    void release() { order("release"); }

private:
    static testkit::ChildProcess start(std::vector<std::string> arguments) {
        std::vector<std::string> command = {
            "/usr/bin/python3",
            "-W",
            "ignore",
            "-B",
            testkit::source_dir() + "/plugins/blob-s3/tests/s3_double.py",
            "--key",
            key_id,
            secret};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return testkit::ChildProcess(std::move(command));
    }
    Json order(const std::string& what, const Json& value = Json::object()) const {
        const auto response = testkit::HttpClient(port_).post("/_control/" + what, value);
        if (response.status != 200) throw std::runtime_error("the double refused: " + what);
        return response.json;
    }

    testkit::ChildProcess process_;
    std::uint16_t port_ = 0;
};

}  // namespace kitchen::tests
