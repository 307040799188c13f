// The directory that the plugin mail-log writes to, and the codes in the mails there.
#pragma once

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::auth {

class Mailbox {
public:
    Mailbox() { std::filesystem::create_directory(path()); }

    const std::filesystem::path& root() const { return root_.path(); }
    std::filesystem::path path() const { return root() / "mail"; }

    /// All mails to that address, in the order of their names: by time.
    std::vector<std::string> mails_to(const std::string& email) const {
        std::vector<std::filesystem::path> names;
        for (const auto& entry : std::filesystem::directory_iterator(path()))
            if (entry.path().extension() == ".eml") names.push_back(entry.path());
        std::sort(names.begin(), names.end());
        std::vector<std::string> mails;
        for (const auto& name : names) {
            std::ifstream in(name, std::ios::binary);
            std::string text{std::istreambuf_iterator<char>(in), {}};
            if (text.find("\r\nTo: " + email + "\r\n") != std::string::npos)
                mails.push_back(std::move(text));
        }
        return mails;
    }

    /// The code in the `nth` mail to that address; waits for it, since it goes out after the
    /// answer.
    std::string code_to(const std::string& email, std::size_t nth = 1) const {
        const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        ::inotify_add_watch(watch, path().c_str(), IN_CREATE | IN_MOVED_TO);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        std::vector<std::string> mails = mails_to(email);
        while (mails.size() < nth && std::chrono::steady_clock::now() < deadline) {
            pollfd ready{watch, POLLIN, 0};
            ::poll(&ready, 1, 1000);
            for (char events[4096]; ::read(watch, events, sizeof events) > 0;) {}
            mails = mails_to(email);
        }
        ::close(watch);
        if (mails.size() < nth) throw std::runtime_error("no mail to " + email);
        std::smatch found;
        if (!std::regex_search(mails[nth - 1], found, std::regex("\nYour code is ([0-9]{6})\r?\n")))
            throw std::runtime_error("no code in the mail to " + email);
        return found[1].str();
    }

private:
    testkit::TemporaryDirectory root_;
};

}  // namespace kitchen::auth
