// Tables of bytes that clients should not send, and what must come back: however they are split.
//
// Each row is sent whole, one byte at a time, and, when it is short, in two parts split at every
// position. Each time the responses must be the same; the connection must be closed or kept as the
// row says; no response may be a 500 or tell of the inside; and a request on a new connection must
// still be answered.
//
// Thread-safety: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kitchen/testkit/raw_client.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RawClient;
using testkit::RawResponse;
using testkit::Restaurant;

struct WireCase {
    std::string name;
    std::string bytes;
    std::vector<std::vector<int>> responses;  ///< for each response, the statuses it may have
    bool kept = false;                        ///< the connection afterwards
    std::string code = {};                    ///< of the last problem; "": any
    bool splits = true;  ///< false for what costs too much to send two hundred times
};

/// Refused with one response, and the connection closed: whatever came after it in the same bytes
/// is never looked at.
WireCase refused(std::string name, std::string bytes, std::vector<int> statuses,
                 std::string code = {});
/// Answered, and the connection kept.
WireCase answered(std::string name, std::string bytes, std::vector<int> statuses,
                  std::string code = {});

/// A request head with a Host field; `fields` are whole lines.
std::string request(std::string_view line, std::string_view fields = {},
                    std::string_view body = {});
/// With the given body as JSON, of its own length.
std::string json_request(std::string_view line, std::string_view body,
                         std::string_view fields = {});

/// What no client may see, or "": names of exceptions, of source files, of SQL. What the client
/// sent itself does not count.
std::string leak_in(const RawResponse& response, std::string_view sent);

/// The entry of `plugins:` that adds tests/hostile/plugins/stove.cpp.
std::string stove();

/// The restaurant with room for many connections, and the checks.
class Hostile : public testing::Test {
protected:
    explicit Hostile(std::string server_keys = "limits: {connections_per_address: 0}");
    /// No handler threw, nothing failed inside: the log holds no line of level error.
    ~Hostile() override;

    void expect_every_way(const std::vector<WireCase>& cases);
    void expect_service(const std::string& after_what);

    std::uint16_t port() const { return server.port(); }

    Restaurant server;
    std::size_t connections_at_once = 200;

private:
    struct Delivery {
        const WireCase* row;
        std::vector<std::string_view> portions;
        std::string how;
    };
    void deliver(const std::vector<Delivery>& deliveries);
    void check(RawClient& client, const Delivery& delivery);
    void barrier();
};

}  // namespace kitchen::tests
