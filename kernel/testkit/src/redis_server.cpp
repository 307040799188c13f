#include "kitchen/testkit/redis_server.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace kitchen::testkit {

namespace {

/// A blocking connection that knows just enough of the protocol.
class Line {
public:
    explicit Line(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        address.sin_port = ::htons(port);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            broken("no connection");
    }
    ~Line() { ::close(fd_); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    std::string call(const std::vector<std::string>& command) {
        std::string bytes = "*" + std::to_string(command.size()) + "\r\n";
        for (const std::string& word : command)
            bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t sent =
                ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (sent <= 0) broken("nothing is taken");
            done += static_cast<std::size_t>(sent);
        }
        return response();
    }

private:
    [[noreturn]] void broken(const std::string& what) {
        const std::string reason = std::strerror(errno);
        throw std::runtime_error("redis_call: " + what + ": " + reason);
    }
    char next() {
        if (at_ == buffer_.size()) {
            buffer_.resize(16 * 1024);
            const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
            if (got <= 0) broken("no answer");
            buffer_.resize(static_cast<std::size_t>(got));
            at_ = 0;
        }
        return buffer_[at_++];
    }
    std::string line() {
        std::string out;
        while (!out.ends_with("\r\n")) out += next();
        return out.substr(0, out.size() - 2);
    }
    std::string response() {
        std::string head = line();
        const std::string rest = head.substr(1);
        switch (head[0]) {
            case '-': return head;
            case '$': {
                std::string out;
                if (rest == "-1") return out;
                for (std::size_t i = std::stoul(rest); i > 0; --i) out += next();
                line();
                return out;
            }
            case '*': {
                std::string out;
                for (int i = 0; i < std::stoi(rest); ++i) out += (i ? "\n" : "") + response();
                return out;
            }
            default: return rest;
        }
    }

    const int fd_;
    std::string buffer_;
    std::size_t at_ = 0;
};

constexpr int port_tries = 5;  // another program may take a free port first

std::unique_ptr<ChildProcess> started(const std::vector<std::string>& command, const char* ready,
                                      const char* package) {
    auto process = std::make_unique<ChildProcess>(command);
    if (process->wait_for(ready)) return process;
    const std::string output = process->output();
    if (output.find("already in use") != std::string::npos) return nullptr;
    if (output.empty() && process->wait() == 127)
        throw std::runtime_error(command[0] + " is not installed; the Debian package " + package +
                                 " has it (scripts/packages.sh)");
    throw std::runtime_error(command[0] + " did not start:\n" + output);
}

}  // namespace

std::string redis_call(std::uint16_t port, const std::vector<std::string>& command,
                       const std::string& password) {
    Line line(port);
    if (!password.empty())
        if (const std::string response = line.call({"AUTH", password}); response != "OK")
            throw std::runtime_error("redis_call: " + response);
    return line.call(command);
}

RedisServer::RedisServer(Options options) : options_(std::move(options)) { start(); }

RedisServer& RedisServer::shared() {
    static RedisServer server;
    server.call({"FLUSHALL"});
    return server;
}

RedisServer::~RedisServer() = default;

std::string RedisServer::url() const {
    return "redis://" +
           (options_.password.empty() ? std::string() : ":" + options_.password + "@") +
           "127.0.0.1:" + std::to_string(port_);
}

std::string RedisServer::socket_path() const { return (directory_.path() / "redis.sock").string(); }

void RedisServer::start() {
    for (int tries = 0; tries < port_tries && !process_; ++tries) {
        const std::uint16_t port = port_ ? port_ : lasting_port();
        std::vector<std::string> command = {"redis-server",
                                            "--port",
                                            std::to_string(port),
                                            "--bind",
                                            "127.0.0.1",
                                            "--save",
                                            "",
                                            "--appendonly",
                                            "no",
                                            "--dir",
                                            directory_.path().string(),
                                            "--repl-diskless-sync-delay",
                                            "0"};
        if (!options_.password.empty())
            command.insert(command.end(),
                           {"--requirepass", options_.password, "--masterauth", options_.password});
        if (options_.unix_socket) command.insert(command.end(), {"--unixsocket", socket_path()});
        command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
        process_ = started(command, "Ready to accept connections", "redis-server");
        if (process_) port_ = port;
    }
    if (!process_) throw std::runtime_error("redis-server found no port");
}

void RedisServer::kill() {
    if (!process_) return;
    process_->signal_group(SIGKILL);
    process_->wait();
    process_.reset();
}

void RedisServer::freeze() { process_->signal(SIGSTOP); }
void RedisServer::thaw() { process_->signal(SIGCONT); }

void RedisServer::restart() {
    kill();
    start();
}

RedisSentinels::RedisSentinels(int replicas, int sentinels) {
    servers_.push_back(std::make_unique<RedisServer>());
    const std::string master = std::to_string(servers_.front()->port());
    for (int i = 0; i < replicas; ++i)
        servers_.push_back(std::make_unique<RedisServer>(
            RedisServer::Options{{"--replicaof", "127.0.0.1 " + master}, {}, false}));
    for (const auto& server : servers_) {
        const bool ready = wait_until([&] {
            const std::string info = server->call({"INFO", "replication"});
            return info.find(server == servers_.front()
                                 ? "connected_slaves:" + std::to_string(replicas)
                                 : "master_link_status:up") != std::string::npos;
        });
        if (!ready)
            throw std::runtime_error("a replica did not follow its master:\n" + server->output());
    }
    for (int i = 0; i < sentinels; ++i) {
        Sentinel sentinel;
        sentinel.directory = std::make_unique<TemporaryDirectory>();
        for (int tries = 0; tries < port_tries && !sentinel.process; ++tries) {
            sentinel.port = free_port();
            const std::string file = (sentinel.directory->path() / "sentinel.conf").string();
            std::ofstream(file) << "bind 127.0.0.1\nport " << sentinel.port << "\ndir "
                                << sentinel.directory->path().string()
                                << "\nsentinel monitor kitchen 127.0.0.1 " << master << ' '
                                << sentinels / 2 + 1
                                << "\nsentinel down-after-milliseconds kitchen 500\nsentinel "
                                   "failover-timeout kitchen 3000\n";
            sentinel.process =
                started({"redis-sentinel", file}, "Sentinel ID is", "redis-sentinel");
        }
        if (!sentinel.process) throw std::runtime_error("redis-sentinel found no port");
        sentinels_.push_back(std::move(sentinel));
    }
    // They find each other and the replicas through the master; before that no failover is
    // possible.
    for (const Sentinel& sentinel : sentinels_) {
        const bool ready = wait_until([&] {
            const std::string known = redis_call(sentinel.port, {"SENTINEL", "MASTER", "kitchen"});
            return known.find("num-slaves\n" + std::to_string(replicas)) != std::string::npos &&
                   known.find("num-other-sentinels\n" + std::to_string(sentinels - 1)) !=
                       std::string::npos;
        });
        if (!ready)
            throw std::runtime_error("the Sentinels did not find each other:\n" +
                                     sentinel.process->output());
    }
}

RedisSentinels::~RedisSentinels() = default;

std::vector<std::uint16_t> RedisSentinels::ports() const {
    std::vector<std::uint16_t> out;
    for (const Sentinel& sentinel : sentinels_) out.push_back(sentinel.port);
    return out;
}

std::uint16_t RedisSentinels::master_port() const {
    std::uint16_t agreed = 0;
    for (const Sentinel& sentinel : sentinels_) {
        const std::string response =
            redis_call(sentinel.port, {"SENTINEL", "get-master-addr-by-name", "kitchen"});
        const auto port =
            static_cast<std::uint16_t>(std::stoi(response.substr(response.find('\n') + 1)));
        if (agreed != 0 && agreed != port) return 0;
        agreed = port;
    }
    return agreed;
}

RedisServer& RedisSentinels::server(std::uint16_t port) {
    for (const auto& server : servers_)
        if (server->port() == port) return *server;
    throw std::runtime_error("no Redis server with port " + std::to_string(port));
}

}  // namespace kitchen::testkit
