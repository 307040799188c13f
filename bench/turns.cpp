// Sends what is in a file again and again: each connection is one customer, who sends the requests
// of a turn one after another. Prints the 99th percentile of a turn in milliseconds, and turns a
// second. Fails when a response is not what the file expects.
//
//     turns PORT FILE SECONDS
//
// FILE has for each request a line "CUSTOMER STATUS SIZE TEXT", and then so many bytes. TEXT is
// what the response holds, or nothing.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Request {
    int status;
    std::string text;
    std::string bytes;
};

class Customer {
public:
    Customer(std::uint16_t port, std::vector<Request> requests)
        : requests_(std::move(requests)), fd_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
        const int on = 1;
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

    int fd() const { return fd_; }

    /// The first of a turn, or the next.
    void send_next() {
        if (next_ == 0) began_ = Clock::now();
        const std::string& bytes = requests_[next_].bytes;
        if (send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("cannot send");
    }

    /// Reads what is there. True when that ends the turn; `took` is how long it was.
    bool receive(double& took) {
        char buffer[16384];
        const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0) throw std::runtime_error("the server closed a connection");
        received_.append(buffer, static_cast<std::size_t>(got));
        if (!is_whole()) return false;
        const int status = std::atoi(received_.c_str() + 9);  // behind "HTTP/1.1 "
        const Request& request = requests_[next_];
        if (status != request.status || received_.find(request.text) == std::string::npos)
            throw std::runtime_error("expected " + std::to_string(request.status) + " with '" +
                                     request.text + "', got " + received_.substr(0, 1000));
        received_.clear();
        next_ = (next_ + 1) % requests_.size();
        if (next_ != 0) {
            send_next();
            return false;
        }
        took = std::chrono::duration<double, std::milli>(Clock::now() - began_).count();
        return true;
    }

private:
    bool is_whole() const {
        const std::size_t head = received_.find("\r\n\r\n");
        if (head == std::string::npos) return false;
        constexpr std::string_view name = "Content-Length: ";
        const std::size_t length = received_.find(name);
        const std::size_t body =
            length < head ? std::strtoul(received_.c_str() + length + name.size(), nullptr, 10) : 0;
        return received_.size() >= head + 4 + body;
    }

    std::vector<Request> requests_;
    const int fd_;
    std::size_t next_ = 0;
    std::string received_;
    Clock::time_point began_;
};

std::vector<Customer> customers(std::uint16_t port, const char* path) {
    std::map<int, std::vector<Request>> requests;
    std::ifstream file(path, std::ios::binary);
    int customer = 0, status = 0;
    std::size_t size = 0;
    while (file >> customer >> status >> size) {
        std::string text;
        std::getline(file, text);
        if (!text.empty()) text.erase(0, 1);  // the blank before it
        Request& request =
            requests[customer].emplace_back(Request{status, text, std::string(size, '\0')});
        file.read(request.bytes.data(), static_cast<std::streamsize>(size));
    }
    std::vector<Customer> all;
    for (auto& of_one : requests) all.emplace_back(port, std::move(of_one.second));
    return all;
}

void run(std::uint16_t port, const char* path, double seconds) {
    std::vector<Customer> all = customers(port, path);
    const int poll = epoll_create1(0);
    for (Customer& customer : all) {
        epoll_event event{EPOLLIN, {.ptr = &customer}};
        epoll_ctl(poll, EPOLL_CTL_ADD, customer.fd(), &event);
        customer.send_next();
    }
    std::vector<double> turns;  // milliseconds
    const auto begin = Clock::now();
    const auto until = begin + std::chrono::duration<double>(seconds);
    std::size_t under_way = all.size();
    while (under_way > 0) {  // the last turns are ended, so that the next run finds empty carts
        epoll_event events[64];
        const int count = epoll_wait(poll, events, 64, 20'000);
        if (count <= 0) throw std::runtime_error("no response for 20 s");
        for (int i = 0; i < count; ++i) {
            auto& customer = *static_cast<Customer*>(events[i].data.ptr);
            double took = 0;
            if (!customer.receive(took)) continue;
            turns.push_back(took);
            if (Clock::now() < until) {
                customer.send_next();
            } else {
                --under_way;
            }
        }
    }
    const std::chrono::duration<double> length = Clock::now() - begin;
    std::sort(turns.begin(), turns.end());
    std::printf("%.3f %.1f\n", turns[turns.size() * 99 / 100],
                static_cast<double>(turns.size()) / length.count());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: turns PORT FILE SECONDS\n");
        return 2;
    }
    try {
        run(static_cast<std::uint16_t>(std::atoi(arguments[1])), arguments[2],
            std::atof(arguments[3]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
