#include "kitchen/testkit/postgres_server.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::testkit {
namespace fs = std::filesystem;

namespace {

constexpr const char* version = "15";

/// KITCHEN_TEST_POSTGRES_BIN, or where Debian puts it.
fs::path programs() {
    const char* named = std::getenv("KITCHEN_TEST_POSTGRES_BIN");
    const fs::path folder =
        named && *named ? fs::path(named) : fs::path("/usr/lib/postgresql") / version / "bin";
    for (const char* program : {"postgres", "initdb", "psql", "pg_basebackup"})
        if (!fs::exists(folder / program))
            throw std::runtime_error((folder / program).string() +
                                     " is missing: install the Debian package 'postgresql' (./test "
                                     "does), or name the folder of PostgreSQL "
                                     "15's programs in KITCHEN_TEST_POSTGRES_BIN");
    return folder;
}

/// The server refuses to be root.
ChildProcessOptions as_server() { return {.user = "postgres", .directory = "/"}; }

uid_t server_uid() {
    if (::geteuid() != 0) return ::geteuid();
    const passwd* user = ::getpwnam("postgres");
    if (!user)
        throw std::runtime_error(
            "there is no user postgres: install the Debian package 'postgresql'");
    return user->pw_uid;
}

void own(const fs::path& path) {
    if (::geteuid() == 0 && ::chown(path.c_str(), server_uid(), static_cast<gid_t>(-1)) != 0)
        throw std::runtime_error("chown failed: " + path.string());
}

std::string output_of(std::vector<std::string> command, ChildProcessOptions options) {
    const std::string name = command.front();
    ChildProcess child(std::move(command), std::move(options));
    if (const int code = child.wait(); code != 0)
        throw std::runtime_error(name + " ended with " + std::to_string(code) + ":\n" +
                                 child.output());
    return child.output();
}

/// Making a cluster takes a second or two and copying one far less, and every test of ctest is a
/// process of its own: so one is made and kept in the temporary directory, under a name of this
/// user and version. A process that finds it half made makes it again.
fs::path template_cluster(const fs::path& bin) {
    const uid_t uid = server_uid();
    const fs::path folder =
        fs::temp_directory_path() /
        ("kitchen-postgres-" + std::string(version) + "-" + std::to_string(uid));
    if (::mkdir(folder.c_str(), 0700) == 0) own(folder);
    struct stat found {};
    if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != uid)
        throw std::runtime_error(folder.string() + " belongs to another user: remove it");
    const int lock =
        ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || ::flock(lock, LOCK_EX) != 0)
        throw std::runtime_error("no lock on " + folder.string());
    struct Close {
        int fd;
        ~Close() { ::close(fd); }
    } close{lock};
    const fs::path data = folder / "data";
    if (fs::exists(folder / "complete")) return data;
    std::error_code ignored;
    fs::remove_all(data, ignored);
    output_of({(bin / "initdb").string(), "-D", data.string(), "-U", "postgres", "--auth=trust",
               "-E", "UTF8", "--locale=C.UTF-8", "-N", "--wal-segsize=1"},
              as_server());
    std::ofstream(folder / "complete") << "1\n";
    return data;
}

/// The processes whose parent is `parent`.
std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "stat");
        std::string stat((std::istreambuf_iterator<char>(in)), {});
        const auto end = stat.rfind(')');  // pid (name) state ppid …
        if (end == std::string::npos || end + 4 > stat.size()) continue;
        if (std::atoi(stat.c_str() + end + 4) == parent) found.push_back(std::atoi(name.c_str()));
    }
    return found;
}

}  // namespace

struct PostgresServer::Impl {
    explicit Impl(PostgresServerOptions with) : options(std::move(with)), bin(programs()) {
        own(directory.path());
        data = directory.path() / "data";
    }
    ~Impl() { stop(); }

    /// Another process may take the port first: then on another one.
    void start_anywhere() {
        for (int attempt = 0;; ++attempt) {
            port = free_port();
            try {
                return start();
            } catch (const std::runtime_error& e) {
                if (attempt == 5 ||
                    std::string(e.what()).find("Address already in use") == std::string::npos)
                    throw;
            }
        }
    }
    void start() {
        std::vector<std::string> command = {(bin / "postgres").string(), "-D", data.string(), "-p",
                                            std::to_string(port)};
        const auto set = [&](const std::string& setting) {
            command.push_back("-c");
            command.push_back(setting);
        };
        for (const char* setting : {"listen_addresses=127.0.0.1", "shared_buffers=16MB",
                                    "lc_messages=C", "max_connections=60", "logging_collector=off",
                                    "autovacuum=off", "max_wal_size=128MB", "wal_keep_size=32MB"})
            set(setting);
        set("unix_socket_directories=" + directory.path().string());
        if (!options.durable)
            for (const char* setting : {"fsync=off", "full_page_writes=off"}) set(setting);
        for (const std::string& setting : options.settings) set(setting);
        process.emplace(command, as_server());
        if (!process->wait_for("database system is ready to accept")) {
            const std::string output = process->output();
            stop();
            throw std::runtime_error("PostgreSQL does not start:\n" + output);
        }
    }
    void stop() {
        if (!process) return;
        thaw();
        process->signal(SIGQUIT);
        try {
            (void)process->wait(std::chrono::seconds(30));
        } catch (const std::runtime_error&) {  // it has been killed
        }
        process.reset();
    }
    void signal_all(int number) {
        process->signal(number);  // the parent first: no new children after this
        for (const pid_t child : children_of(process->pid())) ::kill(child, number);
    }
    void thaw() {
        if (frozen) signal_all(SIGCONT);
        frozen = false;
    }

    PostgresServerOptions options;
    fs::path bin;
    TemporaryDirectory directory;
    fs::path data;
    std::uint16_t port = 0;
    std::optional<ChildProcess> process;
    bool frozen = false;
};

PostgresServer::PostgresServer(PostgresServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
    const fs::path made = template_cluster(impl_->bin);
    output_of({"cp", "-a", made.string(), impl_->data.string()}, as_server());
    std::ofstream(impl_->data / "pg_hba.conf") << "host all guarded all scram-sha-256\nlocal all "
                                                  "all trust\nhost all all 127.0.0.1/32 trust\n"
                                                  "host replication all 127.0.0.1/32 trust\n";
    impl_->start_anywhere();
}

PostgresServer::PostgresServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PostgresServer::~PostgresServer() = default;

PostgresServer& PostgresServer::shared() {
    static PostgresServer server;
    return server;
}

std::unique_ptr<PostgresServer> PostgresServer::replica_of(PostgresServer& primary,
                                                           PostgresServerOptions options) {
    auto impl = std::make_unique<Impl>(std::move(options));
    output_of({(impl->bin / "pg_basebackup").string(), "-D", impl->data.string(), "-d",
               primary.url("postgres"), "-R", "-X", "stream", "-c", "fast", "--no-sync"},
              as_server());
    impl->start_anywhere();
    return std::unique_ptr<PostgresServer>(new PostgresServer(std::move(impl)));
}

std::uint16_t PostgresServer::port() const { return impl_->port; }

std::string PostgresServer::url(const std::string& database) const {
    return url_on(impl_->port, database);
}

std::string PostgresServer::url_on(std::uint16_t port, const std::string& database) {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port) + "/" + database;
}

std::string PostgresServer::sql(const std::string& statements, const std::string& database) const {
    std::string output = output_of({(impl_->bin / "psql").string(), url(database), "-XAtq", "-v",
                                    "ON_ERROR_STOP=1", "-c", statements},
                                   {});
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return output;
}

void PostgresServer::stop() { impl_->stop(); }
void PostgresServer::start() { impl_->start(); }

void PostgresServer::freeze() {
    impl_->frozen = true;
    impl_->signal_all(SIGSTOP);
}
void PostgresServer::thaw() { impl_->thaw(); }

std::string PostgresServer::log() const {
    return impl_->process ? impl_->process->output() : std::string();
}

PostgresDatabase::PostgresDatabase(PostgresServer& server) : server_(server) {
    static std::atomic<int> count{0};
    name_ = "kitchen_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    server_.sql("CREATE DATABASE " + name_);
}

PostgresDatabase::~PostgresDatabase() {
    try {
        server_.sql("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::runtime_error&) {  // the server is gone, and the database with it
    }
}

int PostgresDatabase::terminate_sessions() const {
    return std::stoi(server_.sql(
        "SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity WHERE datname = '" +
        name_ + "' AND pid <> pg_backend_pid()"));
}

}  // namespace kitchen::testkit
