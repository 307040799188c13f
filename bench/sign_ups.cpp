// Signs up new customers without pause: POST /signup/, the code from the mail that the plugin
// mail-log has written, POST /verify/. Prints sign-ups a second.
//
//     sign_ups PORT MAILS CLIENTS SECONDS
//
// MAILS is mail-log's directory. The emails differ from run to run.
#include <sys/inotify.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/raw_client.h"

namespace {

using Clock = std::chrono::steady_clock;
using kitchen::testkit::RawClient;

/// Reads each mail when mail-log gives it its name, and takes it away.
class Mails {
public:
    explicit Mails(std::string directory) : directory_(std::move(directory)) {
        if (inotify_add_watch(watch_, directory_.c_str(), IN_MOVED_TO) < 0)
            throw std::runtime_error("there is no directory " + directory_);
        std::thread([this] { read(); }).detach();  // until the process ends
    }

    std::string code_for(const std::string& email) {
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, std::chrono::seconds(20),
                            [&] { return codes_.count(email) == 1; }))
            throw std::runtime_error("no mail for " + email);
        return codes_.extract(email).mapped();
    }

private:
    void read() {
        alignas(inotify_event) char buffer[16384];
        for (;;) {
            const ssize_t got = ::read(watch_, buffer, sizeof buffer);
            for (const char* at = buffer; at < buffer + got;) {
                const auto* event = reinterpret_cast<const inotify_event*>(at);
                keep(directory_ + "/" + event->name);
                at += sizeof *event + event->len;
            }
        }
    }

    void keep(const std::string& path) {
        std::ifstream file(path);
        const std::string mail(std::istreambuf_iterator<char>(file), {});
        unlink(path.c_str());
        const auto after = [&](const std::string& words) {
            return mail.find(words) + words.size();
        };
        const std::size_t to = after("\nTo: ");
        const std::size_t code = after("Your code is ");
        const std::string email = mail.substr(to, mail.find_first_of("\r\n", to) - to);
        std::lock_guard lock(mutex_);
        codes_[email] = mail.substr(code, 6);
        came_.notify_all();
    }

    const std::string directory_;
    const int watch_ = inotify_init1(IN_CLOEXEC);
    std::mutex mutex_;
    std::condition_variable came_;
    std::map<std::string, std::string> codes_;
};

std::string post(const std::string& path, const std::string& body, const std::string& cookie = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
           (cookie.empty() ? "" : "Cookie: " + cookie + "\r\n") +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void sign_up(RawClient& client, Mails& mails, long number) {
    const std::string digits = std::to_string(number);
    const std::string email = "new" + digits + "@mail.example";
    client.send(post("/signup/", R"({"email":")" + email + R"(","phone_number":"+234803)" +
                                     std::to_string(1'000'000 + number % 9'000'000) +
                                     R"(","password":"jollof-is-life"})"));
    const auto begun = client.read_response();
    if (!begun || begun->status != 200)
        throw std::runtime_error("POST /signup/ gave " + (begun ? begun->head + begun->body : ""));
    const std::string cookie = begun->header("Set-Cookie");
    client.send(post("/verify/", R"({"otp":")" + mails.code_for(email) + "\"}",
                     cookie.substr(0, cookie.find(';'))));
    const auto ended = client.read_response();
    if (!ended || ended->status != 200)
        throw std::runtime_error("POST /verify/ gave " + (ended ? ended->head + ended->body : ""));
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "usage: sign_ups PORT MAILS CLIENTS SECONDS\n");
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    Mails mails(arguments[2]);
    // Phone numbers must be new too: nine million of them, told apart by the time.
    std::atomic<long> number{std::chrono::system_clock::now().time_since_epoch() /
                             std::chrono::milliseconds(10)};
    std::atomic<long> done{0};
    const auto begin = Clock::now();
    const auto until = begin + std::chrono::duration<double>(std::atof(arguments[4]));
    std::vector<std::thread> clients;
    for (int i = 0; i < std::atoi(arguments[3]); ++i)
        clients.emplace_back([&] {
            try {
                RawClient client(port);
                while (Clock::now() < until) {
                    sign_up(client, mails, ++number);
                    ++done;
                }
            } catch (const std::exception& error) {
                std::fprintf(stderr, "%s\n", error.what());
                std::exit(1);
            }
        });
    for (std::thread& client : clients) client.join();
    const std::chrono::duration<double> took = Clock::now() - begin;
    std::printf("%.2f\n", static_cast<double>(done) / took.count());
}
