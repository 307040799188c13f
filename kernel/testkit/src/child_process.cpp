#include "kitchen/testkit/child_process.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kitchen::testkit {

namespace {

/// Everything the child needs, made before the fork: after it only async-signal-safe calls are
/// allowed.
struct Prepared {
    std::vector<char*> argv;
    std::vector<std::string> environment;
    std::vector<char*> envp;
    bool change_user = false;
    uid_t uid = 0;
    gid_t gid = 0;
};

Prepared prepare(std::vector<std::string>& command, const ChildProcessOptions& options) {
    Prepared out;
    for (std::string& word : command) out.argv.push_back(word.data());
    out.argv.push_back(nullptr);
    for (char** entry = ::environ; *entry; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::strcspn(*entry, "="));
        bool replaced = false;
        for (const auto& [key, value] : options.environment) replaced |= key == name;
        if (!replaced) out.environment.emplace_back(*entry);
    }
    for (const auto& [key, value] : options.environment)
        out.environment.push_back(key + "=" + value);
    for (std::string& entry : out.environment) out.envp.push_back(entry.data());
    out.envp.push_back(nullptr);
    if (!options.user.empty() && ::geteuid() == 0) {
        const passwd* user = ::getpwnam(options.user.c_str());
        if (!user) throw std::runtime_error("there is no user " + options.user);
        out.change_user = true;
        out.uid = user->pw_uid;
        out.gid = user->pw_gid;
    }
    return out;
}

[[noreturn]] void become(const Prepared& prepared, const ChildProcessOptions& options, int in,
                         int out) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves nothing behind
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (prepared.change_user && (::setgroups(0, nullptr) != 0 || ::setgid(prepared.gid) != 0 ||
                                 ::setuid(prepared.uid) != 0))
        ::_exit(126);
    if (prepared.change_user) ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // cleared by setuid
    if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
    ::execvpe(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
    ::_exit(127);
}

}  // namespace

struct ChildProcess::Impl {
    pid_t pid = -1;
    int out = -1;
    std::optional<int> status;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::string output;
    bool ended = false;
    std::thread reader;

    void read_all() {
        char buffer[8192];
        for (;;) {
            const ssize_t got = ::read(out, buffer, sizeof buffer);
            if (got < 0 && errno == EINTR) continue;
            std::lock_guard lock(mutex);
            if (got <= 0) {
                ended = true;
                changed.notify_all();
                return;
            }
            output.append(buffer, static_cast<std::size_t>(got));
            changed.notify_all();
        }
    }
    void reap() {
        int raw = 0;
        while (::waitpid(pid, &raw, 0) < 0 && errno == EINTR) {}
        status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
    }
    ~Impl() {
        if (pid > 0 && !status) {
            ::kill(-pid, SIGKILL);
            reap();
        } else if (pid > 0) {
            ::kill(-pid, SIGKILL);  // what the process left behind, which would hold the pipe open
        }
        if (reader.joinable()) reader.join();
        if (out >= 0) ::close(out);
    }
};

ChildProcess::ChildProcess(std::vector<std::string> command, ChildProcessOptions options)
    : impl_(std::make_unique<Impl>()) {
    Prepared prepared = prepare(command, options);
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    if (::pipe2(out, O_CLOEXEC) != 0) {
        ::close(in[0]);
        ::close(in[1]);
        throw std::runtime_error("pipe2 failed");
    }
    const pid_t pid = ::fork();
    if (pid == 0) become(prepared, options, in[0], out[1]);
    ::close(in[0]);
    ::close(out[1]);
    impl_->out = out[0];
    if (pid < 0) {
        ::close(in[1]);
        throw std::runtime_error("fork failed");
    }
    ::setpgid(pid, pid);  // also here, so that the group exists whichever comes first
    impl_->pid = pid;
    // The input fits the pipe, so a child that does not read it blocks nobody.
    const bool written = ::write(in[1], options.input.data(), options.input.size()) ==
                         static_cast<ssize_t>(options.input.size());
    ::close(in[1]);
    if (!written) throw std::runtime_error("the input does not fit into a pipe");
    impl_->reader = std::thread([impl = impl_.get()] { impl->read_all(); });
}

ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;

bool ChildProcess::wait_for(std::string_view text, Seconds at_most) {
    std::unique_lock lock(impl_->mutex);
    const auto found = [&] { return impl_->output.find(text) != std::string::npos; };
    impl_->changed.wait_for(lock, at_most, [&] { return impl_->ended || found(); });
    return found();
}

std::string ChildProcess::output() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->output;
}

pid_t ChildProcess::pid() const { return impl_->pid; }
double ChildProcess::processor_seconds() const {
    if (impl_->status) return 0;
    std::ifstream in("/proc/" + std::to_string(impl_->pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    std::istringstream fields(
        text.substr(text.rfind(')') + 1));  // the name before may hold anything
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;  // up to utime, the 14th field (proc(5))
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}
void ChildProcess::signal(int number) {
    if (!impl_->status) ::kill(impl_->pid, number);
}
void ChildProcess::signal_group(int number) {
    if (!impl_->status) ::kill(-impl_->pid, number);
}

int ChildProcess::wait(Seconds at_most) {
    if (impl_->status) return *impl_->status;
    {
        // The output ends when the process and all its children have; then waitpid() returns at
        // once.
        std::unique_lock lock(impl_->mutex);
        if (!impl_->changed.wait_for(lock, at_most, [&] { return impl_->ended; })) {
            ::kill(-impl_->pid, SIGKILL);
            throw std::runtime_error("a child process did not end in time; its output:\n" +
                                     impl_->output);
        }
    }
    impl_->reap();
    return *impl_->status;
}

namespace {

/// Binds for a moment: the port, 0 when it cannot be had.
std::uint16_t try_port(std::uint16_t wanted) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(wanted);
    socklen_t size = sizeof address;
    const bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (fd >= 0) ::close(fd);
    return bound ? ::ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

std::uint16_t free_port() {
    if (const std::uint16_t port = try_port(0)) return port;
    throw std::runtime_error("no free port");
}

std::uint16_t lasting_port() {
    int first_taken = 32768;
    std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_taken;
    constexpr int lowest = 10'000;
    if (first_taken <= lowest) return free_port();
    std::random_device seed;
    std::uniform_int_distribution<int> any(lowest, first_taken - 1);
    for (int tries = 0; tries < 100; ++tries)
        if (const std::uint16_t port = try_port(static_cast<std::uint16_t>(any(seed)))) return port;
    throw std::runtime_error("no free port");
}

bool wait_until(const std::function<bool()>& condition, std::chrono::seconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

}  // namespace kitchen::testkit
