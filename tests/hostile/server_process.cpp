#include "server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "kitchen/testkit/raw_client.h"

namespace kitchen::tests {
namespace {

std::string configuration(const std::filesystem::path& data, const ProcessOptions& options) {
    const std::string config =
        options.store == "store-sqlite" ? ", config: {path: '" + data.string() + "/kitchen.db'}" : std::string();
    return "server: {listen: '127.0.0.1:0', plugin_dir: '" KITCHEN_TEST_PLUGIN_DIR "'" + (options.server.empty() ? "" : ", " + options.server) +
           "}\nplugins:\n  - {id: " + options.store + config + "}\n  - {id: cache-memory}\n  - {id: mail-log, config: {directory: '" +
           data.string() + "/mail'}}\n  - {id: auth, config: {key_file: '" + data.string() + "/auth.key', cookie_secure: false, " +
           (options.auth.empty() ? "" : options.auth + ", ") +
           "bootstrap_admin: {email: chef@kitchen.example, phone: '08030000000', password: '" + KitchenServer::password +
           "'}}}\n  - {id: catalog, config: {demo_menu: true}}\n  - {id: cart}\n  - {id: orders}\n"
           "  - {id: stove, path: '" KITCHEN_HOSTILE_PLUGIN_DIR "/stove.so'}\n";
}

/// The port in the line that says where it serves; 0 when it is not there yet.
std::uint16_t find_port(const std::string& output) {
    constexpr std::string_view mark = "url=http://127.0.0.1:";
    const std::size_t at = output.find(mark);
    if (at == std::string::npos || output.find('\n', at) == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::atoi(output.c_str() + at + mark.size()));
}

}  // namespace

ServerProcess::ServerProcess(ProcessOptions options) {
    const auto config = directory_.path() / "kitchen.yaml";
    std::ofstream(config) << configuration(directory_.path(), options);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        if (options.descriptors > 0) {
            const rlimit limit{options.descriptors, options.descriptors};
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
        ::execl(KITCHEN_EXECUTABLE, "chuks-kitchen", "serve", "--config", config.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    log_ = ends[0];
    char octets[4096];
    while (port_ == 0) {
        pollfd ready{log_, POLLIN, 0};
        const ssize_t got = ::poll(&ready, 1, 60'000) > 0 ? ::read(log_, octets, sizeof octets) : 0;
        if (got <= 0) throw std::runtime_error("the server did not start:\n" + output_);
        output_.append(octets, static_cast<std::size_t>(got));
        port_ = find_port(output_);
    }
    // A full pipe would stop it.
    reader_ = std::thread([this] {
        char more[64 * 1024];
        for (ssize_t got; (got = ::read(log_, more, sizeof more)) > 0;) output_.append(more, static_cast<std::size_t>(got));
    });
}

ServerProcess::~ServerProcess() {
    if (exit_code_ < 0 && pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (reader_.joinable()) reader_.join();
    ::close(log_);
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

int ServerProcess::wait() {
    // A descriptor of the process becomes readable when it ends: a wait with a bound, which waitpid() has not.
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    pollfd ended{handle, POLLIN, 0};
    const bool has_ended = ::poll(&ended, 1, 30'000) == 1;
    ::close(handle);
    int status = 0;
    if (!has_ended || ::waitpid(pid_, &status, 0) != pid_) return -1;
    reader_.join();
    return exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

double ServerProcess::processor_seconds() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;  // up to utime, the 14th field (proc(5))
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace kitchen::tests
