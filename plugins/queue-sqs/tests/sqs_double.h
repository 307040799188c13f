// Amazon SQS as a child process on 127.0.0.1 (sqs_double.py): verifies every signature, keeps one
// queue, fails on demand, and its time can be moved.
//
// Thread-safety: construct on one thread; the rest from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/http_client.h"

namespace kitchen::tests {

class SqsDouble {
public:
    static constexpr const char* key_id = "AKIDEXAMPLE";
    static constexpr const char* secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    explicit SqsDouble(std::vector<std::string> arguments = {})
        : process_(start(std::move(arguments))) {
        if (!process_.wait_for("LISTENING ") || !process_.wait_for("\n"))
            throw std::runtime_error("no SQS double: " + process_.output());
        const std::string output = process_.output();
        port_ =
            static_cast<std::uint16_t>(std::stoi(output.substr(output.find("LISTENING ") + 10)));
    }

    std::uint16_t port() const { return port_; }
    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::string queue_url() const { return endpoint() + "/123456789012/mails"; }

    /// {requests: {ACTION: count}, visible, hidden, refusals: ["403 …"], bodies: […], received}
    Json state() const { return testkit::HttpClient(port_).get("/_control/state").json; }
    std::int64_t requests(const std::string& action) const {
        const Json seen = state();
        return seen["requests"].has(action) ? seen["requests"][action].as_integer() : 0;
    }
    std::int64_t size() const {
        const Json seen = state();
        return seen["visible"].as_integer() + seen["hidden"].as_integer();
    }
    void wait_for_requests(const std::string& action, std::int64_t count) const {
        if (!testkit::wait_until([&] { return requests(action) >= count; }))
            throw std::runtime_error("no " + action);
    }

    void advance(std::chrono::seconds by) {
        order("advance", Json::object({{"seconds", by.count()}}));
    }
    /// The server's clock, seen from ours.
    void skew(std::chrono::minutes by) { order("skew", Json::object({{"minutes", by.count()}})); }
    /// Requests fail so, in order: [{"action": "SendMessage" or "*", "kind": "answer" with "status"
    /// and "type", "hang", "lose_request", "lose_answer", or "garbage" with "body"; "count": how
    /// many requests, −1: all}]
    void fail(const std::string& faults) {
        const auto list = parse_json(faults);
        if (!list) throw std::logic_error("no JSON: " + faults);
        order("faults", Json::object({{"faults", *list}}));
    }
    void release() { order("release"); }
    /// The next messages that are received are not hidden: another consumer receives them too.
    void deliver_twice(std::int64_t count) { order("double", Json::object({{"count", count}})); }
    /// What another writer has put there.
    void put(const std::string& body) { order("put", Json::object({{"body", body}})); }
    void purge() { order("purge"); }

private:
    static testkit::ChildProcess start(std::vector<std::string> arguments) {
        std::vector<std::string> command = {
            "/usr/bin/python3",
            "-W",
            "ignore",
            "-B",
            testkit::source_dir() + "/plugins/queue-sqs/tests/sqs_double.py",
            "--key",
            key_id,
            secret};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return testkit::ChildProcess(std::move(command));
    }
    void order(const std::string& what, const Json& value = Json::object()) {
        if (testkit::HttpClient(port_).post("/_control/" + what, value).status != 200)
            throw std::runtime_error("the double refused: " + what);
    }

    testkit::ChildProcess process_;
    std::uint16_t port_ = 0;
};

}  // namespace kitchen::tests
