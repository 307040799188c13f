#include "wire_case.h"

#include <strings.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

namespace kitchen::tests {
namespace {

constexpr std::size_t split_up_to = 400;      // bytes of a row that is split at every position
constexpr std::size_t single_bytes = 20'000;  // of a long row, before the rest comes in one piece
constexpr std::size_t lockstep_rounds = 400;  // after so many bytes they may arrive as they come

constexpr const char* telling[] = {
    "exception",      "terminate",    "std::",    "what():",    "bad_alloc", "bad_variant",
    "basic_string",   "stoll",        "nlohmann", "pistache",   "sqlite",    "libpq",
    "SELECT ",        "INSERT ",      "UPDATE ",  "constraint", ".cpp",      ".h:",
    "no such column", "syntax error", "argon2",   "/plugins/",  "0x7f"};

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool is_listed(int status, const std::vector<int>& statuses) {
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

std::string listed(const std::vector<int>& statuses) {
    std::string text;
    for (const int status : statuses) text += (text.empty() ? "" : " or ") + std::to_string(status);
    return text;
}

}  // namespace

WireCase refused(std::string name, std::string bytes, std::vector<int> statuses, std::string code) {
    return {std::move(name), std::move(bytes), {std::move(statuses)}, false, std::move(code)};
}

WireCase answered(std::string name, std::string bytes, std::vector<int> statuses,
                  std::string code) {
    return {std::move(name), std::move(bytes), {std::move(statuses)}, true, std::move(code)};
}

std::string request(std::string_view line, std::string_view fields, std::string_view body) {
    return std::string(line)
        .append(" HTTP/1.1\r\nHost: a\r\n")
        .append(fields)
        .append("\r\n")
        .append(body);
}

std::string json_request(std::string_view line, std::string_view body, std::string_view fields) {
    return request(line,
                   "Content-Type: application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n" + std::string(fields),
                   body);
}

std::string leak_in(const RawResponse& response, std::string_view sent) {
    const std::string own(sent);
    for (const char* word : telling)
        if (::strcasestr(response.body.c_str(), word) && !::strcasestr(own.c_str(), word))
            return word;
    return {};
}

Hostile::Hostile(std::string server_keys)
    : server({.server = std::move(server_keys), .plugins = {stove()}}) {
    raise_descriptor_limit();
}

Hostile::~Hostile() {
    for (const std::string& line : server.kernel().log_lines()) {
        const bool is_bad = line.find("exception") != std::string::npos ||
                            line.find("request failed") != std::string::npos ||
                            line.find("request dropped") != std::string::npos ||
                            line.find("status=500") != std::string::npos;
        EXPECT_FALSE(is_bad) << line;
    }
}

std::string stove() { return "{id: stove, path: '" KITCHEN_HOSTILE_PLUGIN_DIR "/stove.so'}"; }

void Hostile::expect_service(const std::string& after_what) {
    RawClient client(port());
    client.get("/foods/", "Connection: close\r\n");
    EXPECT_EQ(client.status(), 200) << "after " << after_what;
}

// One worker reads sockets, and takes what became ready in that order: when this response is there,
// it has read all that was sent before.
void Hostile::barrier() {
    RawClient client(port());
    client.get("/livez", "Connection: close\r\n");
    ASSERT_EQ(client.status(), 200);
}

void Hostile::expect_every_way(const std::vector<WireCase>& cases) {
    std::vector<Delivery> whole, bytewise;
    for (const WireCase& row : cases) {
        whole.push_back({&row, {row.bytes}, "whole"});
        Delivery one{&row, {}, "one byte at a time"};
        for (std::size_t i = 0; i < std::min(row.bytes.size(), single_bytes); ++i)
            one.portions.push_back(std::string_view(row.bytes).substr(i, 1));
        if (row.bytes.size() > single_bytes)
            one.portions.push_back(std::string_view(row.bytes).substr(single_bytes));
        bytewise.push_back(std::move(one));
    }
    deliver(whole);
    deliver(bytewise);
    for (const WireCase& row : cases) {
        if (!row.splits || row.bytes.size() > split_up_to) continue;
        std::vector<Delivery> split;
        for (std::size_t at = 1; at < row.bytes.size(); ++at)
            split.push_back({&row,
                             {std::string_view(row.bytes).substr(0, at),
                              std::string_view(row.bytes).substr(at)},
                             "split at " + std::to_string(at)});
        deliver(split);
        if (HasFailure()) return;  // two hundred messages that say the same help no reader
    }
}

// All in step: the n-th portion of each, and only when those have been read the next.
void Hostile::deliver(const std::vector<Delivery>& deliveries) {
    for (std::size_t begin = 0; begin < deliveries.size(); begin += connections_at_once) {
        const std::size_t end = std::min(deliveries.size(), begin + connections_at_once);
        std::vector<RawClient> clients;
        std::size_t rounds = 0;
        for (std::size_t i = begin; i < end; ++i) {
            clients.emplace_back(port());
            rounds = std::max(rounds, deliveries[i].portions.size());
        }
        std::vector<bool> listens(clients.size(), true);
        for (std::size_t round = 0; round < rounds; ++round) {
            for (std::size_t i = begin; i < end; ++i) {
                const auto& portions = deliveries[i].portions;
                if (listens[i - begin] && round < portions.size())
                    listens[i - begin] = clients[i - begin].send(portions[round]);
            }
            if (rounds > 1 && round < lockstep_rounds) barrier();
        }
        for (std::size_t i = begin; i < end; ++i) check(clients[i - begin], deliveries[i]);
        expect_service(deliveries[begin].row->name + " to " + deliveries[end - 1].row->name);
    }
}

void Hostile::check(RawClient& client, const Delivery& delivery) {
    const WireCase& row = *delivery.row;
    const std::string where = "'" + row.name + "' " + delivery.how + ": ";
    std::optional<RawResponse> response;
    for (const auto& statuses : row.responses) {
        do response = client.read_response(row.bytes.starts_with("HEAD "));
        while (response && response->status == 100);
        ASSERT_TRUE(response) << where << "no answer, expected " << listed(statuses);
        EXPECT_TRUE(is_listed(response->status, statuses))
            << where << response->status << ", expected " << listed(statuses) << '\n'
            << response->body;
        EXPECT_EQ(leak_in(*response, row.bytes), "") << where << response->body;
        if (response->status >= 400 && !response->body.empty()) {
            EXPECT_EQ(response->header("Content-Type"), "application/problem+json") << where;
            const auto problem = parse_json(response->body);
            ASSERT_TRUE(problem) << where << response->body;
            EXPECT_EQ((*problem)["status"], Json(response->status)) << where;
        }
    }
    if (!row.code.empty()) {
        EXPECT_EQ(parse_json(response->body).value_or(Json())["code"], Json(row.code))
            << where << response->body;
    }
    if (row.kept) {
        EXPECT_EQ(response->header("Connection"), "") << where;
        client.get("/livez", "X-Request-Id: afterwards\r\n");
        const auto next = client.read_response();
        ASSERT_TRUE(next) << where << "the connection was to be kept";
        EXPECT_EQ(next->status, 200) << where << next->body;
        EXPECT_EQ(next->header("X-Request-Id"), "afterwards") << where;
    } else {
        EXPECT_EQ(response->header("Connection"), "close") << where;
        const auto rest = client.read_to_end();
        ASSERT_TRUE(rest) << where << "the connection was to be closed";
        EXPECT_EQ(*rest, "") << where << "a second answer: what followed was read as a request";
    }
}

}  // namespace kitchen::tests
