#include "isolate/plugin_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kitchen::isolate {

namespace {

/// Above those that the process gets, so that one does not take the place of the other.
UniqueFd raised(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 16)); }

std::string how_it_ended(int status) {
    if (WIFEXITED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return name ? std::string("SIG") + name : "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace

PluginProcess::PluginProcess(const std::string& config_file, const std::string& plugin,
                             UniqueFd listening) {
    auto [ours, theirs] = ControlChannel::make();
    const UniqueFd control = raised(theirs.fd()), socket = raised(listening.get());
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, control.get(), control_fd);
    ::posix_spawn_file_actions_adddup2(&actions, socket.get(), listening_fd);
    // A group of its own: a terminal's Ctrl-C is for the server, which stops its processes itself.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string words[] = {"chuks-kitchen", "serve", "--config", config_file, "--isolated", plugin};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                         words[4].data(), words[5].data(), nullptr};
    const int error = control && socket ? ::posix_spawn(&pid_, "/proc/self/exe", &actions,
                                                        &attributes, arguments, environ)
                                        : errno;
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        pid_ = -1;
        throw std::system_error(error, std::generic_category(), "cannot start its process");
    }
    control_ = std::move(ours);
}

PluginProcess::~PluginProcess() { (void)end(std::chrono::milliseconds(0)); }

std::uint64_t PluginProcess::resident_bytes() const {
    std::uint64_t pages = 0, resident = 0;
    std::ifstream("/proc/" + std::to_string(pid_) + "/statm") >> pages >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string PluginProcess::end(std::chrono::milliseconds grace) {
    if (pid_ < 0) return {};
    // Its end of the channel closes when it has gone, and not before.
    if (control_.fd() >= 0) {
        ::shutdown(control_.fd(), SHUT_WR);
        const auto until = std::chrono::steady_clock::now() + grace;
        for (auto left = grace; left.count() > 0;
             left = std::chrono::ceil<std::chrono::milliseconds>(
                 until - std::chrono::steady_clock::now())) {
            const ControlChannel::Came came = control_.wait(left);
            if (came == ControlChannel::Came::end) break;
            if (came == ControlChannel::Came::message) (void)control_.read();
        }
    }
    ::kill(pid_, SIGKILL);  // changes nothing for one that has ended by itself
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    control_.close();
    return how_it_ended(status);
}

void join_server() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::fcntl(control_fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(listening_fd, F_SETFD, FD_CLOEXEC);
    std::ofstream("/proc/self/oom_score_adj") << 500;
}

void limit_memory(std::uint64_t bytes) {
    constexpr std::uint64_t beside = std::uint64_t{1} << 30;  // stacks, and what is never touched
    const rlimit limit{bytes + beside, bytes + beside};
    ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace kitchen::isolate
